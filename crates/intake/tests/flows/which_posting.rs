//! For which posting a mail is: its subject, that of an earlier version, and one that several ask for.

use domain::Posting;
use mail::incoming::Incoming;

use crate::NOON;
use crate::letters::{Letter, begin, come, come_for, sent, text, to};

#[test]
fn the_subject_of_an_earlier_version_counts() {
    let (world, earlier) = begin();
    let mut posting = earlier.clone();
    posting.requirements.subject = "Autre objet".into();
    for (base, posting) in [(0, &earlier), (1, &posting)] {
        crate::versions::save(&world, base, posting, NOON, false);
    }
    posting.version = 2;
    come(&world, &posting, 1, &Letter::right(&earlier)).unwrap();
    assert_eq!(world.count("applications"), 1);
    assert_eq!(world.ask("SELECT posting_version FROM applications"), 2);
}

#[test]
fn a_subject_of_two_open_postings_is_for_neither_until_the_author_has_chosen() {
    let (world, posting) = begin();
    let other = Posting { slug: "other".into(), title: "Autre poste".into(), ..posting.clone() };
    let closed = |mut posting: Posting| {
        posting.requirements.window.closes_at = NOON;
        posting
    };
    let receive = |postings: &[Posting], id, letter: &Letter| {
        come_for(&world, postings, id, letter).unwrap();
    };
    // One that is over does not count.
    receive(&[posting.clone(), closed(other.clone())], 1, &Letter::right(&posting));
    assert_eq!(world.count("applications"), 1);
    let both = [posting.clone(), other.clone()];
    let unclear = Letter::right(&posting).with("Message-ID", "<two@example.net>");
    receive(&both, 2, &unclear);
    assert_eq!(world.count("applications"), 1);
    let answered = sent(&world, &posting);
    let answers = to(&answered, "marie@example.net");
    let answer = answers.iter().find(|raw| text(raw).contains("Plusieurs postes")).unwrap();
    assert!(text(answer).contains("/incoming/"), "{}", text(answer));
    // An address of its own decides, and so does an answer.
    let mut own = Letter::right(&posting).with("Message-ID", "<three@example.net>");
    own.envelope.1 = "applications+other@in.example.org".into();
    receive(&both, 3, &own);
    assert_eq!(world.ask("SELECT count(*) FROM applications WHERE posting = 'other'"), 1);
    let answer = Incoming::read(answer.as_bytes()).message_id.unwrap();
    let reply = unclear.with("Message-ID", "<four@example.net>").with("In-Reply-To", &answer);
    receive(&both, 4, &reply);
    assert_eq!(world.count("applications"), 3);
}

#[test]
fn which_of_several_postings_is_asked_once_a_day_with_all_that_is_wrong() {
    let (world, posting) = begin();
    let other = Posting { slug: "other".into(), title: "Autre poste".into(), ..posting.clone() };
    let both = [posting.clone(), other];
    let letter = |id: &str| Letter::right(&posting).without_cv().with("Message-ID", id);
    come_for(&world, &both, 1, &letter("<one@example.net>")).unwrap();
    let answered = sent(&world, &posting);
    let answers = to(&answered, "marie@example.net");
    assert_eq!(answers.len(), 1);
    for said in ["Plusieurs postes", "CV"] {
        assert!(text(answers[0]).contains(said), "{said}: {}", text(answers[0]));
    }
    let problems = world.ask("SELECT problems FROM incoming");
    assert_eq!(problems, "subject several, cv document_missing, 0 unsure");
    // Another mail of the day with the same problems is not answered again, nor
    // is it where the row of the first has the earlier text.
    for (id, name) in [(2, "<two@example.net>"), (3, "<three@example.net>")] {
        come_for(&world, &both, id, &letter(name)).unwrap();
        assert_eq!(to(&sent(&world, &posting), "marie@example.net").len(), 0, "{name}");
        world.ask("UPDATE incoming SET problems = replace(problems, 'several', 'missing')");
    }
}
