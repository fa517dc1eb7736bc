//! Checks the server's answers, whether they reach the person or not.

use domain::Application;
use intake::ports::{Fault, MailKind};
use intake::{CORRECTIONS_A_MINUTE, MAX_REVISIONS, Opened, Outcome, Verdict, Withdrawal};
use rules::{Code, Issue, Timestamp};

use crate::events::Event;
use crate::history::mail_name;
use crate::in_time::InTime;
use crate::invariants::Invariant;
use crate::people::Person;
use crate::ports::Ports;
use crate::sealed::has_lost_its_content;

/// The server has an answer to a form, whether it reaches the person or not.
pub(crate) fn answered(
    ports: &Ports,
    person: &Person,
    in_time: &InTime,
    answer: &Result<Verdict, Fault>,
) {
    match answer {
        Ok(Verdict::Accepted { received, outcome, unqueued }) => {
            if unqueued.is_some() {
                ports.count(Event::AcceptedUnqueued);
            }
            if *outcome == Outcome::Corrected {
                ports.count(Event::Corrected);
            }
            if person.is_held("cv") || person.is_held("cover_letter") {
                ports.count(Event::SentFromHeld);
            }
            let was_right = match outcome {
                Outcome::New => in_time.new,
                Outcome::Corrected => in_time.correction,
                Outcome::Unchanged => true,
            };
            if !was_right && in_time.still_holds(ports) {
                ports.breach(Invariant::JudgedRightly, format!("{} is late", received.id));
            }
            let is_judged = *outcome != Outcome::Unchanged && in_time.still_holds(ports);
            if is_judged && lacks_an_answer(ports, person, in_time.at()) {
                ports.breach(Invariant::JudgedRightly, format!("{} lacks an answer", received.id));
            }
            if *outcome == Outcome::New && received.erase_at != Some(person.page.erased_at()) {
                let what = format!("{} is told another day than its page said", received.id);
                ports.breach(Invariant::ErasedOnTheDayTold, what);
            }
            accepted(ports, received);
            says_what_was_sent(ports, person, received);
        }
        Ok(Verdict::Refused { issues, kept, .. }) => {
            ports.count(Event::Refused);
            let is_right = issues.iter().all(|issue| is_due_to_change(ports, person, issue))
                || !in_time.still_holds(ports);
            if person.is_sound() && in_time.new && !is_right {
                ports.breach(Invariant::JudgedRightly, format!("{}: {issues:?}", person.id()));
            }
            if kept.is_some() {
                ports.count(Event::CorrectionRefused);
                stays_as_it_was(ports, person.id());
            }
        }
        Ok(Verdict::Outdated { kept, .. }) => {
            ports.count(Event::Outdated);
            if in_time.at() >= kept.revised_at {
                ports.breach(Invariant::JudgedRightly, format!("{} is newer", person.id()));
            }
        }
        Ok(Verdict::TooManyRevisions { kept, .. }) => {
            if kept.revision < MAX_REVISIONS {
                ports.breach(Invariant::JudgedRightly, format!("{} has few", person.id()));
            }
        }
        Ok(Verdict::TooFast { kept, .. }) => {
            if usize::try_from(kept.revision).is_ok_and(|one| one <= CORRECTIONS_A_MINUTE) {
                ports.breach(Invariant::JudgedRightly, format!("{} has few", person.id()));
            }
        }
        Ok(Verdict::Retired { .. }) => ports.count(Event::Retired),
        Err(_) => ports.count(Event::Unavailable),
    }
    ports.note(|| format!("{} gets {}", person.name, told(answer)));
}

