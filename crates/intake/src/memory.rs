//! The ports other than those of storage, in memory, for tests.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use mail::Address;
use rules::Timestamp;
use sha2::Digest as _;

use crate::ports::{
    Clock, DocumentStore, Fault, KeptDocument, MailRef, Page, Queue, Sending, Transport, Upload,
    UploadContent,
};

/// Documents, queue, mail and clock in memory. A test looks into its fields and makes ports fail
/// through [`Memory::broken`].
#[derive(Debug, Default)]
pub struct Memory {
    /// Documents by key.
    pub documents: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Records beside the documents, by key.
    pub records: RefCell<BTreeMap<String, String>>,
    /// Since when documents and records are there, by key.
    pub stored_at: RefCell<BTreeMap<String, Timestamp>>,
    /// Ids of mails in the queue.
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
    /// The hints.
    Queue,
}

impl Memory {
    fn check(&self, port: Port, fault: impl FnOnce(String) -> Fault) -> Result<(), Fault> {
        if self.broken.get() == Some(port) { Err(fault("made to fail".into())) } else { Ok(()) }
    }
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// Bytes in memory are an upload.
impl Upload for Vec<u8> {
    async fn read(&self) -> Result<UploadContent, Fault> {
        Ok(UploadContent { bytes: self.clone(), sha256: sha2::Sha256::digest(self).into() })
    }
}

impl Clock for Memory {
    fn now(&self) -> Timestamp {
        self.now.get()
    }
}

impl DocumentStore for Memory {
    type Upload = Vec<u8>;

    fn upload(&self, bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
        Ok(bytes)
    }

    async fn put(&self, key: &str, upload: &Vec<u8>, _sha256: [u8; 32]) -> Result<(), Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        self.documents.borrow_mut().entry(key.to_owned()).or_insert_with(|| upload.clone());
        self.stored_at.borrow_mut().entry(key.to_owned()).or_insert(self.now.get());
        Ok(())
    }

    async fn copy(&self, from: &str, to: &str) -> Result<bool, Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        let Some(bytes) = self.documents.borrow().get(from).cloned() else { return Ok(false) };
        self.put(to, &bytes, [0; 32]).await.map(|()| true)
    }

    async fn write(&self, key: &str, text: &str) -> Result<(), Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        self.records.borrow_mut().insert(key.to_owned(), text.to_owned());
        self.stored_at.borrow_mut().insert(key.to_owned(), self.now.get());
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        let record = self.records.borrow().get(key).map(|text| text.clone().into_bytes());
        Ok(record.or_else(|| self.documents.borrow().get(key).cloned()))
    }

    async fn delete(&self, prefix: &str) -> Result<(), Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        self.documents.borrow_mut().retain(|key, _| !key.starts_with(prefix));
        self.records.borrow_mut().retain(|key, _| !key.starts_with(prefix));
        self.stored_at.borrow_mut().retain(|key, _| !key.starts_with(prefix));
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Page, Fault> {
        self.check(Port::Documents, Fault::Documents)?;
        let stored_at = self.stored_at.borrow();
        let mut found = stored_at.iter().filter(|(key, _)| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        });
        let bytes = |key: &String| {
            let records = self.records.borrow();
            let record = records.get(key).map(String::len);
            record.or_else(|| self.documents.borrow().get(key).map(Vec::len)).unwrap_or_default()
        };
        let document = |(key, at): (&String, &Timestamp)| KeptDocument {
            key: key.clone(),
            stored_at: *at,
            bytes: u64::try_from(bytes(key)).unwrap_or_default(),
        };
        let documents = found.by_ref().take(count(limit)).map(document).collect();
        Ok(Page { documents, has_more: found.next().is_some() })
    }
}

impl Queue for Memory {
    async fn push(&self, mails: &[MailRef], _delay_ms: u32) -> Result<(), Fault> {
        self.check(Port::Queue, Fault::Queue)?;
        self.queue.borrow_mut().extend(mails.iter().map(|mail| mail.id.clone()));
        Ok(())
    }

    async fn push_incoming(&self, ids: &[String]) -> Result<(), Fault> {
        self.check(Port::Queue, Fault::Queue)?;
        self.queue.borrow_mut().extend(ids.iter().cloned());
        Ok(())
    }
}

impl Transport for Memory {
    async fn send(&self, _from: &Address, to: &Address, message: &[u8]) -> Sending {
        let answer = self.answers.borrow_mut().pop().unwrap_or(Sending::Sent(None));
        if matches!(answer, Sending::Sent(_) | Sending::Unknown(_)) {
            self.mailbox.borrow_mut().push((to.as_str().to_owned(), message.to_vec()));
        }
        answer
    }
}
