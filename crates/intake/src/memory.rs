//! The ports in memory, for tests.

mod notices;
mod retention;
mod rows;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use domain::{Application, Reference};
use mail::Address;
use rules::Timestamp;
use sha2::Digest as _;

pub use rows::{End, NoticeRow, Retired, Row, Tally};

use crate::ports::{
    Claim, Clock, Commit, Delivery, DocumentStore, Fault, Incident, KeptDocument, Lead, Ledger,
    Letter, MailState, Page, Queue, Sending, Settlement, Transport, Upload, Withdrawn,
};

/// Every port, in memory. A test looks into its fields and makes ports fail
/// through [`Memory::broken`].
#[derive(Debug, Default)]
pub struct Memory {
    /// Documents by key.
    pub documents: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Since when documents are there, by key.
    pub stored_at: RefCell<BTreeMap<String, Timestamp>>,
    /// Applications by id.
    pub applications: RefCell<BTreeMap<String, Application>>,
    /// Letters by application and kind.
    pub outbox: RefCell<BTreeMap<(String, Letter), Row>>,
    /// Ids that are used up.
    pub retired: RefCell<BTreeMap<String, Retired>>,
    /// Counts by posting.
    pub tallies: RefCell<BTreeMap<String, Tally>>,
    /// Where tasks go on.
    pub bookmarks: RefCell<BTreeMap<String, String>>,
    /// Notices by id.
    pub notices: RefCell<BTreeMap<String, NoticeRow>>,
    /// Incidents, the latest last.
    pub incidents: RefCell<Vec<Incident>>,
    /// Ids in the queue.
    pub queue: RefCell<Vec<String>>,
    /// Messages handed over, with their recipients.
    pub mailbox: RefCell<Vec<(String, Vec<u8>)>>,
    /// What the transport answers next; `Sent` when empty.
    pub answers: RefCell<Vec<Sending>>,
    /// What the clock shows.
    pub now: Cell<Timestamp>,
    /// The port that fails at every call.
    pub broken: Cell<Option<Port>>,
}

/// A port that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Where documents are kept.
    Documents,
    /// Where applications and letters are written down.
    Ledger,
    /// The hints.
    Queue,
}

impl Memory {
    fn check(&self, port: Port, fault: impl FnOnce(String) -> Fault) -> Result<(), Fault> {
        if self.broken.get() == Some(port) { Err(fault("made to fail".into())) } else { Ok(()) }
    }

    fn is_retired(&self, id: &str) -> bool {
        self.retired.borrow().contains_key(id)
    }

    fn stage(&self, id: &str, letter: Letter) -> MailState {
        match self.outbox.borrow().get(&(id.to_owned(), letter)) {
            Some(Row { end: Some(End::Sent(at)), .. }) => MailState::Sent(*at),
            Some(row) if row.is_given_up() => MailState::GivenUp,
            _ => MailState::Waiting,
        }
    }
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// Bytes in memory are an upload.
impl Upload for Vec<u8> {
    async fn read(&self) -> Result<Vec<u8>, Fault> {
        Ok(self.clone())
    }

    async fn sha256(&self) -> Result<[u8; 32], Fault> {
        Ok(sha2::Sha256::digest(self).into())
    }
}

impl Clock for Memory {
    fn now(&self) -> Timestamp {
        self.now.get()
    }
}

impl DocumentStore for Memory {
    type Upload = Vec<u8>;

    async fn put(&self, key: &str, upload: &Vec<u8>, _sha256: [u8; 32]) -> Result<(), Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        self.documents.borrow_mut().entry(key.to_owned()).or_insert_with(|| upload.clone());
        self.stored_at.borrow_mut().entry(key.to_owned()).or_insert(self.now.get());
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        Ok(self.documents.borrow().get(key).cloned())
    }

    async fn delete(&self, prefix: &str) -> Result<(), Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        self.documents.borrow_mut().retain(|key, _| !key.starts_with(prefix));
        self.stored_at.borrow_mut().retain(|key, _| !key.starts_with(prefix));
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Page, Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        let stored_at = self.stored_at.borrow();
        let mut found = stored_at.iter().filter(|(key, _)| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        });
        let document =
            |(key, at): (&String, &Timestamp)| KeptDocument { key: key.clone(), stored_at: *at };
        let documents = found.by_ref().take(count(limit)).map(document).collect();
        Ok(Page { documents, more: found.next().is_some() })
    }
}

