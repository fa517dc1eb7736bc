//! Simulates a team to whose keys mails are encrypted: a key expires, is
//! replaced, or is taken away while mails wait. Checks that nothing leaves in
//! clear, and that what was encrypted is all that is kept.

mod team;

use domain::{Application, Posting};
use intake::ports::MailKind;

pub(crate) use self::team::{TeamKey, documents_in, opened};
use self::team::{expires_at, keys_of};
use crate::events::Event;
use crate::history::{Mail, mail_name};
use crate::invariants::Invariant;
use crate::ports::Ports;
use crate::scheduler::Worker;
use crate::staff::{Change, change_in_calm, change_posting};
use crate::world::{FRESH, TIME_LIMIT, World, setting};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Gives one of the postings a key before anybody applies, and changes it while
/// people do. A key that has expired is replaced in the end.
pub(crate) fn spawn_staff(ports: &Ports, begin: i64, length: i64) {
    let chance = &ports.chance;
    let slug = setting().postings[chance.pick(&[0, 1])].slug.as_str();
    let first = chance.pick(&[TeamKey::Lasting, TeamKey::Expiring]);
    change_in_calm(ports, slug, Change::SealTo(first));
    let (theirs, delay) = (ports.clone(), chance.between(0, length));
    let next = match first {
        TeamKey::Expiring => Some(Change::SealTo(TeamKey::Lasting)),
        _ => chance.pick(&[None, Some(Change::SealTo(TeamKey::Next)), Some(Change::Unseal)]),
    };
    let Some(replacement) = next else { return };
    ports.spawn(begin - ports.scheduler.now() + delay, Worker::Outside, async move {
        while change_posting(&theirs, slug, replacement).await.is_err()
            || !is_so(&theirs, slug, replacement)
        {
            theirs.pause(theirs.chance.between(MINUTE, HOUR)).await;
        }
    });
}

fn is_so(ports: &Ports, slug: &str, change: Change) -> bool {
    let keys = keys_of(&ports.current_posting(slug).privacy);
    match change {
        Change::SealTo(key) => keys == [key],
        _ => keys.is_empty(),
    }
}

/// When an application was encrypted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealing {
    at: i64,
    /// What the server's clock showed to the task that did it, when it began.
    began: rules::Timestamp,
}

/// The ledger has been told to keep an application as its encrypted mail.
pub(crate) fn sealed(ports: &Ports, id: &str) {
    let Some(held) = ports.application(id).filter(|held| held.as_sealed().is_some()) else {
        return;
    };
    let mut history = ports.history.borrow_mut();
    let task = ports.scheduler.running();
    let claim = history.right_of(task).and_then(|claim| history.attempts.get(&claim));
    let began = claim.map_or_else(|| ports.clock(), |claim| claim.clock);
    let sealing = Sealing { at: ports.scheduler.now(), began };
    if history.sealed.insert((id.to_owned(), held.revision), sealing).is_none() {
        drop(history);
        ports.count(Event::Sealed);
    }
}

/// A version of a posting has been written.
pub(crate) fn version_saved(ports: &Ports, slug: &str) {
    let keys = keys_of(&ports.current_posting(slug).privacy);
    let now = ports.scheduler.now();
    ports.history.borrow_mut().keys.push((now, slug.to_owned(), keys));
}

/// Staff have got a mail about an application.
pub(crate) fn arrived(ports: &Ports, received: &Application, mail: &Mail) {
    let version = received.posting_version.unwrap_or(1);
    let promised = keys_of(&ports.posting(&received.posting, version).privacy);
    let history = ports.history.borrow();
    let sealing = history.sealed.get(&(received.id.clone(), received.revision)).copied();
    let claim = mail.right.as_ref().and_then(|right| history.attempts.get(right));
    let began = claim.map_or(rules::Timestamp(mail.at), |claim| claim.clock);
    drop(history);
    if mail.sealed_to.is_empty() {
        if !promised.is_empty() {
            let what = format!("{} leaves in clear", received.reference);
            ports.breach(Invariant::SealedStaysSealed, what);
        }
        return;
    }
    ports.count(Event::SealedMail);
    // A mail that leads to the encrypted one is encrypted when it leaves.
    let made = match sealing.filter(|_| !mail.is_by_links()) {
        Some(sealing) => sealing,
        None => Sealing { at: mail.at, began },
    };
    let is_right = keys_at(ports, &received.posting, made.at).contains(&mail.sealed_to)
        || mail.sealed_to == promised;
    let is_expired = mail.sealed_to.contains(&TeamKey::Expiring) && made.began.0 >= expires_at();
    if !is_right || is_expired {
        let what = format!("{} is encrypted for {:?}", received.reference, mail.sealed_to);
        ports.breach(Invariant::SealedForTheTeam, what);
    }
}

