//! The simulated world: storage that lasts, a server that does not, a clock
//! that errs, and an unreliable mail server.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;
use std::rc::Rc;
use std::sync::OnceLock;

use domain::Posting;
use domain::posting::Privacy;
use intake::memory::Memory;
use intake::ports::{Fault, PostingVersion};
use intake::{MailComposer, SigningKey};
use ledger::sqlite::Sqlite;
use mail::{Address, Mailbox};
use rules::subject::fold;
use rules::{Timestamp, Unicode};

use crate::bugs::Bug;
use crate::chance::{Chance, Fate};
use crate::database::tables;
use crate::events::Event;
use crate::history::History;
use crate::invariants::{Breach, Invariant};
use crate::scheduler::{Pause, Scheduler, Turn, Work, Worker};

/// One mail an hour: a correction is then told in a digest.
const MAILS_PER_RECIPIENT: u32 = 1;

/// Everything of one seed.
pub(crate) struct World {
    /// What lasts, whatever crashes.
    pub(crate) memory: Memory,
    pub(crate) tables: Sqlite,
    pub(crate) scheduler: Scheduler,
    pub(crate) chance: Chance,
    pub(crate) history: RefCell<History>,
    /// How far the server's clock is from the true time.
    skew: Cell<i64>,
    /// From when to when the mail server is away.
    pub(crate) away: Cell<(i64, i64)>,
    /// From when to when the database is away.
    pub(crate) database_away: Cell<(i64, i64)>,
    /// The postings as the isolate knows them, and since when.
    known: RefCell<(i64, Rc<Vec<Posting>>)>,
    /// When the mail server first saw each recipient.
    pub(crate) greylist: RefCell<BTreeMap<String, i64>>,
    seed: u64,
    /// A mistake that is made on purpose.
    pub(crate) bug: Option<Bug>,
    /// The first thing that must not happen and has.
    pub(crate) breach: RefCell<Option<Breach>>,
    trace: bool,
}

/// What every seed has in common.
pub(crate) struct Setting {
    pub(crate) postings: Vec<Posting>,
    pub(crate) signing: SigningKey,
    pub(crate) operator: Address,
}

/// Two postings that close together: the seed's, and one for another team,
/// whose applications are forgotten once that team has them.
pub(crate) fn setting() -> &'static Setting {
    static SETTING: OnceLock<Setting> = OnceLock::new();
    SETTING.get_or_init(|| {
        let postings = postings::compile_folder(Path::new("../../postings")).unwrap();
        let slug = "protection-espace-civique-tunisie-ue";
        let first = postings.into_iter().find(|posting| posting.slug == slug).unwrap();
        let mut second = Posting {
            slug: "second".into(),
            language: "en".into(),
            recipients: vec!["second@example.org".into()],
            privacy: Privacy { keys: Vec::new(), forget: true },
            ..first.clone()
        };
        // A mail is for the posting whose subject it has.
        second.requirements.subject = "Second post".into();
        let postings = vec![Posting { version: 1, ..first }, Posting { version: 1, ..second }];
        Setting {
            postings,
            signing: SigningKey::new([7; 32]).unwrap(),
            operator: Address::parse("operator@example.org").unwrap(),
        }
    })
}

/// Domains are converted by tables of our own.
pub(crate) const UNICODE: Unicode = Unicode { fold, to_ascii: addresses::to_ascii };

/// What is stored is compiled, as the postings here are.
pub(crate) fn read(stored: PostingVersion) -> Result<Posting, Fault> {
    let posting = parsed(&stored.compiled.unwrap_or_default()).map(|one| Posting {
        version: stored.version,
        state: stored.state,
        ..one
    });
    match stored.ended_at {
        Some(at) => posting.map(|posting| posting.ended(at)),
        None => posting,
    }
}

/// Parses a compiled posting. It does so once for each text: a sixth of a
/// seed's time went into it.
fn parsed(compiled: &str) -> Result<Posting, Fault> {
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Posting>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(posting) = known.get(compiled) {
            return Ok(posting.clone());
        }
        let posting: Posting =
            serde_json::from_str(compiled).map_err(|error| Fault::Ledger(error.to_string()))?;
        known.insert(compiled.to_owned(), posting.clone());
        Ok(posting)
    })
}

/// For how long the isolate uses the postings that it knows, in milliseconds.
pub(crate) const FRESH: i64 = 30_000;

/// The addresses that no candidate has.
pub(crate) fn own_addresses() -> Vec<Address> {
    vec![Address::parse("guichet@example.org").unwrap()]
}

impl Setting {
    pub(crate) fn composer(&self) -> MailComposer<'_> {
        let sender = Mailbox::new("Guichet", Address::parse("guichet@example.org").unwrap());
        MailComposer {
            postings: &self.postings,
            read,
            origin: None,
            sender: sender.into(),
            mails_per_recipient: MAILS_PER_RECIPIENT,
            operator: Some(self.operator.clone()),
            marks_staff_mails: true,
            has_desk: true,
            signing: &self.signing,
            entropy: || Ok([7; 32]),
        }
    }

    pub(crate) fn closes_at(&self) -> i64 {
        self.postings[0].requirements.window.closes_at.0
    }
}

/// Whose call it is that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    Documents,
    Ledger,
    Queue,
    Upload,
}

impl Port {
    fn fault(self) -> Fault {
        let why = "simulated".to_owned();
        match self {
            Self::Documents => Fault::Documents(why),
            Self::Ledger => Fault::Ledger(why),
            Self::Queue => Fault::Queue(why),
            Self::Upload => Fault::Upload(why),
        }
    }
}

