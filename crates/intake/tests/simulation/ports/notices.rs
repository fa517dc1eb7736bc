//! What staff and operator are told.

use intake::ports::{Claim, Fault, Incident, Notice, Notices, Settlement, Standing, Trouble};
use rules::Timestamp;

use super::Ports;

impl Notices for Ports {
    async fn last_report(&self, slug: &str) -> Result<Option<u32>, Fault> {
        self.ledger(format_args!("last report"), self.memory.last_report(slug)).await
    }

    async fn undelivered(&self, slug: &str) -> Result<bool, Fault> {
        self.ledger(format_args!("undelivered"), self.memory.undelivered(slug)).await
    }

    async fn open_report(&self, slug: &str, day: u32, now: Timestamp) -> Result<(), Fault> {
        self.ledger(format_args!("open report"), self.memory.open_report(slug, day, now)).await
    }

    async fn standing(&self, slug: &str) -> Result<Standing, Fault> {
        let effect = async {
            self.history.borrow_mut().read_standing(self.scheduler.running(), slug);
            self.memory().standing(slug).await
        };
        self.ledger(format_args!("standing of {slug}"), effect).await
    }

    async fn trouble(&self, now: Timestamp, late: Timestamp) -> Result<Trouble, Fault> {
        self.ledger(format_args!("trouble"), self.memory.trouble(now, late)).await
    }

    async fn last_incident(&self) -> Result<Option<Incident>, Fault> {
        self.ledger(format_args!("last incident"), self.memory.last_incident()).await
    }

    async fn open_incident(&self, incident: &Incident, alert: bool) -> Result<(), Fault> {
        self.ledger(format_args!("open incident"), self.memory.open_incident(incident, alert)).await
    }

    async fn update_incident(&self, incident: &Incident) -> Result<(), Fault> {
        self.ledger(format_args!("update incident"), self.memory.update_incident(incident)).await
    }

    async fn due_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, Fault> {
        self.ledger(format_args!("due notices"), self.memory.due_notices(now, limit)).await
    }

    async fn claim_notice(
        &self,
        id: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Notice, Claim)>, Fault> {
        let effect = async {
            let claim = self.memory.claim_notice(id, now, self.lease(now, until)).await?;
            if let Some((_, claim)) = &claim {
                self.claimed(id.to_owned(), now, *claim);
            }
            Ok(claim)
        };
        self.ledger(format_args!("claim {id}"), effect).await
    }

    async fn settle_notice(
        &self,
        id: &str,
        claim: Claim,
        settlement: &Settlement,
    ) -> Result<(), Fault> {
        let settlement = &self.settlement(settlement);
        let effect = self.memory.settle_notice(id, claim, settlement);
        self.settled(id.to_owned(), claim, settlement, effect).await
    }
}
