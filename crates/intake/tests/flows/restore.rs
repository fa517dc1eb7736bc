//! Tests what a restored ledger must not do.

use intake::ports::DocumentStore as _;
use intake::{Pause, forget_records, note_sent, replay};

use crate::world::World;
use crate::{accepted, deliver, later, posting};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn note(world: &World) {
    pollster::block_on(note_sent(&world.ports, &world.ledger, world.now.get())).unwrap();
}

#[test]
fn what_left_and_who_went_is_noted_and_replayed() {
    let (mut world, posting) = (World::default(), posting());
    let (stays, goes) = (accepted(&world, &posting, 1), accepted(&world, &posting, 2));
    note(&world);
    let backup = world.copy();
    for id in [&stays, &goes] {
        deliver(&world, &posting, id).unwrap();
    }
    later(&world, 2 * MINUTE);
    note(&world);
    later(&world, 2 * MINUTE);
    note(&world);
    let noted = || world.records.borrow().keys().filter(|key| key.starts_with("sent/")).count();
    assert_eq!(noted(), 1, "nothing has left since");
    world.run(&format!("UPDATE applications SET erase_at = 1 WHERE id = '{goes}'"));
    let now = world.now.get();
    let postings = std::slice::from_ref(&posting);
    pollster::block_on(intake::erase(&world.ports, &world.ledger, postings, now)).unwrap();
    assert_eq!(world.count("applications"), 1);

    world.restore(backup);
    assert_eq!(world.count("applications"), 2, "the ledger has forgotten");
    assert_eq!(world.ask("SELECT count(*) FROM mails WHERE sent_at IS NULL"), 4);
    pollster::block_on(world.ports.write(Pause::KEY, "replay")).unwrap();
    let replayed = || pollster::block_on(replay(&world.ports, &world.ledger, now)).unwrap();
    assert!(!replayed(), "first what was sent");
    assert!(replayed(), "then who went");
    assert_eq!(world.count("applications"), 1);
    assert_eq!(world.ask(&format!("SELECT count(*) FROM retired WHERE id = '{goes}'")), 1);
    assert_eq!(world.ask("SELECT count(*) FROM mails WHERE sent_at IS NULL"), 0);
    let record = pollster::block_on(world.ports.get(Pause::KEY)).unwrap();
    assert_eq!(Pause::of(record.as_deref()), Pause::None, "mails leave again");
}

#[test]
fn records_go_after_31_days() {
    let (world, posting) = (World::default(), posting());
    let id = accepted(&world, &posting, 1);
    deliver(&world, &posting, &id).unwrap();
    note(&world);
    pollster::block_on(world.ports.write("tombstones/1", "")).unwrap();
    for (days, left) in [(30, 2), (1, 0)] {
        later(&world, days * DAY);
        let now = world.now.get();
        pollster::block_on(forget_records(&world.ports, &world.ledger, now)).unwrap();
        assert_eq!(world.records.borrow().len(), left);
    }
}

#[test]
fn any_other_record_is_a_pause() {
    assert_eq!(Pause::of(None), Pause::None);
    assert_eq!(Pause::of(Some(b"replay\n")), Pause::Replaying);
    assert_eq!(Pause::of(Some(b"paused")), Pause::Paused);
    assert_eq!(Pause::of(Some(b"")), Pause::Paused);
}
