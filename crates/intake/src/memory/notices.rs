//! Notices, in memory.

use std::collections::BTreeMap;

use rules::Timestamp;

use super::{End, Memory, NoticeRow, Port, count};
use crate::ports::{
    Claim, Entry, Fault, Incident, Letter, MailState, Notice, Notices, Settlement, Standing,
    Trouble,
};

impl Notices for Memory {
    async fn last_report(&self, slug: &str) -> Result<Option<u32>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let notices = self.notices.borrow();
        let of_posting = notices.values().filter(|row| row.posting.as_deref() == Some(slug));
        Ok(of_posting.filter_map(|row| row.day).max())
    }

    async fn undelivered(&self, slug: &str) -> Result<bool, Fault> {
        let standing = self.standing(slug).await?;
        Ok(standing.kept.iter().any(|entry| !matches!(entry.forwarding, MailState::Sent(_))))
    }

    async fn open_report(&self, slug: &str, day: u32, now: Timestamp) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut notices = self.notices.borrow_mut();
        // One that was refused has not left either.
        let stale = |row: &NoticeRow| {
            row.posting.as_deref() == Some(slug)
                && row.notice.is_some()
                && row.day.is_some_and(|of| of < day)
        };
        notices.retain(|_, row| !stale(row));
        let notice = Notice::Report { posting: slug.to_owned() };
        let row = NoticeRow::new(Some(slug.to_owned()), Some(day), notice, now);
        notices.entry(format!("report/{slug}/{day}")).or_insert(row);
        Ok(())
    }

    async fn standing(&self, slug: &str) -> Result<Standing, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let applications = self.applications.borrow();
        let of_posting = applications.values().filter(|received| received.posting == slug);
        let mut kept: Vec<_> = of_posting
            .filter(|received| !self.is_retired(&received.id))
            .map(|received| Entry {
                number: received.number,
                reference: received.reference.clone(),
                forwarding: self.stage(&received.id, Letter::Staff),
            })
            .collect();
        kept.sort_by_key(|entry| entry.number);
        let retired = self.retired.borrow();
        let withdrawn = retired.values().filter(|row| row.posting.as_deref() == Some(slug)).count();
        Ok(Standing { kept, withdrawn: u32::try_from(withdrawn).unwrap_or(u32::MAX) })
    }

    async fn trouble(&self, now: Timestamp, late: Timestamp) -> Result<Trouble, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let outbox = self.outbox.borrow();
        let moves = outbox.values().any(|row| matches!(row.end, Some(End::Sent(at)) if at >= late));
        let mut trouble = Trouble::default();
        let mut causes: BTreeMap<&str, u32> = BTreeMap::new();
        let mut last_lost = Timestamp(i64::MIN);
        for ((id, letter), row) in outbox.iter() {
            let lost = *letter == Letter::Staff && row.is_given_up();
            let is_late =
                row.due_at < late && row.leased_until <= now && (row.attempts > 0 || !moves);
            let waiting = row.end.is_none() && (row.failures > 1 || is_late);
            let cause = row.trouble.as_deref().unwrap_or("late");
            if waiting {
                trouble.waiting += 1;
                *causes.entry(cause).or_default() += 1;
                let received_at = self.applications.borrow().get(id).map(|one| one.received_at);
                trouble.since = trouble.since.into_iter().chain(received_at).min();
            } else if lost {
                trouble.lost += 1;
                if row.due_at >= last_lost {
                    last_lost = row.due_at;
                    trouble.lost_cause = Some(cause.to_owned());
                }
            }
        }
        let most = causes.into_iter().max_by_key(|(_, count)| *count);
        trouble.cause = most.map(|(cause, _)| cause.to_owned());
        Ok(trouble)
    }

    async fn last_incident(&self) -> Result<Option<Incident>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let incidents = self.incidents.borrow();
        let last = incidents.iter().max_by_key(|one| (one.closed_at.is_none(), one.opened_at));
        Ok(last.cloned())
    }

    async fn open_incident(&self, incident: &Incident, alert: bool) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut incidents = self.incidents.borrow_mut();
        let stands_in_the_way =
            |other: &Incident| other.closed_at.is_none() || other.opened_at == incident.opened_at;
        if incidents.iter().any(stands_in_the_way) {
            return Ok(());
        }
        incidents.push(incident.clone());
        if alert {
            let notice = Notice::Alert { incident: incident.clone() };
            let row = NoticeRow::new(None, None, notice, incident.opened_at);
            self.notices.borrow_mut().insert(format!("alert/{}", incident.opened_at.0), row);
        }
        Ok(())
    }

    async fn update_incident(&self, incident: &Incident) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut incidents = self.incidents.borrow_mut();
        if let Some(known) = incidents.iter_mut().find(|one| one.opened_at == incident.opened_at) {
            *known = incident.clone();
        }
        Ok(())
    }

    async fn due_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let notices = self.notices.borrow();
        let mut due: Vec<_> = notices.iter().filter(|(_, row)| row.is_due(now)).collect();
        due.sort_by_key(|(_, row)| row.due_at);
        Ok(due.into_iter().take(count(limit)).map(|(id, _)| id.clone()).collect())
    }

    async fn claim_notice(
        &self,
        id: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Notice, Claim)>, Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut notices = self.notices.borrow_mut();
        let Some(row) = notices.get_mut(id).filter(|row| row.is_due(now)) else { return Ok(None) };
        row.attempts += 1;
        row.possible_duplicate |= row.leased_until > Timestamp(0);
        row.leased_until = until;
        let claim = Claim {
            attempt: row.attempts,
            possible_duplicate: row.possible_duplicate,
            since: *row.tried_since.get_or_insert(now),
        };
        Ok(row.notice.clone().map(|notice| (notice, claim)))
    }

    async fn settle_notice(
        &self,
        id: &str,
        claim: Claim,
        settlement: &Settlement,
    ) -> Result<(), Fault> {
        self.check(Port::Ledger, Fault::Ledger)?;
        let mut notices = self.notices.borrow_mut();
        let Some(row) = notices.get_mut(id).filter(|row| row.attempts == claim.attempt) else {
            return Ok(());
        };
        row.leased_until = Timestamp(0);
        match settlement {
            Settlement::Sent { .. } => row.notice = None,
            Settlement::Later { at, possibly_sent, .. } => {
                row.due_at = *at;
                row.possible_duplicate |= possibly_sent;
            }
            Settlement::Refused { .. } => row.is_refused = true,
        }
        Ok(())
    }
}