impl Ledger for Memory {
    async fn commit(&self, received: &Application, letters: &[Letter]) -> Result<Commit, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        if self.is_retired(&received.id) {
            return Ok(Commit::Retired);
        }
        let mut applications = self.applications.borrow_mut();
        if let Some(held) = applications.get(&received.id) {
            return Ok(Commit::Held(Box::new(held.clone())));
        }
        if applications.values().any(|other| other.reference == received.reference) {
            return Ok(Commit::ReferenceTaken);
        }
        let tally = self.tallies.borrow().get(&received.posting).copied().unwrap_or_default();
        let kept = applications.values().filter(|other| other.posting == received.posting).count();
        let kept = u32::try_from(kept).unwrap_or(u32::MAX);
        let number = 1 + kept + tally.erased + tally.withdrawn;
        let received = Application { number, ..received.clone() };
        applications.insert(received.id.clone(), received.clone());
        for letter in letters {
            let row = Row {
                attempts: 0,
                tried_since: None,
                failures: 0,
                due_at: received.received_at,
                leased_until: Timestamp(0),
                possible_duplicate: false,
                trouble: None,
                end: None,
            };
            self.outbox.borrow_mut().insert((received.id.clone(), *letter), row);
        }
        Ok(Commit::Held(Box::new(received)))
    }

    async fn find(&self, id: &str) -> Result<Option<Application>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let found = self.applications.borrow().get(id).cloned();
        Ok(found.filter(|_| !self.is_retired(id)))
    }

    async fn follow(&self, reference: Option<&Reference>, trace: &str) -> Result<Lead, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let applications = self.applications.borrow();
        let mut known = applications.values().filter(|one| !self.is_retired(&one.id));
        let found = known.find(|one| Some(&one.reference) == reference);
        let retired = self.retired.borrow();
        let withdrawn = retired.values().find(|row| row.receipt.as_deref() == Some(trace));
        Ok(Lead {
            id: found.map_or(Lead::NOWHERE, |found| &found.id).to_owned(),
            withdrawn: withdrawn.map(|row| Withdrawn {
                posting: row.posting.clone().unwrap_or_default(),
                at: row.at,
            }),
        })
    }

    async fn look_up(&self, id: &str) -> Result<Option<(Application, Delivery)>, Fault> {
        let delivery = Delivery {
            forwarding: self.stage(id, Letter::Staff),
            acknowledgement: self.stage(id, Letter::Acknowledgement),
        };
        Ok(self.find(id).await?.map(|received| (received, delivery)))
    }

    async fn claim(
        &self,
        id: &str,
        letter: Letter,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut outbox = self.outbox.borrow_mut();
        let Some(row) = outbox.get_mut(&(id.to_owned(), letter)).filter(|row| row.is_due(now))
        else {
            return Ok(None);
        };
        row.attempts += 1;
        // A lease that is still there has run out: whoever held it never came
        // back, and may have sent.
        row.possible_duplicate |= row.leased_until > Timestamp(0);
        row.leased_until = until;
        Ok(Some(Claim {
            attempt: row.attempts,
            possible_duplicate: row.possible_duplicate,
            since: *row.tried_since.get_or_insert(now),
        }))
    }

    async fn settle(
        &self,
        id: &str,
        letter: Letter,
        claim: Claim,
        settlement: &Settlement,
    ) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut outbox = self.outbox.borrow_mut();
        let Some(row) = outbox.get_mut(&(id.to_owned(), letter)) else { return Ok(()) };
        if row.attempts != claim.attempt {
            return Ok(());
        }
        row.leased_until = Timestamp(0);
        match settlement {
            Settlement::Sent { at } => row.end = Some(End::Sent(*at)),
            Settlement::Refused { reason } => {
                row.trouble = Some(reason.clone());
                row.end = Some(End::Refused(reason.clone()));
            }
            Settlement::Later { at, reason, possibly_sent } => {
                row.failures += 1;
                row.trouble = Some(reason.clone());
                row.end = None;
                row.due_at = *at;
                row.possible_duplicate |= possibly_sent;
            }
        }
        Ok(())
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut earliest: BTreeMap<&str, Timestamp> = BTreeMap::new();
        let outbox = self.outbox.borrow();
        for ((id, _), row) in outbox.iter().filter(|(_, row)| row.is_due(now)) {
            let due_at = earliest.entry(id).or_insert(row.due_at);
            *due_at = row.due_at.min(*due_at);
        }
        let mut due: Vec<_> = earliest.into_iter().collect();
        due.sort_by_key(|(_, due_at)| *due_at);
        Ok(due.into_iter().take(count(limit)).map(|(id, _)| id.to_owned()).collect())
    }

    async fn to_posting(&self, slug: &str, limit: u32) -> Result<Vec<String>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let applications = self.applications.borrow();
        let mut found: Vec<_> = applications.values().filter(|one| one.posting == slug).collect();
        found.sort_by_key(|one| one.received_at);
        Ok(found.into_iter().take(count(limit)).map(|one| one.id.clone()).collect())
    }
}

impl Queue for Memory {
    async fn push(&self, id: &str) -> Result<(), Fault> {
        self.check(Port::Queue, Fault::Queue)?;
        self.queue.borrow_mut().push(id.to_owned());
        Ok(())
    }
}

impl Transport for Memory {
    async fn send(&self, _from: &Address, to: &Address, message: &[u8]) -> Sending {
        let answer = self.answers.borrow_mut().pop().unwrap_or(Sending::Sent);
        if matches!(answer, Sending::Sent | Sending::Unknown(_)) {
            self.mailbox.borrow_mut().push((to.as_str().to_owned(), message.to_vec()));
        }
        answer
    }
}
