//! Stages of applications and messages to candidates.

use domain::{Deed, Posting, Reference, Stage};
use intake::ports::{
    Actor, Concerned, Event, Listing, MessageState, NewMessage, Settlement, Sort, StageChange,
    Step, Stop,
};
use rules::Timestamp;

use super::{MINUTE, Outcome, Storage, Violation, after, commit, same, some};

const STAFF: &str = "staff@example.org";
/// When messages of these cases leave.
const LEAVES: i64 = 10 * MINUTE;

fn by(at: i64) -> Actor<'static> {
    Actor { email: STAFF, at: after(at) }
}

/// A step of the application `id` that was seen at `from`.
fn step(id: &str, name: &str, from: Stage, to: Option<Stage>, message: bool) -> Step {
    Step {
        application: id.to_owned(),
        revision: 1,
        seen: from,
        stage: to,
        event: name.to_owned(),
        message: message.then(|| NewMessage {
            id: name.to_owned(),
            subject: format!("Subject of {name} '?1'"),
            body: "Ligne\n\u{1F600}".into(),
            appointment: None,
            attachment: None,
            stages: to.map(|to| StageChange { from, to }),
        }),
    }
}

/// Takes a step and says whether it changed the stage and scheduled a message.
async fn take(ledger: &impl Storage, step: Step, at: i64) -> Result<(bool, bool), Violation> {
    let taken = ledger.take_steps(&[step], by(at), after(at + LEAVES)).await?;
    let taken = some("an answer for the step", taken.into_iter().next())?;
    Ok((taken.is_changed, taken.is_scheduled))
}

async fn stage(ledger: &impl Storage, reference: &Reference) -> Result<Stage, Violation> {
    let standing = ledger.standings(core::slice::from_ref(reference)).await?;
    Ok(some("the standing", standing.into_iter().next())?.stage)
}

async fn state(ledger: &impl Storage, id: &str) -> Result<MessageState, Violation> {
    Ok(some("the message", ledger.find_message(id).await?)?.state)
}

pub(super) async fn a_step_is_taken_from_what_was_seen(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    let to_test = || step(&received.id, "a", Stage::Received, Some(Stage::Test), true);
    same("the step", take(ledger, to_test(), 1).await?, (true, true))?;
    same("the stage", stage(ledger, &received.reference).await?, Stage::Test)?;
    same("the same again", take(ledger, to_test(), 1).await?, (true, true))?;
    same("one message", ledger.messages(&[&received.id]).await?.len(), 1)?;
    let outdated = step(&received.id, "b", Stage::Received, Some(Stage::Declined), true);
    same("what was seen is not so any more", take(ledger, outdated, 2).await?, (false, false))?;
    let corrected = step(&received.id, "c", Stage::Test, Some(Stage::Declined), true);
    let corrected = Step { revision: 2, ..corrected };
    same("another revision", take(ledger, corrected, 2).await?, (false, false))?;
    same("the stage stays", stage(ledger, &received.reference).await?, Stage::Test)?;
    let events = ledger.events(&[&received.id]).await?;
    let what: Vec<Deed> = events.iter().map(|(_, event)| event.what).collect();
    same("events", what, vec![Deed::MessageScheduled, Deed::StageChanged])
}

pub(super) async fn a_message_leaves_when_it_is_due(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    take(ledger, step(&received.id, "a", Stage::Received, None, true), 0).await?;
    let claim = async |at: i64| ledger.claim("message/a", after(at), after(at + MINUTE)).await;
    same("too early", claim(LEAVES - 1).await?.is_some(), false)?;
    let due = ledger.due(after(LEAVES), 10).await?;
    same("due", due.iter().any(|mail| mail.id == "message/a"), true)?;
    let (_, claim) = some("the claim", claim(LEAVES).await?)?;
    same("it may be leaving", ledger.stop_message("a", by(LEAVES)).await?, Stop::TooLate)?;
    let sent = Settlement::Sent { at: after(LEAVES), transport_id: None };
    ledger.settle("message/a", claim, &sent).await?;
    same("sent", state(ledger, "a").await?, MessageState::Sent(after(LEAVES)))?;
    same("it has left", ledger.stop_message("a", by(LEAVES + 1)).await?, Stop::TooLate)?;
    let message = some("its text is kept", ledger.find_message("a").await?)?;
    same("the text", message.body.as_str(), "Ligne\n\u{1F600}")?;
    same("no such message", ledger.stop_message("b", by(0)).await?, Stop::Unknown)
}

