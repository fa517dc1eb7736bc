//! `GET /desk` and `GET /desk/postings/{slug}`: the postings, and the
//! applications of one.

use domain::{Failure, Posting, Stage};
use intake::ports::{
    CurrentVersion, Dossier, Dossiers as _, EarlyErasures, Listing, MailState, PAGE, PostingCounts,
    PostingStore as _, Sort,
};
use rules::Timestamp;
use serde_json::{Value, json};
use views::Site;
use views::desk::{ListShown, PostingShown};
use worker::Request;

use super::export::parts;
use super::{Answer, Desk, forms};
use crate::routes::answer::{self, Caching};

impl Desk<'_> {
    /// The postings that the person may read.
    pub(super) async fn overview(&self) -> Answer {
        let counts = self.app.ledger.counts(None).await?;
        let readable = self.postings.iter().filter(|posting| self.access.may_read(posting));
        let shown: Vec<PostingShown<'_>> =
            readable.map(|posting| self.shown(posting, &counts)).collect();
        if !self.context.wants_json {
            let texts = self.context.texts();
            let drafts: Vec<&str> = self.drafts().map(|draft| draft.slug.as_str()).collect();
            let page = views::desk::overview(texts, &shown, &drafts, &self.person());
            return Ok(answer::html(200, &page, Caching::Never));
        }
        let mut postings: Vec<Value> = shown
            .iter()
            .map(|shown| {
                json!({
                    "slug": shown.posting.slug,
                    "title": shown.posting.title,
                    "state": shown.state,
                    "version": shown.version,
                    "closes_at": shown.posting.requirements.window.closes_at.to_rfc3339(),
                    "applications": shown.counts.applications,
                    "not_forwarded": shown.counts.not_forwarded,
                    "unanswered": shown.counts.unanswered,
                })
            })
            .collect();
        postings.extend(self.drafts().map(|draft| {
            json!({
                "slug": draft.slug, "title": draft.slug, "state": "draft",
                "version": draft.version, "closes_at": null, "applications": 0,
                "not_forwarded": 0, "unanswered": 0,
            })
        }));
        Ok(answer::json(200, &json!({ "postings": postings }), Caching::Never))
    }

    /// The applications of a posting, a page of them.
    pub(super) async fn posting_page(&self, slug: &str) -> Answer {
        if let Some(draft) = self.drafts().find(|draft| draft.slug == slug) {
            return self.draft_page(draft).await;
        }
        let posting = self.posting(slug)?;
        let listing = listing(|name| self.context.parameter(name))?;
        self.list_of(posting, &listing).await
    }

    /// The same by a form: what is searched is often a name, which is not to
    /// stand in an address.
    pub(super) async fn search(&self, slug: &str, request: Request) -> Answer {
        let posting = self.posting(slug)?;
        let fields = forms::read(request, forms::SMALL).await?;
        let mut listing = listing(|name| fields.given(name).map(str::to_owned))?;
        listing.search = fields.text("q").chars().take(200).collect();
        self.list_of(posting, &listing).await
    }

    /// The drafts with mistakes, for those who may mend them.
    fn drafts(&self) -> impl Iterator<Item = &CurrentVersion> {
        self.drafts.iter().filter(|_| self.access.may_change())
    }

    /// A draft with mistakes has no applications: it is shown in the editor.
    async fn draft_page(&self, draft: &CurrentVersion) -> Answer {
        if !self.context.wants_json {
            return self.edit_posting(&draft.slug).await;
        }
        let source = self.stored(&draft.slug).await?.source;
        let body = json!({
            "slug": draft.slug, "version": draft.version, "source": source, "state": "draft",
            "applications": [],
        });
        Ok(answer::json(200, &body, Caching::Never))
    }

    async fn list_of(&self, posting: &Posting, listing: &Listing) -> Answer {
        let slug = posting.slug.as_str();
        let mut listed = self.app.ledger.list(slug, listing).await?;
        for dossier in &mut listed.dossiers {
            self.hide_others(dossier);
        }
        let counts = self.app.ledger.counts(Some(slug)).await?;
        let mut shown = self.shown(posting, &counts);
        if !self.context.wants_json {
            // Only a change moves the day of deletion.
            if posting.version > 1 {
                let until = posting.erased_at();
                shown.erased_earlier = self.app.ledger.erased_before(slug, until).await?;
            }
            let events = self.app.ledger.posting_events(slug).await?;
            let parts = parts(posting, shown.counts.applications);
            let list = ListShown { listing, listed: &listed, events: &events, parts };
            let texts = self.context.texts();
            let page = views::desk::posting(texts, &shown, &list, &self.person());
            return Ok(answer::html(200, &page, Caching::Never));
        }
        // A panel reads applications; the source has the addresses of others.
        let mut source = None;
        if self.access.may_change() {
            source = Some(self.stored(slug).await?.source);
        }
        let applications: Vec<Value> = listed.dossiers.iter().map(listed_application).collect();
        let body = json!({
            "slug": posting.slug,
            "version": shown.version,
            "source": source,
            "state": shown.state,
            "title": posting.title,
            "closes_at": posting.requirements.window.closes_at.to_rfc3339(),
            "erase_on": posting.erased_on().to_string(),
            "total": listed.total,
            "page": listing.page.saturating_add(1),
            "pages": listed.total.div_ceil(PAGE).max(1),
            "applications": applications,
        });
        Ok(answer::json(200, &body, Caching::Never))
    }

    pub(super) fn shown<'p>(
        &self,
        posting: &'p Posting,
        counts: &[PostingCounts],
    ) -> PostingShown<'p> {
        let counts = counts.iter().find(|counts| counts.slug == posting.slug);
        let counts = counts.cloned().unwrap_or_default();
        let now = self.context.received_at;
        let state = posting.state_at(now);
        let was_ended = posting.planned_closing.is_some_and(|planned| planned > now);
        let is_undoable = state == "withdrawn" || (state == "closed" && was_ended);
        PostingShown {
            posting,
            state,
            version: posting.version,
            can_be_put_back: is_undoable && !self.is_over(posting),
            erased_earlier: EarlyErasures::default(),
            is_erased: counts.applications == 0 && self.is_over(posting),
            counts,
        }
    }

    /// Whether the day of deletion of a posting has come.
    pub(super) fn is_over(&self, posting: &Posting) -> bool {
        posting.erased_at() <= self.context.received_at
    }

    pub(super) fn site(&self) -> Site<'_> {
        Site { base_url: &self.context.origin }
    }

    pub(super) fn person(&self) -> views::desk::Person<'_> {
        views::desk::Person { email: self.access.email(), may_change: self.access.may_change() }
    }
}

