//! Checks each mail as it arrives in a mailbox.

use domain::{Application, Posting};
use intake::ports::MailKind;
use intake::{Followed, Link, download};
use ledger::SqlLedger;

use crate::desk;
use crate::history::{Mail, mail_name};
use crate::invariants::Invariant;
use crate::letters;
use crate::parts;
use crate::ports::Ports;
use crate::reports;
use crate::sealed;
use crate::sealed::documents_in;
use crate::staff::REWORDED;
use crate::world::{TIME_LIMIT, World, setting};

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
        (Some("address_changed"), Some(reference)) => address_notice(ports, mail, reference),
        (Some("digest"), None) => digest(ports, mail),
        (Some("report"), _) => reports::arrived(ports, mail),
        (Some("answer"), None) => letters::answer(ports, mail),
        (Some("forward"), None) => letters::forward(ports, mail),
        (Some("unfinished"), None) => parts::unfinished(ports, mail),
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

/// The notice of a changed address goes to one that the application had before.
fn address_notice(ports: &Ports, mail: &Mail, reference: &str) {
    let history = ports.history.borrow();
    let had_it =
        |one: &Application| one.reference.as_str() == reference && one.content.email == mail.to;
    let is_known = history.revisions.values().any(had_it);
    drop(history);
    if !is_known {
        let what = format!("{reference}: a notice of a changed address to {}", mail.to);
        ports.breach(Invariant::NothingFromNowhere, what);
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
    let which = if posting.recipients.contains(&mail.to) {
        MailKind::Staff
    } else {
        MailKind::Acknowledgement
    };
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
    drop(history);
    if which == MailKind::Staff {
        sealed::arrived(ports, &received, mail);
    }
    let history = ports.history.borrow();
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

/// The documents that staff get with a mail, in it or by following its
/// addresses.
pub(crate) fn enclosed(world: &World, mail: &Mail) -> Vec<Vec<u8>> {
    if !mail.is_by_links() {
        return mail.attachments.clone();
    }
    let followed = mail.links.iter().filter_map(|link| follow(world, link));
    if mail.sealed_to.is_empty() {
        return followed.collect();
    }
    followed.flat_map(|sealed| documents_in(&sealed)).collect()
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