/// How long the platform lets the queue's consumer and the cron work on, in
/// milliseconds.
pub(crate) const TIME_LIMIT: i64 = 15 * 60_000;

impl World {
    pub(crate) fn new(seed: u64, bug: Option<Bug>, trace: bool) -> Self {
        Self {
            memory: Memory::default(),
            tables: tables(),
            scheduler: Scheduler::default(),
            chance: Chance::new(seed),
            history: RefCell::default(),
            skew: Cell::new(0),
            known: RefCell::new((i64::MIN, Rc::default())),
            away: Cell::new((0, 0)),
            database_away: Cell::new((0, 0)),
            greylist: RefCell::default(),
            seed,
            bug,
            breach: RefCell::new(None),
            trace,
        }
    }

    /// Whether people write to the intake address as well. As with the other
    /// two, this is so in every fourth seed, so that the others show what forms
    /// do alone.
    pub(crate) fn takes_letters(&self) -> bool {
        self.seed % 4 == 3
    }

    /// Whether people correct in parts as well.
    pub(crate) fn corrects_in_parts(&self) -> bool {
        matches!(self.seed % 8, 5 | 6)
    }

    /// Whether mails to the staff of one posting are encrypted.
    pub(crate) fn is_sealed(&self) -> bool {
        self.seed % 4 == 2
    }

    /// Returns the postings as the isolate knows them, half a minute old at
    /// most.
    pub(crate) fn known(&self) -> Rc<Vec<Posting>> {
        let now = self.scheduler.now();
        let (since, known) = &mut *self.known.borrow_mut();
        if *since < now - FRESH {
            (*since, *known) = (now, Rc::new(self.as_composed(self.current_postings())));
        }
        Rc::clone(known)
    }

    /// Returns what the server's clock shows.
    pub(crate) fn clock(&self) -> Timestamp {
        Timestamp(self.scheduler.now() + self.skew.get())
    }

    /// Moves the server's clock against the true time.
    pub(crate) fn shift_clock(&self, milliseconds: i64) {
        self.skew.set(self.skew.get() + milliseconds);
        self.count(if milliseconds > 0 { Event::ClockForward } else { Event::ClockBack });
        self.note(|| format!("the clock jumps by {milliseconds} ms"));
    }

    pub(crate) fn pause(&self, milliseconds: i64) -> Pause<'_> {
        self.scheduler.pause(milliseconds)
    }

    /// Starts a task from outside, after a while.
    pub(crate) fn spawn(
        &self,
        delay: i64,
        worker: Worker,
        work: impl Future<Output = ()> + 'static,
    ) {
        let work: Work = Box::pin(work);
        self.scheduler.spawn(delay, worker, work);
    }

    /// Calls a port, which may go wrong in every way there is. What it does
    /// happens in one step; before and after, others go on.
    pub(crate) async fn call<T>(
        &self,
        port: Port,
        what: fmt::Arguments<'_>,
        effect: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let (from, until) = self.database_away.get();
        let is_away = port == Port::Ledger && (from..until).contains(&self.scheduler.now());
        let fate = if is_away { Fate::Failed } else { self.chance.fate() };
        self.remember(fate);
        self.pause(self.chance.way(fate)).await;
        let result = if fate.takes_effect() {
            self.memory.now.set(self.clock());
            Some(effect.await)
        } else {
            None
        };
        self.note(|| format!("{port:?}: {what}: {fate:?}"));
        self.pause(self.chance.way(Fate::Done)).await;
        result.filter(|_| fate.seems_done()).unwrap_or_else(|| Err(port.fault()))
    }

    fn remember(&self, fate: Fate) {
        match fate {
            Fate::Done => {}
            Fate::Late => self.count(Event::CallLate),
            Fate::Failed => self.count(Event::CallFailed),
            Fate::DoneThenFailed => self.count(Event::CallDoneThenFailed),
            Fate::HungThenDone => self.count(Event::CallHungThenDone),
            Fate::HungThenFailed => self.count(Event::CallHungThenFailed),
        }
    }

    /// Goes on until `until`, true time, or until something is wrong.
    pub(crate) fn run_until(&self, until: i64) {
        let ended = |task| {
            self.count(Event::TaskDied);
            self.history.borrow_mut().ended(task);
        };
        self.scheduler.run_until(until, |worker, age| self.turn(worker, age), ended);
    }

    fn turn(&self, worker: Worker, age: i64) -> Turn {
        let weather = self.chance.weather();
        if worker == Worker::Outside {
            Turn::Goes
        } else if worker == Worker::Background && age > TIME_LIMIT {
            self.count(Event::TaskOutOfTime);
            self.note(|| "the platform ends this task".into());
            Turn::Dies
        } else if self.chance.happens(weather.crashes) {
            self.count(Event::ServerCrashed);
            self.note(|| "the server crashes".into());
            Turn::Crash
        } else if self.chance.happens(weather.dies) {
            self.note(|| "this task dies".into());
            Turn::Dies
        } else {
            Turn::Goes
        }
    }

    pub(crate) fn count(&self, event: Event) {
        self.history.borrow_mut().counts.add(event);
    }

    /// Keeps the first breach; what follows may come of it.
    pub(crate) fn breach(&self, invariant: Invariant, what: String) {
        self.note(|| format!("BROKEN: {invariant:?}: {what}"));
        self.breach.borrow_mut().get_or_insert(Breach { invariant, what });
    }

    /// Tells the reader of a replay what happens.
    pub(crate) fn note(&self, what: impl FnOnce() -> String) {
        if self.trace {
            let (clock, task) = (self.clock().to_rfc3339(), self.scheduler.running());
            println!("{clock} {task}  {}", what());
        }
    }
}
