//! Checks what must hold at the moment when something happens.

use domain::{Application, Posting};
use intake::ports::{Fault, MailKind};
use intake::{
    CORRECTIONS_A_MINUTE, Followed, Link, MAX_REVISIONS, Opened, Outcome, Verdict, Withdrawal,
    download,
};
use ledger::SqlLedger;
use rules::{Code, Issue, Timestamp};

use crate::desk;
use crate::events::Event;
use crate::history::{Mail, mail_name};
use crate::in_time::InTime;
use crate::invariants::Invariant;
use crate::letters;
use crate::people::Person;
use crate::ports::Ports;
use crate::reports;
use crate::staff::REWORDED;
use crate::world::{TIME_LIMIT, World, setting};

/// The ledger has carried out a commit or a correction; perhaps another
/// application had the reference, somebody else was faster, or the id is
/// retired.
pub(crate) fn committed(ports: &Ports, id: &str) {
    let held = ports.application(id).filter(|held| held.forgotten_at().is_none());
    let Some(held) = held else { return };
    letters::applied(ports, &held);
    ports.history.borrow_mut().took_in(held);
}

/// Returns which of these ids are in use, with documents of which none is
/// nearly a day old.
pub(crate) fn fresh(ports: &Ports, ids: &[String], now: Timestamp) -> Vec<String> {
    const NEARLY_A_DAY: i64 = 23 * 3_600_000;
    let stored_at = ports.memory.stored_at.borrow();
    let retired = ports.ids("SELECT id FROM retired");
    let is_fresh = |id: &&String| {
        let folder = format!("applications/{id}/");
        let documents = stored_at.iter().filter(|(key, _)| key.starts_with(&folder));
        let oldest = documents.map(|(_, at)| *at).min();
        oldest.is_some_and(|at| now.0 - at.0 < NEARLY_A_DAY) && !retired.contains(*id)
    };
    ids.iter().filter(is_fresh).cloned().collect()
}

/// The ledger has retired these ids, since no application has them.
pub(crate) fn retired(ports: &Ports, ids: &[String], fresh: &[String]) {
    for id in ids.iter().filter(|id| fresh.contains(id)) {
        ports.breach(Invariant::JudgedRightly, format!("{id} is given no time"));
    }
}

