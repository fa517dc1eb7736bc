//! The way of a mail into the server: a sending server that tries again, the
//! event, the queue, the sweep.

use intake::Receiver;
use intake::ports::{Fault, IncomingMail};
use mail::Address;

use super::raw::SERVER;
use crate::bugs::Bug;
use crate::events::Event;
use crate::platform::ask;
use crate::ports::Ports;
use crate::world::UNICODE;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// The most attempts of a sending server, over some days.
const MOST_TRIES: u32 = 100;

/// How mails come in.
pub(crate) fn receiver(address: &Address) -> Receiver<'_> {
    Receiver { server: SERVER, address, origin: "https://guichet.example", unicode: UNICODE }
}

/// Brings the letter with this number to the server, as a sending server does:
/// until it hears that the mail is safe.
pub(crate) async fn bring(ports: Ports, letter: usize, to: String) {
    for _ in 0..MOST_TRIES {
        let (theirs, address) = (ports.clone(), to.clone());
        let request = async move { take(&theirs, letter, address).await };
        if ask(&ports, 5 * MINUTE, request).await == Some(true) {
            return;
        }
        ports.count(Event::LetterSentAgain);
        ports.pause(ports.chance.between(MINUTE, 30 * MINUTE)).await;
    }
}

/// As `crates/edge/src/email.rs` does it. Whether the mail is safe.
async fn take(ports: &Ports, letter: usize, to: String) -> bool {
    let received_at = ports.clock();
    let (raw, from) = {
        let history = ports.history.borrow();
        let letter = &history.letters[letter];
        (letter.raw.clone(), letter.from.clone())
    };
    let mail = IncomingMail {
        id: format!(
            "{:032x}",
            u128::from(ports.chance.bits()) << 64 | u128::from(ports.chance.bits())
        ),
        received_at,
        envelope_from: from,
        envelope_to: to,
        bytes: raw.len() as u32,
    };
    let stored = intake::accept(ports, &ports.ledger(), ports, &mail, raw).await;
    let is_safe = stored.is_ok() || ports.bug == Some(Bug::SaysSafeTooEarly);
    ports.note(|| format!("letter {letter} comes as {}: safe {is_safe}", mail.id));
    if is_safe {
        ports.count(Event::LetterTaken);
        ports.history.borrow_mut().letters[letter].taken.push((mail.id, received_at));
    }
    is_safe
}

/// What the cron does about mails that come in.
pub(crate) async fn sweep_and_erase(ports: &Ports) -> Result<(), Fault> {
    let ledger = ports.ledger();
    let swept = match ports.bug {
        Some(Bug::NoSweepOfLetters) => Ok(()),
        _ => intake::sweep_incoming(&ledger, ports, ports).await,
    };
    let erased = intake::erase_incoming(ports, &ledger, ports.clock()).await;
    let orphans = intake::erase_orphaned_mails(ports, &ledger, ports.clock()).await;
    for _ in 0..*orphans.as_ref().unwrap_or(&0) {
        ports.count(Event::OrphanedLetterErased);
    }
    swept.and(erased).and(orphans.map(|_| ()))
}
