//! Simulates the platform that calls the flows: requests, queue and cron.

use std::cell::RefCell;
use std::rc::Rc;

use domain::Posting;
use intake::ports::Fault;
use intake::{MailComposer, Pace};
use mail::Address;

use crate::bugs::Bug;
use crate::events::Event;
use crate::letters;
use crate::ports::Ports;
use crate::scheduler::{Work, Worker};
use crate::world::setting;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// Runs a request from outside and waits for so many milliseconds. Returns
/// nothing where no answer has come by then.
pub(crate) async fn ask<T: 'static>(
    ports: &Ports,
    patience: i64,
    request: impl Future<Output = T> + 'static,
) -> Option<T> {
    let answer = Rc::new(RefCell::new(None));
    let theirs = Rc::clone(&answer);
    ports.spawn(ports.chance.between(5, 200), Worker::Request, async move {
        let answer = request.await;
        *theirs.borrow_mut() = Some(answer);
    });
    let (mut waited, mut pause) = (0, 200);
    // Where the server no longer has its end, the connection has broken.
    while waited < patience && Rc::strong_count(&answer) > 1 {
        ports.pause(pause).await;
        (waited, pause) = (waited + pause, (2 * pause).min(MINUTE));
    }
    let answer = answer.take()?;
    if ports.chance.happens(ports.chance.weather().unanswered) {
        ports.count(Event::AnswerLost);
        return None;
    }
    Some(answer)
}

/// What a queue message names.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// A mail that is to leave.
    Mail(String),
    /// A mail that came in.
    Letter(String),
}

/// Delivers a queue message: later, perhaps never, perhaps more than once.
pub(crate) fn hand_over(ports: &Ports, message: &Message, wait: i64) {
    let (chance, weather) = (&ports.chance, ports.chance.weather());
    let mut copies = 1;
    if chance.happens(weather.loses) {
        ports.count(Event::QueueLost);
        ports.note(|| format!("the queue loses {message:?}"));
        copies = 0;
    } else if chance.happens(weather.repeats) {
        ports.count(Event::QueueRepeated);
        copies = chance.between(2, 4);
    }
    for _ in 0..copies {
        let mut delay = chance.between(10, 500);
        if chance.happens(weather.reorders) {
            ports.count(Event::QueueReordered);
            delay = chance.between(SECOND, 20 * MINUTE);
        }
        ports.spawn(wait + delay, Worker::Background, consume(ports.clone(), message.clone(), 1));
    }
}

/// The most deliveries of a queue message: one and ten retries, as in
/// wrangler.toml. After that it is a dead letter, which is only logged.
const MOST_TRIES: u32 = 11;

/// As `crates/edge/src/queue.rs` and `email.rs` do it: after a fault, and where the mail
/// server has too many, the message comes again in a minute.
async fn consume(ports: Ports, message: Message, tries: u32) {
    ports.note(|| format!("the queue brings {message:?}"));
    let done = match &message {
        Message::Mail(id) => send(&ports, id).await,
        Message::Letter(id) => read(&ports, id).await.map(|()| Pace::Keep),
    };
    if let Ok(Pace::Keep) = done {
        return;
    }
    if tries == MOST_TRIES {
        return ports.count(Event::QueueGivenUp);
    }
    let again: Work = Box::pin(consume(ports.clone(), message, tries + 1));
    ports.spawn(MINUTE + 5 * SECOND, Worker::Background, again);
}

async fn send(ports: &Ports, id: &str) -> Result<Pace, Fault> {
    let (ledger, known) = (ports.ledger(), ports.known());
    let composer = composer(ports, &known);
    intake::deliver(ports, &ledger, ports, ports, ports, &composer, id).await
}

async fn read(ports: &Ports, id: &str) -> Result<(), Fault> {
    let (ledger, known) = (ports.ledger(), ports.known());
    let composer = composer(ports, &known);
    let address = Address::parse("applications@in.example.org").unwrap();
    let receiver = letters::receiver(&address);
    intake::receive(ports, &ledger, ports, ports, &composer, &receiver, id).await
}

/// What composes mails about the postings that are known.
fn composer<'a>(ports: &Ports, known: &'a [Posting]) -> MailComposer<'a> {
    let composer = setting().composer();
    MailComposer { postings: known, read: ports.reads(composer.read), ..composer }
}

/// Runs the cron every so many minutes for as long as `until`.
pub(crate) async fn cron(ports: Ports, minutes: i64, until: i64) {
    while ports.scheduler.now() < until {
        ports.pause(minutes * MINUTE).await;
        if ports.chance.happens(ports.chance.weather().skips) {
            ports.count(Event::CronSkipped);
        } else {
            ports.spawn(0, Worker::Background, run_cron(ports.clone()));
        }
    }
}

/// As `crates/edge/src/cron.rs` does it.
async fn run_cron(ports: Ports) {
    ports.note(|| "the cron runs".into());
    let known = ports.known();
    let ledger = ports.ledger();
    let now = || ports.clock();
    // A fault is logged, and the next run tries again.
    let mut faults: Vec<Fault> = Vec::new();
    let mut log = |result: Result<usize, Fault>| {
        let erased = result.as_ref().map_or(0, |erased| *erased);
        faults.extend(result.err());
        erased
    };
    if ports.bug != Some(Bug::NoSweep) {
        log(intake::sweep(&ledger, &ports, &ports, MINUTE).await);
    }
    log(letters::sweep_and_erase(&ports).await.map(|()| 0));
    log(intake::finish_withdrawals(&ports, &ledger).await);
    log(intake::forget(&ports, &ledger, &setting().signing, now()).await);
    for _ in 0..log(intake::erase_replaced_documents(&ports, &ledger).await) {
        ports.count(Event::ReplacedErased);
    }
    log(intake::erase(&ports, &ledger, &known, now()).await);
    for _ in 0..log(intake::erase_orphaned_documents(&ports, &ledger, now()).await) {
        ports.count(Event::OrphanErased);
    }
    if ports.bug != Some(Bug::KeepsHeldDocuments) {
        for _ in 0..log(intake::erase_held_documents(&ports, &ledger, now()).await) {
            ports.count(Event::HeldErased);
        }
    }
    log(intake::report(&ledger, &known, now()).await.map(|()| 0));
    log(intake::watch(&ledger, true, now()).await.map(|_| 0));
    let (composer, ports) = (composer(&ports, &known), &ports);
    log(intake::notify(ports, &ledger, ports, ports, ports, &composer).await.map(|()| 0));
    ports.note(|| format!("the cron has met {faults:?}"));
}

/// Moves the clock now and then: forward by up to an hour, backward a little.
pub(crate) async fn meddle(ports: Ports, until: i64) {
    while ports.scheduler.now() < until {
        ports.pause(MINUTE).await;
        if ports.chance.happens(ports.chance.weather().jumps) {
            let forward = ports.chance.happens(5_000);
            let (least, most) = if forward { (SECOND, 60 * MINUTE) } else { (-MINUTE, -1) };
            ports.shift_clock(ports.chance.between(least, most));
        }
    }
}