pub(super) async fn a_stopped_message_never_leaves(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    let declined = step(&received.id, "a", Stage::Received, Some(Stage::Declined), true);
    take(ledger, declined, 0).await?;
    let reference = || received.reference.clone();
    let stopped = Stop::Stopped { reference: reference(), stage: Stage::Received };
    same("stopped", ledger.stop_message("a", by(1)).await?, stopped.clone())?;
    same("and stays so", ledger.stop_message("a", by(2)).await?, stopped)?;
    same("its state", state(ledger, "a").await?, MessageState::Stopped(after(1)))?;
    let claimed = ledger.claim("message/a", after(LEAVES), after(LEAVES + MINUTE)).await?;
    same("nobody sends it", claimed.is_some(), false)?;
    let events = ledger.events(&[&received.id]).await?;
    let stops = events.iter().filter(|(_, event)| event.what == Deed::MessageStopped).count();
    same("one event", stops, 1)?;
    // A stage that was changed since stays.
    let test = step(&received.id, "b", Stage::Received, Some(Stage::Test), true);
    take(ledger, test, 3).await?;
    let moved = step(&received.id, "c", Stage::Test, Some(Stage::Interview), false);
    take(ledger, moved, 4).await?;
    let stopped = Stop::Stopped { reference: reference(), stage: Stage::Interview };
    same("the later stage stays", ledger.stop_message("b", by(5)).await?, stopped)
}

pub(super) async fn a_newer_message_replaces_a_pending_one(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    take(ledger, step(&received.id, "a", Stage::Received, Some(Stage::Test), true), 0).await?;
    let standings = ledger.standings(core::slice::from_ref(&received.reference)).await?;
    let pending = standings.into_iter().next().and_then(|standing| standing.pending);
    same("pending", pending.map(|one| one.id), Some("a".into()))?;
    take(ledger, step(&received.id, "b", Stage::Test, None, true), 1).await?;
    same("the first", state(ledger, "a").await?, MessageState::Replaced(after(1)))?;
    same("the second", state(ledger, "b").await?, MessageState::Scheduled)?;
    let due = ledger.due(after(1 + LEAVES), 10).await?;
    let due: Vec<String> =
        due.into_iter().map(|mail| mail.id).filter(|id| id.starts_with("message/")).collect();
    same("one leaves", due, vec!["message/b".to_owned()])
}

pub(super) async fn a_list_is_searched_sorted_and_filtered(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let mut received = Vec::new();
    for n in 1..=3 {
        received.push(commit(ledger, &posting.slug, n).await?);
    }
    let first = some("the first", received.first().cloned())?;
    take(ledger, step(&first.id, "a", Stage::Received, Some(Stage::Test), false), 0).await?;
    let numbers = async |listing: Listing| -> Result<(Vec<u32>, u32), Violation> {
        let page = ledger.list(&posting.slug, &listing).await?;
        Ok((page.dossiers.iter().map(|one| one.application.number).collect(), page.total))
    };
    let all = Listing::default();
    same("all", numbers(all.clone()).await?, (vec![1, 2, 3], 3))?;
    let last_first = Listing { descending: true, ..all.clone() };
    same("the last first", numbers(last_first).await?, (vec![3, 2, 1], 3))?;
    let at_test = Listing { stage: Some(Stage::Test), ..all.clone() };
    same("by stage", numbers(at_test).await?, (vec![1], 1))?;
    let named = |search: &str| Listing { search: search.into(), ..all.clone() };
    same("by name", numbers(named("ZOE o'brien")).await?, (vec![1, 2, 3], 3))?;
    same("by reference", numbers(named(first.reference.as_str())).await?, (vec![1], 1))?;
    same("by number", numbers(named("2")).await?.0.contains(&2), true)?;
    same("none", numbers(named("100%_'\"")).await?, (Vec::new(), 0))?;
    let by_name = Listing { sort: Sort::Name, ..all.clone() };
    same("by name", numbers(by_name).await?.1, 3)?;
    let second_page = Listing { page: 1, ..all };
    same("the second page", numbers(second_page).await?, (Vec::new(), 3))?;
    let dossier = some("one", ledger.find_dossier(&first.reference).await?)?;
    same("of the same person", dossier.also_applied.len(), 2)?;
    let (before, after) = ledger.neighbours(&posting.slug, 2).await?;
    same("before", before, Some(first.reference))?;
    same("after", after, received.last().map(|one| one.reference.clone()))?;
    let counts = ledger.counts(None).await?;
    let counted = counts.iter().map(|one| (one.applications, one.not_forwarded, one.unanswered));
    same("counts", counted.collect::<Vec<_>>(), vec![(3, 3, 3)])
}

