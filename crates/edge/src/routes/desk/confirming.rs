//! `POST /desk/applications/{reference}/confirm` and `POST /desk/confirm`: staff
//! have applications of a posting that forgets.

use domain::{Application, Failure, Reference};
use intake::Confirmed;
use intake::ports::{Forgetting as _, Progress as _};
use serde_json::{Value, json};
use views::desk::Named;
use worker::Request;

use super::stage::seen;
use super::{Answer, Desk, Refused, forms};
use crate::log;
use crate::routes::answer::{self, Caching};

/// The most applications that are confirmed at once: a page of the list.
const MAX_CONFIRMED: usize = 200;

impl Desk<'_> {
    /// Notes that staff have an application, and forgets what it says. A
    /// newer revision than the one that they saw stays.
    pub(super) async fn confirm(&self, reference: &str, request: Request) -> Answer {
        let (posting, dossier) = self.dossier(reference).await?;
        let application = &dossier.application;
        if !self.as_told(posting, application).await?.privacy.forget {
            return Err(Failure::NotFound.into());
        }
        let fields = forms::read(request, forms::SMALL).await?;
        let revision: u32 = fields.text("revision").trim().parse().unwrap_or_default();
        let (documents, ledger) = (&self.app.documents, &self.app.ledger);
        let (signing, by) = (&self.app.signing, Some(self.access.email()));
        let (id, now) = (application.id.as_str(), self.context.received_at);
        let confirmed = intake::confirm(documents, ledger, signing, id, revision, by, now).await?;
        if let Confirmed::Waiting(Some(fault)) = &confirmed {
            log::fault("confirmed but not yet forgotten", fault);
        }
        let reference = &application.reference;
        let (status, forgotten) = match confirmed {
            Confirmed::Newer => (409, false),
            Confirmed::Waiting(_) => (200, false),
            Confirmed::Forgotten => (200, true),
        };
        if self.context.wants_json {
            let latest = application.revision;
            let body =
                json!({ "reference": reference, "revision": latest, "forgotten": forgotten });
            return Ok(answer::json(status, &body, Caching::Never));
        }
        Ok(answer::see_other(&format!("/desk/applications/{reference}#documents")))
    }

    /// Notes that staff have these applications. What they say is deleted by
    /// the cron. One that was corrected since staff saw it stays.
    pub(super) async fn confirm_many(&self, request: Request) -> Answer {
        let fields = forms::read(request, forms::SMALL).await?;
        let mut references: Vec<&str> = fields.texts_of("reference").collect();
        references.sort_unstable();
        references.dedup();
        if references.is_empty() {
            return Ok(self.wrong("reference", "missing", json!({})));
        }
        if references.len() > MAX_CONFIRMED {
            return Err(Failure::TooLarge { max_bytes: forms::SMALL }.into());
        }
        let parsed: Vec<Reference> =
            references.iter().filter_map(|typed| Reference::parse(typed)).collect();
        let standings = self.app.ledger.standings(&parsed).await?;
        let (seen, mut confirmed, mut skipped) = (seen(&fields), 0_u32, Vec::new());
        for typed in references {
            let reference = Reference::parse(typed);
            let found = standings.iter().map(|standing| &standing.application);
            let found = found.into_iter().find(|one| Some(&one.reference) == reference.as_ref());
            let revision = reference.and_then(|one| seen.get(&one)).map(|(revision, _)| *revision);
            match self.confirm_one(found, revision).await? {
                None => confirmed = confirmed.saturating_add(1),
                Some(why) => skipped.push((typed.to_owned(), why)),
            }
        }
        if self.context.wants_json {
            let skipped = skipped.iter().map(|(of, why)| json!({ "reference": of, "why": why }));
            let body =
                json!({ "confirmed": confirmed, "skipped": skipped.collect::<Vec<Value>>() });
            return Ok(answer::json(200, &body, Caching::Never));
        }
        let named = |(typed, why): (String, &'static str)| {
            let reference = Reference::parse(&typed);
            let mut found = standings.iter().map(|standing| &standing.application);
            let name = found.find(|one| Some(&one.reference) == reference.as_ref());
            let name = name.map(|one| one.content.name.clone()).unwrap_or_default();
            (Named { reference: typed, name }, why)
        };
        let skipped: Vec<_> = skipped.into_iter().map(named).collect();
        let posting = standings.first().map(|standing| &standing.application.posting);
        let back = posting.map_or("/desk".to_owned(), |slug| format!("/desk/postings/{slug}"));
        let texts = self.context.texts();
        let page = views::desk::confirmed(texts, confirmed, &skipped, &back, &self.person());
        Ok(answer::html(200, &page, Caching::Never))
    }

    /// Notes that staff have an application in the revision that they saw; the
    /// latest where they do not say. Returns why not.
    async fn confirm_one(
        &self,
        found: Option<&Application>,
        seen: Option<u32>,
    ) -> Result<Option<&'static str>, Refused> {
        let Some(application) = found else { return Ok(Some("not_found")) };
        let posting = self.posting(&application.posting)?;
        if !self.as_told(posting, application).await?.privacy.forget {
            return Ok(Some("kept"));
        }
        let Application { id, revision, .. } = application;
        if seen.is_some_and(|seen| seen != *revision) {
            return Ok(Some("corrected"));
        }
        let (by, now) = (Some(self.access.email()), self.context.received_at);
        self.app.ledger.confirm(id, *revision, by, now).await?;
        Ok(None)
    }
}
