//! Simulates the team that confirms what has arrived, and checks that this, and
//! nothing else, is forgotten.

use intake::Confirmed;

use crate::events::Event;
use crate::invariants::Invariant;
use crate::platform::ask;
use crate::ports::Ports;
use crate::world::{World, setting};

const MINUTE: i64 = 60_000;

/// Confirms until then what has arrived, one after the other: each by its mail,
/// which may be that of an earlier revision.
pub(crate) async fn confirm_arrivals(ports: Ports, until: i64) {
    while ports.scheduler.now() < until {
        ports.pause(ports.chance.between(MINUTE, 30 * MINUTE)).await;
        let Some((id, revision)) = arrival(&ports) else { continue };
        ports.count(Event::ConfirmationAsked);
        ports.history.borrow_mut().confirmed.insert((id.clone(), revision));
        let theirs = ports.clone();
        let answer = ask(&ports, 5 * MINUTE, async move {
            let (ledger, signing) = (theirs.ledger(), &setting().signing);
            let (by, now) = (Some("carla@example.org"), theirs.clock());
            intake::confirm(&theirs, &ledger, signing, &id, revision, by, now).await
        });
        match answer.await {
            Some(Ok(Confirmed::Waiting(_))) => ports.count(Event::ForgottenLater),
            Some(Ok(Confirmed::Newer)) => ports.count(Event::ConfirmedTooLate),
            _ => {}
        }
    }
}

/// An application that a mail has brought to a team that forgets.
fn arrival(ports: &Ports) -> Option<(String, u32)> {
    let history = ports.history.borrow();
    let forgets = |to: &str| {
        let mut postings = setting().postings.iter();
        postings
            .any(|posting| posting.privacy.forget && posting.recipients.iter().any(|own| own == to))
    };
    let arrived = history.mails.iter().filter(|mail| mail.notice.is_none() && forgets(&mail.to));
    let arrived: Vec<_> = arrived
        .filter_map(|mail| {
            let received = history.by_reference(mail.reference.as_ref()?)?;
            Some((received.id.clone(), mail.revision?))
        })
        .collect();
    let last = i64::try_from(arrived.len()).ok()? - 1;
    arrived.get(usize::try_from(ports.chance.between(0, last.max(0))).ok()?).cloned()
}

/// The ledger has been told to forget an application.
pub(crate) fn forgotten(ports: &Ports, id: &str) {
    let Some(held) = ports.application(id).filter(|held| held.forgotten_at().is_some()) else {
        return;
    };
    let now = ports.scheduler.now();
    let mut history = ports.history.borrow_mut();
    if history.forgotten.insert(id.to_owned(), now).is_some() {
        return;
    }
    let is_confirmed = history.confirmed.contains(&(id.to_owned(), held.revision));
    drop(history);
    ports.count(Event::Forgotten);
    let pending =
        format!("mails WHERE application = '{id}' AND sent_at IS NULL AND refused_because IS NULL");
    if !is_confirmed || ports.count_of(&pending) > 0 {
        let what = format!("{id} is forgotten in revision {}", held.revision);
        ports.breach(Invariant::UnconfirmedStays, what);
    }
}

/// Checks, when nothing is pending, that what is confirmed is gone, and that
/// what is not is there. A document that came later is an orphan, and has its
/// day.
pub(crate) fn at_rest(world: &World) {
    let (history, now) = (world.history.borrow(), world.scheduler.now());
    let documents = world.memory.documents.borrow();
    let confirmed = world.ids("SELECT id FROM applications WHERE confirmed_revision = revision");
    for received in
        history.committed.values().filter(|one| !history.withdrawn.contains_key(&one.id))
    {
        let id = &received.id;
        let folder = format!("applications/{id}/");
        let kept = || documents.keys().filter(|key| key.starts_with(&folder));
        if !confirmed.contains(id) {
            let is_there = |sha256: &str| kept().any(|key| key.ends_with(sha256));
            let is_sealed = world.application(id).is_some_and(|one| one.as_sealed().is_some());
            let mut documents = received.content.documents.iter();
            if !is_sealed && !documents.all(|one| is_there(&one.sha256)) {
                world.breach(Invariant::UnconfirmedStays, format!("documents of {id} are gone"));
            }
            continue;
        }
        let Some(at) = history.forgotten.get(id) else {
            world.breach(Invariant::ConfirmedIsGone, format!("{id} is confirmed, and there"));
            continue;
        };
        let may_be_there = history.has_its_day(id, *at, now);
        if kept().next().is_some() && !may_be_there || world.has_address_of(received) {
            world.breach(Invariant::ConfirmedIsGone, format!("something of {id} is left"));
        }
    }
}
