//! The ports of the flows: what `Memory` does, by way of [`World::call`].

mod notices;
mod retention;

use std::fmt;
use std::rc::Rc;

use domain::{Application, Reference};
use intake::memory::Memory;
use intake::ports::{
    Claim, Clock, Commit, Delivery, DocumentStore, Fault, Lead, Ledger, Letter, Page, Queue,
    Settlement, Upload,
};
use rules::Timestamp;

use crate::history::letter_name;
use crate::platform::hand_over;
use crate::witness::committed;
use crate::world::{Port, World};

/// The world as the flows know it.
#[derive(Clone)]
pub(crate) struct Ports(pub(crate) Rc<World>);

impl std::ops::Deref for Ports {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

/// A file on its way from a person.
pub(crate) struct Parcel {
    pub(crate) ports: Ports,
    pub(crate) bytes: Vec<u8>,
}

impl Upload for Parcel {
    async fn read(&self) -> Result<Vec<u8>, Fault> {
        self.ports.call(Port::Upload, format_args!("read"), self.bytes.read()).await
    }

    async fn sha256(&self) -> Result<[u8; 32], Fault> {
        self.ports.call(Port::Upload, format_args!("sha256"), self.bytes.sha256()).await
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        self.clock()
    }
}

impl DocumentStore for Ports {
    type Upload = Parcel;

    async fn put(&self, key: &str, upload: &Parcel, sha256: [u8; 32]) -> Result<(), Fault> {
        let effect = async {
            let id = key.split('/').nth(1).unwrap_or_default().to_owned();
            self.history.borrow_mut().put.insert(id, self.scheduler.now());
            self.memory.put(key, &upload.bytes, sha256).await
        };
        self.call(Port::Documents, format_args!("put {key}"), effect).await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.document(
            self.call(Port::Documents, format_args!("get {key}"), self.memory.get(key)).await,
        )
    }

    /// As R2's adapter does it: a listing, then one by one.
    async fn delete(&self, prefix: &str) -> Result<(), Fault> {
        self.before_documents_go(prefix).await?;
        let listing = self.memory.list(prefix, None, 1_000);
        let page = self.call(Port::Documents, format_args!("list to delete"), listing).await?;
        for document in page.documents {
            self.call(
                Port::Documents,
                format_args!("delete {}", document.key),
                self.memory.delete(&document.key),
            )
            .await?;
        }
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Page, Fault> {
        self.call(Port::Documents, format_args!("list"), self.memory.list(prefix, after, limit))
            .await
    }
}

impl Ports {
    async fn ledger<T>(
        &self,
        what: fmt::Arguments<'_>,
        effect: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        self.call(Port::Ledger, what, effect).await
    }

    fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// A claim was given.
    fn claimed(&self, name: String, now: Timestamp, claim: Claim) {
        let mut history = self.history.borrow_mut();
        history.claimed(self.scheduler.running(), name, claim.attempt, now);
    }

    /// A claim is settled, and it is known here what became of that.
    async fn settled<T>(
        &self,
        name: String,
        claim: Claim,
        settlement: &Settlement,
        effect: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let result = self.ledger(format_args!("settle {name}: {settlement:?}"), effect).await;
        self.history.borrow_mut().settled(name, claim.attempt, result.is_ok());
        result
    }
}

impl Ledger for Ports {
    async fn commit(&self, received: &Application, letters: &[Letter]) -> Result<Commit, Fault> {
        let number = self.number_too_early(received).await?;
        if let Some(commit) = self.commit_later(received, letters) {
            return Ok(commit);
        }
        let effect = async {
            let commit = self.memory.commit(received, letters).await?;
            Ok(committed(self, commit, number))
        };
        self.ledger(format_args!("commit {}", received.id), effect).await
    }

    async fn find(&self, id: &str) -> Result<Option<Application>, Fault> {
        self.ledger(format_args!("find {id}"), self.memory.find(id)).await
    }

    async fn follow(&self, reference: Option<&Reference>, trace: &str) -> Result<Lead, Fault> {
        self.ledger(format_args!("follow"), self.memory.follow(reference, trace)).await
    }

    async fn look_up(&self, id: &str) -> Result<Option<(Application, Delivery)>, Fault> {
        self.ledger(format_args!("look up {id}"), self.memory.look_up(id)).await
    }

    async fn claim(
        &self,
        id: &str,
        letter: Letter,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, Fault> {
        let effect = async {
            let claim = self.memory.claim(id, letter, now, self.lease(now, until)).await?;
            if let Some(claim) = claim {
                self.claimed(letter_name(id, letter), now, claim);
                self.mark_too_early(id, letter, claim, now).await?;
            }
            Ok(claim)
        };
        self.ledger(format_args!("claim {}", letter_name(id, letter)), effect).await
    }

    async fn settle(
        &self,
        id: &str,
        letter: Letter,
        claim: Claim,
        settlement: &Settlement,
    ) -> Result<(), Fault> {
        let settlement = &self.settlement(settlement);
        let effect = self.memory.settle(id, letter, claim, settlement);
        self.settled(letter_name(id, letter), claim, settlement, effect).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        self.ledger(format_args!("due"), self.memory.due(now, limit)).await
    }

    async fn to_posting(&self, slug: &str, limit: u32) -> Result<Vec<String>, Fault> {
        self.ledger(format_args!("to posting"), self.memory.to_posting(slug, limit)).await
    }
}

impl Queue for Ports {
    async fn push(&self, id: &str) -> Result<(), Fault> {
        let effect = async {
            self.memory.push(id).await?;
            for id in self.memory.queue.take() {
                hand_over(self, &id);
            }
            Ok(())
        };
        self.call(Port::Queue, format_args!("push {id}"), effect).await
    }
}