/// The server has an answer to a correction from the receipt.
pub(crate) fn amended(
    ports: &Ports,
    person: &Person,
    id: &str,
    in_time: &InTime,
    verdict: &Result<Option<Verdict>, Fault>,
) {
    match verdict {
        Ok(Some(Verdict::Accepted { received, outcome, .. })) => {
            accepted(ports, received);
            if *outcome == Outcome::Corrected {
                ports.count(Event::AddressChanged);
                if !in_time.correction && in_time.still_holds(ports) {
                    ports.breach(Invariant::JudgedRightly, format!("{id} is corrected late"));
                }
                if received.content.email != person.email {
                    ports.breach(Invariant::AnswerIsOfTheForm, format!("{id}: another address"));
                }
            }
        }
        Ok(Some(Verdict::Refused { issues, .. }))
            if in_time.correction
                && in_time.still_holds(ports)
                && person.is_sound()
                // It cannot keep what is sealed or forgotten, and has to bring it again.
                && !has_lost_its_content(ports, id) =>
        {
            ports.breach(Invariant::JudgedRightly, format!("{id}: {issues:?}"));
        }
        // Unless it is withdrawn, or an earlier attempt has changed the key.
        Ok(None)
            if !ports.history.borrow().withdrawn.contains_key(id)
                && ports.application(id).is_none_or(|one| one.address_changes == 0) =>
        {
            ports.breach(Invariant::ReceiptNeedsItsKey, format!("{id}: not found"));
        }
        _ => {}
    }
}

/// The server has an answer to a correction with documents, made from the
/// receipt as it was when `opened`.
pub(crate) fn corrected(
    ports: &Ports,
    person: &Person,
    opened: &Application,
    in_time: &InTime,
    verdict: &Result<Option<Verdict>, Fault>,
) {
    match verdict {
        Ok(Some(Verdict::Accepted { received, outcome, .. })) => {
            if *outcome == Outcome::Corrected && !person.is_sound() {
                let what = format!("{} takes what is wrong", received.id);
                ports.breach(Invariant::JudgedRightly, what);
            }
            says_what_was_sent(ports, person, received);
        }
        Ok(Some(Verdict::Refused { .. })) => {
            ports.count(Event::CorrectionRefused);
            stays_as_it_was(ports, &opened.id);
        }
        Ok(Some(Verdict::Outdated { kept, .. })) => {
            ports.count(Event::Outdated);
            if kept.revision == opened.revision && in_time.at() >= kept.revised_at {
                ports.breach(Invariant::JudgedRightly, format!("{} is the latest", opened.id));
            }
        }
        _ => {}
    }
}

/// Checks the server's answer to a request to withdraw.
pub(crate) fn withdrawal_answered(
    ports: &Ports,
    id: &str,
    answer: &Result<Option<Withdrawal>, Fault>,
) {
    let is_withdrawn = ports.history.borrow().withdrawn.contains_key(id);
    match answer {
        Ok(Some(_)) if !is_withdrawn => {
            ports.breach(Invariant::WithdrawnIsGone, format!("{id} is said to be, and is not"));
        }
        Ok(None) => ports.breach(Invariant::ReceiptNeedsItsKey, format!("{id}: not found")),
        _ => {}
    }
}

/// The server has looked up a receipt.
pub(crate) fn opened(
    ports: &Ports,
    id: &str,
    is_right: bool,
    found: &Result<Option<Opened>, Fault>,
) {
    let Ok(found) = found else { return };
    let is_withdrawn = ports.history.borrow().withdrawn.contains_key(id);
    let as_it_should_be = match found {
        Some(_) if !is_right => false,
        None => !is_right,
        Some(Opened::Withdrawn(_)) => is_withdrawn,
        Some(Opened::Application(receipt)) => {
            let history = ports.history.borrow();
            let has = |kind| !history.copies(&mail_name(&receipt.received, kind)).is_empty();
            receipt.received.id == id
                && (receipt.delivery.forwarding.sent_at().is_none() || has(MailKind::Staff))
                && (receipt.delivery.acknowledgement.sent_at().is_none()
                    || has(MailKind::Acknowledgement)
                    || history.is_digested(&receipt.received))
        }
    };
    if !as_it_should_be {
        let key = if is_right { "its key" } else { "a wrong key" };
        ports.breach(Invariant::ReceiptNeedsItsKey, format!("{id} with {key}: {found:?}"));
    }
}

