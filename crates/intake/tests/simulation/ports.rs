//! The ports of the flows other than the database: what `Memory` does, by way
//! of [`World::call`].

use std::rc::Rc;

use intake::ports::{Clock, DocumentStore, Fault, MailRef, Page, Queue, Upload, UploadContent};
use rules::Timestamp;

use crate::parts;
use crate::platform::{Message, hand_over};
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
    async fn read(&self) -> Result<UploadContent, Fault> {
        self.ports.call(Port::Upload, format_args!("read"), self.bytes.read()).await
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        self.clock()
    }
}

impl DocumentStore for Ports {
    type Upload = Parcel;

    fn upload(&self, bytes: Vec<u8>) -> Result<Parcel, Fault> {
        Ok(Parcel { ports: self.clone(), bytes })
    }

    async fn put(&self, key: &str, upload: &Parcel, sha256: [u8; 32]) -> Result<(), Fault> {
        let effect = async {
            self.history.borrow_mut().put_under(key, self.scheduler.now());
            self.memory.put(key, &upload.bytes, sha256).await
        };
        self.call(Port::Documents, format_args!("put {key}"), effect).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<bool, Fault> {
        let effect = async {
            let is_there = self.memory.copy(from, to).await?;
            if is_there {
                self.history.borrow_mut().put_under(to, self.scheduler.now());
            }
            Ok(is_there)
        };
        self.call(Port::Documents, format_args!("copy {from}"), effect).await
    }

    async fn write(&self, key: &str, text: &str) -> Result<(), Fault> {
        let effect = async {
            parts::kept(self, key, text);
            self.memory.write(key, text).await
        };
        self.call(Port::Documents, format_args!("write {key}"), effect).await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let got = self.call(Port::Documents, format_args!("get {key}"), self.memory.get(key)).await;
        self.document(key, got)
    }

    /// As R2's adapter does it: a listing, then one by one.
    async fn delete(&self, prefix: &str) -> Result<(), Fault> {
        self.before_documents_go(prefix).await?;
        if self.keeps(prefix) {
            return Ok(());
        }
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
        let list = self.memory.list(prefix, after, limit);
        let page = self.call(Port::Documents, format_args!("list {prefix}"), list).await;
        self.listed(prefix, page)
    }
}

impl Queue for Ports {
    async fn push(&self, mails: &[MailRef], delay_ms: u32) -> Result<(), Fault> {
        let effect = async {
            for mail in mails {
                hand_over(self, &Message::Mail(mail.id.clone()), delay_ms.into());
            }
            Ok(())
        };
        self.call(Port::Queue, format_args!("push {mails:?}"), effect).await
    }

    async fn push_incoming(&self, ids: &[String]) -> Result<(), Fault> {
        let effect = async {
            for id in ids {
                hand_over(self, &Message::Letter(id.clone()), 0);
            }
            Ok(())
        };
        self.call(Port::Queue, format_args!("push mails that came in {ids:?}"), effect).await
    }
}