/// The ledger has marked an application as withdrawn.
pub(crate) fn withdrawn(ports: &Ports, id: &str) {
    let now = ports.scheduler.now();
    let mut history = ports.history.borrow_mut();
    let is_first = !history.withdrawn.contains_key(id);
    // A second mark has no effect.
    history.withdrawn.entry(id.to_owned()).or_insert(now);
    drop(history);
    if is_first {
        ports.count(Event::Withdrawn);
    }
}

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
            if *outcome == Outcome::New && received.erase_at != Some(person.page.erased_at()) {
                let what = format!("{} is told another day than its page said", received.id);
                ports.breach(Invariant::ErasedOnTheDayTold, what);
            }
            accepted(ports, received);
            says_what_was_sent(ports, person, received);
        }
        Ok(Verdict::Refused { issues, kept, .. }) => {
            ports.count(Event::Refused);
            let is_right = is_no_longer_held(person, issues) || !in_time.still_holds(ports);
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

/// Whether only documents are missing that were held: the hour may be over, by
/// a clock that jumps, or the application was sent and withdrawn since.
fn is_no_longer_held(person: &Person, issues: &[Issue]) -> bool {
    issues.iter().all(|one| one.code == Code::DocumentMissing && person.is_held(&one.field))
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
    let is_forgotten = received.forgotten_at().is_some();
    let is_latest = before.as_ref().is_none_or(|before| before.revision <= received.revision);
    if is_latest && !is_forgotten {
        history.acknowledged.insert(received.id.clone(), received.clone());
    }
    let held = history.revisions.get(&(received.id.clone(), received.revision)).cloned();
    drop(history);
    ports.count(if before.is_none() { Event::Accepted } else { Event::AcceptedAgain });
    let same_revision = before.filter(|before| before.revision == received.revision);
    // Nobody knows any more what it said.
    let says_another = |before: Application| before != *received && !is_forgotten;
    if held.into_iter().chain(same_revision).any(says_another) {
        ports.breach(Invariant::SameAnswer, format!("{} changes", received.id));
    }
}

/// The server has an answer to a correction of the address.
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
                // It cannot keep what is forgotten, and has to bring it again.
                && !was_forgotten(ports, id) =>
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

/// Whether the latest revision of an application is forgotten.
fn was_forgotten(ports: &Ports, id: &str) -> bool {
    ports.history.borrow().forgotten.contains_key(id)
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
    if before.is_some_and(|before| before != held) && !was_forgotten(ports, id) {
        ports.breach(Invariant::FailedCorrectionChangesNothing, held.reference.to_string());
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

/// A mailbox has got a mail.
pub(crate) fn arrived(ports: &Ports, mail: &Mail) {
    match (mail.notice.as_deref(), &mail.reference) {
        (None, Some(reference)) if desk::arrived(ports, mail, reference) => {}
        (None, Some(reference)) => mail_of_application(ports, mail, reference),
        (Some("withdrawal"), Some(reference)) => {
            let history = ports.history.borrow();
            let of = history.by_reference(reference).map(|received| received.id.clone());
            if !of.is_some_and(|id| history.withdrawn.contains_key(&id)) {
                drop(history);
                ports.breach(Invariant::NothingFromNowhere, format!("{reference} is withdrawn?"));
            }
        }
        (Some("withdrawal_confirmation"), Some(reference)) => confirmation(ports, mail, reference),
        (Some("address_changed"), Some(reference)) => farewell(ports, mail, reference),
        (Some("digest"), None) => digest(ports, mail),
        (Some("report"), _) => reports::arrived(ports, mail),
        (Some("answer"), None) => letters::answer(ports, mail),
        (Some("forward"), None) => letters::forward(ports, mail),
        (Some("alert"), None) => {}
        _ => ports.breach(Invariant::NothingFromNowhere, mail.subject.clone()),
    }
}

/// It tells of applications that have its recipient's address, or had it.
fn digest(ports: &Ports, mail: &Mail) {
    let history = ports.history.borrow();
    let mut told =
        history.revisions.values().filter(|one| mail.tells_of(&one.reference)).peekable();
    let is_empty = told.peek().is_none();
    let had_it = |told: &Application| {
        let of = |one: &&Application| one.id == told.id && one.content.email == mail.to;
        history.revisions.values().any(|one| of(&one))
    };
    let is_strange = told.any(|one| !had_it(one));
    drop(history);
    if is_empty || is_strange {
        ports.breach(Invariant::NothingFromNowhere, format!("a digest to {}", mail.to));
    }
}

/// It goes to the candidate of a withdrawn application, and says nothing that
/// they had typed.
fn confirmation(ports: &Ports, mail: &Mail, reference: &str) {
    let history = ports.history.borrow();
    let is_theirs = |one: &Application| {
        one.reference.as_str() == reference
            && one.content.email == mail.to
            && history.withdrawn.contains_key(&one.id)
            && !mail.text.contains(&one.content.name)
    };
    let is_right = history.revisions.values().any(is_theirs);
    drop(history);
    if !is_right {
        let what = format!("{reference}: a confirmation to {}", mail.to);
        ports.breach(Invariant::NothingFromNowhere, what);
    }
}

/// It goes to an address that the application had before.
fn farewell(ports: &Ports, mail: &Mail, reference: &str) {
    let history = ports.history.borrow();
    let had_it =
        |one: &Application| one.reference.as_str() == reference && one.content.email == mail.to;
    let is_known = history.revisions.values().any(had_it);
    drop(history);
    if !is_known {
        ports.breach(
            Invariant::NothingFromNowhere,
            format!("{reference}: a notice of the withdrawal of an unknown application"),
        );
    }
}

fn mail_of_application(ports: &Ports, mail: &Mail, reference: &str) {
    let history = ports.history.borrow();
    let id = history.by_reference(reference).map(|received| received.id.clone());
    let revision = id.zip(mail.revision).and_then(|of| history.revisions.get(&of)).cloned();
    let Some(received) = revision else {
        drop(history);
        return ports.breach(Invariant::NothingFromNowhere, format!("{reference} is unknown"));
    };
    let posting = posting(&received.posting);
    let which =
        if mail.to == posting.recipient { MailKind::Staff } else { MailKind::Acknowledgement };
    let name = mail_name(&received, which);
    let to_whom_it_concerns = which == MailKind::Staff || mail.to == received.content.email;
    let is_numbered = mail.number == Some(received.number);
    let has_the_right = mail.right.as_ref().is_some_and(|(of, _)| *of == name);
    let is_latest = history
        .committed
        .get(&received.id)
        .is_some_and(|latest| latest.revision == received.revision);
    let page = received.page.as_ref().or(received.mail.as_ref()).unwrap_or(&received.id);
    let sent_as = history.forms.get(page).map(Vec::as_slice).unwrap_or_default();
    let is_whole = which == MailKind::Acknowledgement
        || history.withdrawn.contains_key(&received.id)
        // By addresses, a correction may have replaced them already.
        || (mail.is_by_links() && !is_latest)
        // A sender who was given up for dead may come after that.
        || (mail.is_by_links() && history.forgotten.contains_key(&received.id))
        || sent_as.iter().any(|form| form.is_sound && form.documents == enclosed(ports, mail));
    let too_late = which == MailKind::Staff && told_before(ports, &received.id, reference, mail);
    drop(history);
    if !to_whom_it_concerns || !has_the_right {
        ports.breach(Invariant::NothingFromNowhere, format!("{name} to {}", mail.to));
    }
    if !has_its_words(ports, &received, mail) {
        ports.breach(Invariant::TextIsWhatWasRead, format!("{name}: {}", mail.subject));
    }
    if !is_numbered {
        ports.breach(Invariant::NumbersWithoutHoles, format!("{name}: {:?}", mail.number));
    }
    if !is_whole {
        ports.breach(Invariant::AcknowledgedArrives, format!("{name}: documents differ"));
    }
    if too_late {
        ports.breach(Invariant::NothingAfterTheNotice, name);
    }
}

/// Whether a mail has the words of the version that its application is of.
fn has_its_words(ports: &Ports, received: &Application, mail: &Mail) -> bool {
    let told = ports.posting(&received.posting, received.posting_version.unwrap_or(1));
    let is_reworded = told.title.starts_with(REWORDED);
    mail.subject.contains(REWORDED) == is_reworded
        && (!is_reworded || mail.subject.contains(&told.title))
}

/// The ledger is about to erase an application, which is in it.
pub(crate) fn erased(ports: &Ports, id: &str) {
    let mut history = ports.history.borrow_mut();
    history.erased.insert(id.to_owned());
    let Some(received) = history.committed.get(id) else { return };
    let is_due = received.erase_at.is_none_or(|day| day <= ports.clock());
    let is_withdrawn = history.withdrawn.contains_key(id);
    drop(history);
    if !is_due && !is_withdrawn {
        ports.breach(Invariant::ErasedOnTheDayTold, format!("{id} is gone before its day"));
    }
}

/// The documents that staff get with a mail, in it or by following its
/// addresses.
pub(crate) fn enclosed(world: &World, mail: &Mail) -> Vec<Vec<u8>> {
    if !mail.is_by_links() {
        return mail.attachments.clone();
    }
    mail.links.iter().filter_map(|link| follow(world, link)).collect()
}

fn follow(world: &World, link: &str) -> Option<Vec<u8>> {
    let (_, link) = link.split_once("/applications/")?;
    let (reference, link) = link.split_once("/documents/")?;
    let (document, link) = link.split_once("?sha256=")?;
    let (sha256, link) = link.split_once("&until=")?;
    let (until, key) = link.split_once("&key=")?;
    let link = Link { reference, document, sha256: Some(sha256), until, key };
    let (memory, setting, now) = (&world.memory, setting(), world.clock());
    let (ledger, known) = (SqlLedger(&world.tables), world.known());
    let found = download(&ledger, setting.composer().read, &setting.signing, &known, link, now);
    match pollster::block_on(found) {
        Ok(Some(Followed::Document(download))) => {
            memory.documents.borrow().get(&download.key).cloned()
        }
        _ => None,
    }
}

/// Whether staff had been told before that no such mail will come. A sender
/// is excused if the platform, by the clock, had already ended its task.
fn told_before(ports: &Ports, id: &str, reference: &str, mail: &Mail) -> bool {
    let history = ports.history.borrow();
    let notice = history.copies(&format!("withdrawal/{id}"));
    let first = notice.iter().filter(|notice| notice.reference.as_deref() == Some(reference));
    let Some(notice) = first.min_by_key(|notice| notice.at) else { return false };
    let clock_of = |mail: &Mail| {
        let right = mail.right.clone()?;
        history.attempts.get(&right).map(|attempt| attempt.clock)
    };
    match (clock_of(mail), clock_of(notice)) {
        (Some(mail), Some(notice)) => notice.0 < mail.0 + TIME_LIMIT,
        _ => true,
    }
}

fn posting(slug: &str) -> &'static Posting {
    setting().postings.iter().find(|posting| posting.slug == slug).unwrap()
}