/// The keys that a posting had, each for a while before `at` in which a mail may
/// have been composed.
fn keys_at(ports: &Ports, slug: &str, at: i64) -> Vec<Vec<TeamKey>> {
    let since = at - TIME_LIMIT - FRESH;
    let history = ports.history.borrow();
    let changes: Vec<_> = history.keys.iter().filter(|(_, of, _)| of == slug).collect();
    let mut found = vec![];
    for (index, (from, _, keys)) in changes.iter().enumerate() {
        let until = changes.get(index + 1).map_or(i64::MAX, |(next, ..)| *next);
        if *from <= at && until >= since {
            found.push(keys.clone());
        }
    }
    found
}

impl World {
    /// The posting with the keys that it had first.
    pub(crate) fn with_first_keys(&self, mut posting: Posting) -> Posting {
        let history = self.history.borrow();
        let mut changes = history.keys.iter().filter(|(_, of, _)| *of == posting.slug);
        if let Some((.., keys)) = changes.next() {
            posting.privacy.keys = keys.iter().map(|key| key.armored()).collect();
        }
        posting
    }
}

/// Whether what an application says is not kept any more.
pub(crate) fn has_lost_its_content(world: &World, id: &str) -> bool {
    let history = world.history.borrow();
    let sealed = (id.to_owned(), 0)..=(id.to_owned(), u32::MAX);
    history.forgotten.contains_key(id) || history.sealed.range(sealed).next().is_some()
}

/// Checks, when nothing is pending, that an application which was forwarded
/// encrypted is kept as its mail alone. A document that came later is an orphan,
/// and has its day.
pub(crate) fn at_rest(world: &World) {
    let (history, now) = (world.history.borrow(), world.scheduler.now());
    let documents = world.memory.documents.borrow();
    let sent = world.ids("SELECT id FROM mails WHERE kind = 'staff' AND sent_at IS NOT NULL");
    let kept = history.committed.values().filter(|one| !history.withdrawn.contains_key(&one.id));
    for received in kept {
        let (id, version) = (&received.id, received.posting_version.unwrap_or(1));
        let is_promised = world.posting(&received.posting, version).privacy.is_sealed();
        let is_sent = sent.contains(&mail_name(received, MailKind::Staff));
        let held = world.application(id);
        let Some(sealed) = held.as_ref().and_then(Application::as_sealed) else {
            if is_promised && is_sent {
                world.breach(Invariant::SealedIsAllThatIsKept, format!("{id} is kept in clear"));
            }
            continue;
        };
        let Some(sealing) = history.sealed.get(&(id.clone(), received.revision)) else { continue };
        let may_be_there = history.has_its_day(id, sealing.at, now);
        let folder = format!("applications/{id}/");
        let is_the_mail =
            |key: &str| sealed.message().is_some_and(|message| key.ends_with(&message.sha256));
        let in_clear = documents.keys().any(|key| key.starts_with(&folder) && !is_the_mail(key));
        let has_mail = documents.keys().any(|key| key.starts_with(&folder) && is_the_mail(key));
        if in_clear && !may_be_there || world.has_address_of(received) {
            let what = format!("something of {id} is left in clear");
            world.breach(Invariant::SealedIsAllThatIsKept, what);
        }
        if sealed.message().is_some() && !has_mail {
            world.breach(Invariant::SealedIsAllThatIsKept, format!("the mail of {id} is gone"));
        }
    }
}
