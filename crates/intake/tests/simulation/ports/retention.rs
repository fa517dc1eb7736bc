//! Deleting.

use domain::{Application, Posting};
use intake::ports::{Fault, Retention};
use rules::Timestamp;

use super::Ports;
use crate::witness::{fresh, retired, withdrawn};

impl Retention for Ports {
    async fn withdraw(
        &self,
        received: &Application,
        trace: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let effect = async {
            self.memory.withdraw(received, trace, now).await?;
            withdrawn(self, &received.id);
            self.after_the_mark(&received.id, now);
            Ok(())
        };
        self.ledger(format_args!("withdraw {}", received.id), effect).await
    }

    async fn withdrawn(&self, limit: u32) -> Result<Vec<String>, Fault> {
        self.ledger(format_args!("withdrawn"), self.memory.withdrawn(limit)).await
    }

    async fn promise(&self, postings: &[Posting]) -> Result<(), Fault> {
        self.ledger(format_args!("promise"), self.memory.promise(postings)).await
    }

    async fn to_erase(&self, now: Timestamp) -> Result<Vec<String>, Fault> {
        self.ledger(format_args!("to erase"), self.memory.to_erase(now)).await
    }

    async fn erase(&self, id: &str) -> Result<(), Fault> {
        self.ledger(format_args!("erase {id}"), self.memory.erase(id)).await
    }

    async fn close_books(&self, slug: &str) -> Result<(), Fault> {
        self.ledger(format_args!("close books"), self.memory.close_books(slug)).await
    }

    async fn retire_strays(&self, ids: &[String], now: Timestamp) -> Result<Vec<String>, Fault> {
        let effect = async {
            let fresh = fresh(self, ids, now);
            let strays = self.memory.retire_strays(ids, now).await?;
            retired(self, &strays, &fresh);
            Ok(strays)
        };
        self.ledger(format_args!("retire strays"), effect).await
    }

    async fn forget_until(&self, until: Timestamp) -> Result<(), Fault> {
        self.ledger(format_args!("forget"), self.memory.forget_until(until)).await
    }

    async fn bookmark(&self, task: &str) -> Result<Option<String>, Fault> {
        self.ledger(format_args!("bookmark"), self.memory.bookmark(task)).await
    }

    async fn keep_bookmark(&self, task: &str, after: Option<&str>) -> Result<(), Fault> {
        self.ledger(format_args!("keep bookmark"), self.memory.keep_bookmark(task, after)).await
    }
}
