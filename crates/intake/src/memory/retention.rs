//! Deleting, in memory.

use domain::{Application, Posting};
use rules::Timestamp;

use super::{Memory, NoticeRow, Port, Retired, Tally, count};
use crate::ports::{Fault, Notice, Retention};

impl Retention for Memory {
    async fn withdraw(
        &self,
        received: &Application,
        trace: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let id = &received.id;
        if !self.applications.borrow().contains_key(id) || self.is_retired(id) {
            return Ok(());
        }
        let posting = Some(received.posting.clone());
        let retired =
            Retired { posting: posting.clone(), at: now, receipt: Some(trace.to_owned()) };
        self.retired.borrow_mut().insert(id.clone(), retired);
        let notice = Notice::Withdrawal {
            posting: received.posting.clone(),
            number: received.number,
            reference: received.reference.clone(),
            at: now,
        };
        let mut outbox = self.outbox.borrow_mut();
        let leased = outbox.iter().filter(|((of, _), _)| of == id).map(|(_, row)| row.leased_until);
        let due_at = leased.fold(now, Timestamp::max);
        let row = NoticeRow::new(posting, None, notice, due_at);
        self.notices.borrow_mut().insert(format!("withdrawal/{id}"), row);
        outbox.retain(|(of, _), _| of != id);
        Ok(())
    }

    async fn withdrawn(&self, limit: u32) -> Result<Vec<String>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let applications = self.applications.borrow();
        let ids = applications.keys().filter(|id| self.is_retired(id)).cloned();
        Ok(ids.take(count(limit)).collect())
    }

    async fn promise(&self, postings: &[Posting]) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut tallies = self.tallies.borrow_mut();
        for posting in postings {
            tallies.entry(posting.slug.clone()).or_default().erased_at = Some(posting.erased_at());
        }
        Ok(())
    }

    async fn to_erase(&self, now: Timestamp) -> Result<Vec<String>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let (applications, retired) = (self.applications.borrow(), self.retired.borrow());
        let notices = self.notices.borrow();
        let has_some = |slug: &str| {
            applications.values().any(|one| one.posting == slug)
                || retired.values().any(|one| one.posting.as_deref() == Some(slug))
                || notices.values().any(|one| one.posting.as_deref() == Some(slug))
        };
        let tallies = self.tallies.borrow();
        let ended = tallies.iter().filter(|(_, tally)| tally.erased_at.is_some_and(|at| at <= now));
        Ok(ended.map(|(slug, _)| slug.clone()).filter(|slug| has_some(slug)).collect())
    }

    async fn erase(&self, id: &str) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let Some(gone) = self.applications.borrow_mut().remove(id) else { return Ok(()) };
        self.outbox.borrow_mut().retain(|(application, _), _| application != id);
        let mut tallies = self.tallies.borrow_mut();
        let tally: &mut Tally = tallies.entry(gone.posting).or_default();
        if self.is_retired(id) {
            tally.withdrawn += 1;
        } else {
            tally.erased += 1;
        }
        Ok(())
    }

    async fn close_books(&self, slug: &str) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        self.retired.borrow_mut().retain(|_, row| row.posting.as_deref() != Some(slug));
        self.notices.borrow_mut().retain(|_, row| row.posting.as_deref() != Some(slug));
        Ok(())
    }

    async fn retire_strays(&self, ids: &[String], now: Timestamp) -> Result<Vec<String>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let applications = self.applications.borrow();
        let strays: Vec<_> =
            ids.iter().filter(|id| !applications.contains_key(*id)).cloned().collect();
        for id in &strays {
            let retired = Retired { posting: None, at: now, receipt: None };
            self.retired.borrow_mut().entry(id.clone()).or_insert(retired);
        }
        Ok(strays)
    }

    async fn forget_until(&self, until: Timestamp) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        self.retired.borrow_mut().retain(|_, row| row.posting.is_some() || row.at >= until);
        self.notices.borrow_mut().retain(|_, row| row.posting.is_some() || row.due_at >= until);
        let ended = |at: Option<Timestamp>| at.is_some_and(|at| at < until);
        let latest = self.incidents.borrow().iter().map(|one| one.opened_at).max();
        self.incidents
            .borrow_mut()
            .retain(|one| Some(one.opened_at) == latest || !ended(one.closed_at));
        Ok(())
    }

    async fn bookmark(&self, task: &str) -> Result<Option<String>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        Ok(self.bookmarks.borrow().get(task).cloned())
    }

    async fn keep_bookmark(&self, task: &str, after: Option<&str>) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut bookmarks = self.bookmarks.borrow_mut();
        match after {
            Some(after) => bookmarks.insert(task.to_owned(), after.to_owned()),
            None => bookmarks.remove(task),
        };
        Ok(())
    }
}