pub(super) async fn who_waits_for_an_answer_is_counted(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let mut received = Vec::new();
    for n in 1..=4 {
        received.push(commit(ledger, &posting.slug, n).await?);
    }
    let [first, second, third, fourth] = received.as_slice() else {
        return Err(Violation("four were committed".into()));
    };
    let counts = async || -> Result<(u32, u32), Violation> {
        let counts = ledger.counts(Some(&posting.slug)).await?;
        let counts = some("the counts", counts.into_iter().next())?;
        Ok((counts.applications, counts.unanswered))
    };
    same("nobody is answered", counts().await?, (4, 4))?;
    take(ledger, step(&first.id, "a", Stage::Received, None, true), 0).await?;
    take(ledger, step(&first.id, "b", Stage::Received, None, true), 1).await?;
    take(ledger, step(&second.id, "c", Stage::Received, None, true), 1).await?;
    same("two are written to, one twice", counts().await?, (4, 2))?;
    ledger.stop_message("c", by(2)).await?;
    same("one is not after all", counts().await?, (4, 3))?;
    for (n, id) in ["d", "e"].iter().enumerate() {
        let at = 3 + i64::try_from(n).unwrap_or_default();
        ledger.note_answered_elsewhere(second, true, id, by(at)).await?;
    }
    same("but by telephone", counts().await?, (4, 2))?;
    let dossier = some("the dossier", ledger.find_dossier(&second.reference).await?)?;
    same("which is noted", dossier.is_answered_elsewhere, true)?;
    let events = ledger.events(&[&second.id]).await?;
    let noted = events.iter().filter(|(_, event)| event.what == Deed::AnsweredElsewhere);
    same("once", noted.count(), 1)?;
    ledger.note_answered_elsewhere(second, false, "f", by(5)).await?;
    same("and taken back", counts().await?, (4, 3))?;
    ledger.withdraw(third, "hash", after(6)).await?;
    same("who has withdrawn does not wait", counts().await?, (3, 2))?;
    ledger.erase(&third.id).await?;
    ledger.erase(&first.id).await?;
    same("nor who is erased", counts().await?, (2, 2))?;
    ledger.note_answered_elsewhere(fourth, true, "g", by(7)).await?;
    ledger.erase(&fourth.id).await?;
    same("answered or not", counts().await?, (1, 1))
}

pub(super) async fn notes_and_events_go_with_the_application(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    ledger.add_note(&received, "n", "Très bien <b>", by(1)).await?;
    ledger.add_note(&received, "n", "again", by(2)).await?;
    let notes = ledger.notes(&[&received.id]).await?;
    let said =
        notes.iter().map(|(_, one)| (one.note.as_str(), one.by.as_str())).collect::<Vec<_>>();
    same("one note", said, vec![("Très bien <b>", STAFF)])?;
    let event = Event {
        what: Deed::Erased,
        who: Some(STAFF.into()),
        at: Timestamp(1),
        detail: Some("{\"number\":1}".into()),
    };
    ledger.add_event(Concerned::Posting(&posting.slug), "e", &event).await?;
    take(ledger, step(&received.id, "a", Stage::Received, None, true), 3).await?;
    ledger.erase(&received.id).await?;
    same("notes", ledger.notes(&[&received.id]).await?, Vec::new())?;
    same("messages", ledger.messages(&[&received.id]).await?, Vec::new())?;
    same("events", ledger.events(&[&received.id]).await?, Vec::new())?;
    same("of the posting", ledger.posting_events(&posting.slug).await?, vec![event])
}