/// What is asked of the list.
fn listing(parameter: impl Fn(&str) -> Option<String>) -> Result<Listing, Failure> {
    let parameter = |name| parameter(name).filter(|value| !value.is_empty());
    let stage = match parameter("stage") {
        Some(name) => Some(Stage::parse(&name).ok_or(Failure::NotFound)?),
        None => None,
    };
    let page: u32 = parameter("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    Ok(Listing {
        search: String::new(),
        stage,
        not_forwarded: parameter("not_forwarded").is_some(),
        sort: parameter("sort").and_then(|name| Sort::parse(&name)).unwrap_or_default(),
        descending: parameter("order").is_some_and(|order| order == "desc"),
        page: page.clamp(1, 100_000).saturating_sub(1),
    })
}

/// An application as the list has it.
pub(super) fn listed_application(dossier: &Dossier) -> Value {
    let application = &dossier.application;
    let content = &application.content;
    let also: Vec<&str> = dossier.also_applied.iter().map(|(one, _)| one.as_str()).collect();
    json!({
        "reference": application.reference,
        "number": application.number,
        "revision": application.revision,
        "name": content.name,
        "email": application.shown_address(),
        "sealed": application.as_sealed().is_some(),
        "confirmed": dossier.is_confirmed,
        "forgotten_at": application.forgotten_at().map(Timestamp::to_rfc3339),
        "wants_mails": content.mails,
        "received_at": application.received_at.to_rfc3339(),
        "stage": dossier.stage,
        "forwarded_at": dossier.delivery.forwarding.sent_at().map(Timestamp::to_rfc3339),
        "forwarding_given_up": dossier.delivery.forwarding == MailState::GivenUp,
        "documents": content.documents.len(),
        "remarks": application.remarks(),
        "also_applied": also,
        "answered_elsewhere": dossier.is_answered_elsewhere,
    })
}
