//! Several people who apply from one page, and one person who applies twice.

use intake::{ApplicationId, Outcome};
use rules::Timestamp;

use crate::correct::{corrected, deliver_all, taken, to_staff};
use crate::world::World;
use crate::{NOON, accepted, deliver, key, posting, submission};

/// The next person at a shared computer, or a client that reuses a token.
#[test]
fn another_address_is_an_application_of_its_own_and_staff_know() {
    let (world, posting) = (World::default(), posting());
    accepted(&world, &posting, 1);
    let jean = || {
        let mut form = corrected(&posting, "Jean", 1);
        form.form.name = "Jean Martin".into();
        form.form.email = "jean@example.org".into();
        form
    };
    let (other, outcome) = taken(&world, &posting, jean());
    assert_eq!((outcome, other.revision, other.number), (Outcome::New, 1, 2));
    // Sent again, in another case too, it is the same one.
    let mut again = jean();
    again.form.email = "JEAN@example.org".into();
    let (same, outcome) = taken(&world, &posting, again);
    assert_eq!((outcome, same.id, same.revision), (Outcome::Corrected, other.id.clone(), 2));
    assert_eq!(taken(&world, &posting, jean()).1, Outcome::Unchanged);
    assert_eq!(world.count("applications"), 2);
    let first = world.application(ApplicationId::from_random(1).as_str());
    deliver_all(&world, &posting, 10);
    let mails = to_staff(&world);
    for (reference, mail) in
        [(&first.reference, &other.reference), (&other.reference, &first.reference)]
    {
        let (_, text) = mails.iter().find(|(subject, _)| subject.contains(mail.as_str())).unwrap();
        assert!(text.contains("de la même page") && text.contains(reference.as_str()), "{text}");
    }
}

/// Two people apply from one page, and the first one withdraws.
#[test]
fn the_second_person_of_a_page_keeps_the_application() {
    let (world, posting) = (World::default(), posting());
    let form = |cv: &str, minutes| {
        let mut form = corrected(&posting, cv, minutes);
        form.form.email = "jean@example.org".into();
        form
    };
    let id = accepted(&world, &posting, 1);
    let (second, outcome) = taken(&world, &posting, form("Jean", 1));
    assert_eq!(outcome, Outcome::New);
    let (signing, first) = (key(), world.application(&id));
    let (ports, reference) = (&world.ports, first.reference.as_str());
    let own = intake::receipt_key(&signing, &first);
    let now = Timestamp(NOON.0 + 1);
    let gone = intake::withdraw(ports, &world.ledger, &signing, reference, &own, now);
    pollster::block_on(gone).unwrap().unwrap();
    assert_eq!(taken(&world, &posting, form("Jean", 1)), (second.clone(), Outcome::Unchanged));
    let (corrected, outcome) = taken(&world, &posting, form("better", 2));
    assert_eq!((corrected.id, outcome), (second.id, Outcome::Corrected));
}

/// The first application's address is corrected to the one that the second has.
#[test]
fn a_form_of_the_second_person_never_changes_the_first_ones_application() {
    let (world, posting) = (World::default(), posting());
    let jean = |phone: &str| {
        let mut form = corrected(&posting, "Jean", 1);
        form.form.email = "jean@example.org".into();
        form.form.phone = phone.into();
        form
    };
    let id = accepted(&world, &posting, 1);
    let (second, _) = taken(&world, &posting, jean(""));
    world.run(&format!(
        "UPDATE applications SET address_changes = 1, application = \
         json_set(application, '$.email', 'jean@example.org') WHERE id = '{id}'"
    ));
    assert_eq!(taken(&world, &posting, jean("")), (second.clone(), Outcome::Unchanged));
    let (changed, outcome) = taken(&world, &posting, jean("+32 2 123"));
    assert_eq!((changed.id, outcome), (second.id, Outcome::Corrected));
    assert_eq!(world.application(&id).revision, 1);
}

#[test]
fn staff_read_of_earlier_applications_of_the_same_person() {
    let (world, posting) = (World::default(), posting());
    let first = accepted(&world, &posting, 1);
    let first = world.application(&first);
    let mut second = submission(&posting, 2);
    second.form.email = "AMELIE@example.org".into();
    let (second, _) = taken(&world, &posting, second);
    deliver(&world, &posting, &second.id).unwrap();
    let [(_, text)] = to_staff(&world).try_into().unwrap();
    let also = format!(
        "Cette personne a aussi postulé\u{a0}: {}, mardi 15 juillet 2025.",
        first.reference
    );
    assert!(text.contains(&also), "{text}");
}