/// Whether what a sound form lacks was there or was not asked for before: a
/// document that was held (the hour may be over, by a clock that jumps, or the
/// application was sent and withdrawn since), or the answer to a new question.
fn is_due_to_change(ports: &Ports, person: &Person, issue: &Issue) -> bool {
    match issue.code {
        Code::DocumentMissing => person.is_held(&issue.field),
        Code::Missing => {
            let posting = ports.current_posting(&person.page.slug);
            posting.requirements.question(&issue.field).is_some() && !person.answers(&issue.field)
        }
        _ => false,
    }
}

/// Whether a form lacks an answer that the current version asks for. After the
/// closing of that version, a page is judged by its own.
fn lacks_an_answer(ports: &Ports, person: &Person, at: Timestamp) -> bool {
    let posting = ports.current_posting(&person.page.slug);
    let mut asked = posting.requirements.questions.iter();
    at < posting.requirements.window.closes_at && asked.any(|one| !person.answers(&one.id))
}

fn told(answer: &Result<Verdict, Fault>) -> String {
    match answer {
        Ok(Verdict::Accepted { received, .. }) => {
            let Application { reference, number, revision, .. } = &**received;
            format!("{reference} as number {number}, revision {revision}")
        }
        Ok(Verdict::Refused { issues, .. }) => {
            format!("refused: {:?}", issues.iter().map(|issue| issue.code).collect::<Vec<_>>())
        }
        Ok(Verdict::Retired { .. }) => "an id that is used up".into(),
        Ok(Verdict::Outdated { .. }) => "a newer revision".into(),
        Ok(Verdict::TooManyRevisions { .. }) => "too many revisions".into(),
        Ok(Verdict::TooFast { .. }) => "too many corrections".into(),
        Err(fault) => fault.to_string(),
    }
}

fn accepted(ports: &Ports, received: &Application) {
    let mut history = ports.history.borrow_mut();
    let before = history.acknowledged.get(&received.id).cloned();
    let is_kept = received.as_sealed().is_none();
    let is_latest = before.as_ref().is_none_or(|before| before.revision <= received.revision);
    if is_latest && is_kept {
        history.acknowledged.insert(received.id.clone(), received.clone());
    }
    let held = history.revisions.get(&(received.id.clone(), received.revision)).cloned();
    drop(history);
    ports.count(if before.is_none() { Event::Accepted } else { Event::AcceptedAgain });
    let same_revision = before.filter(|before| before.revision == received.revision);
    // Nobody knows any more what it said.
    let says_another = |before: Application| before != *received && is_kept;
    if held.into_iter().chain(same_revision).any(says_another) {
        ports.breach(Invariant::SameAnswer, format!("{} changes", received.id));
    }
}

/// What is acknowledged is what this form said, in the latest revision or an
/// earlier one.
fn says_what_was_sent(ports: &Ports, person: &Person, received: &Application) {
    let sent = person.hashes();
    let says_it = |one: &Application| {
        let documents = one.content.documents.iter();
        documents.map(|document| document.sha256.as_str()).eq(sent.iter().map(String::as_str))
    };
    let history = ports.history.borrow();
    let earlier =
        history.revisions.range((received.id.clone(), 0)..=(received.id.clone(), u32::MAX));
    let is_said = says_it(received) || earlier.map(|(_, one)| one).any(says_it);
    drop(history);
    if !is_said {
        let what = format!("{} holds something else than was sent", received.reference);
        ports.breach(Invariant::AnswerIsOfTheForm, what);
    }
}

/// A correction that is refused leaves the application alone.
fn stays_as_it_was(ports: &Ports, id: &str) {
    let Some(held) = ports.application(id) else { return };
    let before = ports.history.borrow().revisions.get(&(id.to_owned(), held.revision)).cloned();
    if before.is_some_and(|before| before != held) && !has_lost_its_content(ports, id) {
        ports.breach(Invariant::FailedCorrectionChangesNothing, held.reference.to_string());
    }
}
