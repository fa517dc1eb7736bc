//! What became of a change of stages, and `POST /desk/mails/{id}/cancel`.

use std::collections::BTreeMap;

use domain::{Failure, Reference};
use intake::Progressed;
use intake::ports::{Fault, Progress as _, Stop};
use serde_json::{Value, json};
use views::desk::{Named, Outcome};

use super::{Answer, Desk, forms};
use crate::log;
use crate::postings::find;
use crate::routes::answer::{self, Caching};

impl Desk<'_> {
    /// Says what became of it.
    pub(super) async fn progressed(
        &self,
        progressed: &Progressed,
        fields: &forms::Fields,
    ) -> Answer {
        if let Some(fault) = &progressed.unqueued {
            log::fault("messages not queued", fault);
        }
        if !self.context.wants_json {
            let page = self.outcome(progressed, fields).await;
            return Ok(answer::html(200, &page, Caching::Never));
        }
        let skipped: Vec<Value> = progressed
            .skipped
            .iter()
            .map(|(reference, why)| json!({ "reference": reference, "why": why.as_str() }))
            .collect();
        let scheduled: Vec<Value> = progressed
            .scheduled
            .iter()
            .map(|one| {
                json!({
                    "id": one.id,
                    "reference": one.reference,
                    "send_at": one.send_at.to_rfc3339(),
                    "replaces": one.replaces,
                })
            })
            .collect();
        let body = json!({
            "changed": progressed.changed.len(), "skipped": skipped, "scheduled": scheduled,
        });
        Ok(answer::json(200, &body, Caching::Never))
    }

    /// The same as a page.
    async fn outcome(&self, progressed: &Progressed, fields: &forms::Fields) -> String {
        let back = fields.given("back").filter(|path| path.starts_with("/desk/"));
        let Progressed { scheduled, skipped, changed, .. } = progressed;
        let written_to = scheduled.iter().map(|one| one.reference.clone());
        let left = skipped.iter().filter_map(|(typed, _)| Reference::parse(typed));
        let names = self.names(&written_to.chain(left).collect::<Vec<_>>()).await;
        // The change is made: the page tells it by references, if it must.
        let names = names.unwrap_or_else(|fault| {
            log::fault("names not read", &fault);
            BTreeMap::new()
        });
        let who = |typed: &str| {
            let name = Reference::parse(typed).and_then(|reference| names.get(&reference));
            Named { reference: typed.to_owned(), name: name.cloned().unwrap_or_default() }
        };
        let skipped: Vec<(Named, &'static str)> =
            skipped.iter().map(|(typed, why)| (who(typed), why.as_str())).collect();
        let messages = scheduled.iter().map(|one| (one.id.clone(), who(one.reference.as_str())));
        let outcome = Outcome {
            changed: u32::try_from(changed.len()).unwrap_or(u32::MAX),
            skipped: &skipped,
            scheduled: &messages.collect::<Vec<_>>(),
            puts_back: !changed.is_empty(),
            send_at: scheduled.first().map_or(self.context.received_at, |one| one.send_at),
            posting: fields.given("posting").and_then(|slug| find(&self.postings, slug)),
        };
        let back = back.unwrap_or("/desk");
        views::desk::progressed(self.context.texts(), &outcome, back, &self.person())
    }

    /// The names of those who sent these applications.
    async fn names(&self, references: &[Reference]) -> Result<BTreeMap<Reference, String>, Fault> {
        let mut names = BTreeMap::new();
        for some in references.chunks(100) {
            let standings = self.app.ledger.standings(some).await?;
            let applications = standings.into_iter().map(|standing| standing.application);
            names.extend(applications.map(|one| (one.reference, one.content.name)));
        }
        Ok(names)
    }

    /// Stops a message that has not left.
    pub(super) async fn stop_message(&self, id: &str) -> Answer {
        let stopped = self.app.ledger.stop_message(id, self.actor()).await?;
        let (status, body, page) = match stopped {
            Stop::Unknown => return Err(Failure::NotFound.into()),
            Stop::Stopped { reference, stage } => {
                let page = format!("/desk/applications/{reference}#mails");
                (200, json!({ "reference": reference, "stage": stage }), Some(page))
            }
            Stop::TooLate => (409, json!({ "error": "already_sent" }), None),
        };
        if self.context.wants_json {
            return Ok(answer::json(status, &body, Caching::Never));
        }
        if let Some(page) = page {
            return Ok(answer::see_other(&page));
        }
        let texts = self.context.texts();
        let page = views::desk::refused(texts, texts.desk_stop_too_late, &self.person());
        Ok(answer::html(409, &page, Caching::Never))
    }
}
