//! Ending a posting, taking it down, and undoing both.

use domain::posting::State;
use domain::{Deed, Failure, Posting};
use intake::ports::{NewVersion, PostingStore as _, PostingVersion};
use intake::{Draft, Saving, pages_open_until, save_posting};
use postings::Compiled;
use rules::Timestamp;
use serde_json::json;
use worker::Response;

use super::{Answer, Desk, Refused};
use crate::routes::answer::{self, Caching};

impl Desk<'_> {
    /// Ends a posting, for new pages at once and for those that are open within
    /// the hour. A draft has nothing to end; what was taken down stays so.
    pub(super) async fn end(&self, slug: &str) -> Answer {
        let stored = self.stored(slug).await?;
        if stored.state != State::Published {
            return Ok(self.unchanged(slug, &stored));
        }
        let posting = self.posting(slug)?.clone();
        let now = self.context.received_at;
        let closes_at = posting.requirements.window.closes_at.min(now);
        let mut version = stored.version;
        if self.takes_applications(&posting).await? {
            match self.save_end(&stored, closes_at, Some(closes_at)).await? {
                Ok(saved) => version = saved,
                Err(conflict) => return Ok(conflict),
            }
            self.saved(slug, Deed::Ended, None).await?;
        }
        let body = json!({ "slug": slug, "version": version, "state": "closed" });
        Ok(self.done(200, slug, &body))
    }

    /// Whether anybody may still apply, be it from a page that was open when the
    /// deadline was moved to before now.
    async fn takes_applications(&self, posting: &Posting) -> Result<bool, Refused> {
        let now = self.context.received_at;
        let pages = pages_open_until(&self.app.ledger.closings(&posting.slug, 0).await?);
        Ok(pages.max(Some(posting.requirements.window.closes_at)) > Some(now))
    }

    /// Takes a posting off the careers page. What was sent stays known. A second
    /// time changes nothing: pages that were open then have an hour from the first.
    pub(super) async fn take_down(&self, slug: &str) -> Answer {
        let stored = self.stored(slug).await?;
        if stored.state != State::Published {
            return Ok(self.unchanged(slug, &stored));
        }
        self.app.ledger.set_state(slug, State::Withdrawn, self.context.received_at).await?;
        self.saved(slug, Deed::TakenDown, None).await?;
        let body = json!({ "slug": slug, "version": stored.version, "state": "withdrawn" });
        Ok(self.done(200, slug, &body))
    }

    /// Puts a posting back on the careers page that was taken down, or opens one
    /// again that was ended before its deadline. 409 once its day of deletion
    /// has come.
    pub(super) async fn put_back(&self, slug: &str) -> Answer {
        let stored = self.stored(slug).await?;
        if stored.state == State::Draft {
            return Ok(self.unchanged(slug, &stored));
        }
        let posting = self.posting(slug)?;
        if self.is_over(posting) {
            let body = json!({ "error": "over", "version": stored.version });
            return Ok(answer::json(409, &body, Caching::Never));
        }
        let now = self.context.received_at;
        let mut version = stored.version;
        if stored.state == State::Withdrawn {
            self.app.ledger.set_state(slug, State::Published, now).await?;
        } else if let Some(closes_at) = posting.planned_closing.filter(|at| *at > now) {
            match self.save_end(&stored, closes_at, None).await? {
                Ok(saved) => version = saved,
                Err(conflict) => return Ok(conflict),
            }
        } else {
            return Ok(self.unchanged(slug, &stored));
        }
        self.saved(slug, Deed::PutBack, None).await?;
        let state = self.stored(slug).await.and_then(|stored| {
            let posting = crate::postings::compiled(stored)?;
            Ok(posting.state_at(now))
        })?;
        let body = json!({ "slug": slug, "version": version, "state": state });
        Ok(self.done(200, slug, &body))
    }

    /// Saves a version that says the same but for when the posting was ended by
    /// hand. Returns its number, or the answer where another has saved since.
    async fn save_end(
        &self,
        stored: &PostingVersion,
        closes_at: Timestamp,
        ended_at: Option<Timestamp>,
    ) -> Result<Result<u32, worker::Result<Response>>, Refused> {
        let slug = stored.slug.as_str();
        let posting = postings::compile(&format!("{slug}.md"), &stored.source);
        let compiled = Compiled::of(&posting.map_err(|_| Failure::NotFound)?);
        let new = NewVersion {
            slug,
            base: stored.version,
            state: None,
            source: &stored.source,
            compiled: Some(&compiled.json),
            format: compiled.format,
            closes_at: Some(closes_at),
            ended_at,
            saved_at: self.context.received_at,
            saved_by: self.access.email(),
        };
        // It closes no later than candidates were told, so nothing has to be
        // confirmed.
        let draft = Draft { version: new, confirmed: true };
        match save_posting(&self.app.ledger, crate::postings::compiled, draft).await? {
            Saving::Version(saved) | Saving::Unchanged(saved) => Ok(Ok(saved)),
            Saving::Conflict { current } => {
                let body = json!({ "error": "conflict", "version": current });
                Ok(Err(answer::json(409, &body, Caching::Never)))
            }
            Saving::Unconfirmed { .. } | Saving::Over => Err(Failure::NotFound.into()),
        }
    }

    /// Says the state of a posting that nothing was to be done to: 409 for a draft, which
    /// can be neither ended nor taken down.
    fn unchanged(&self, slug: &str, stored: &PostingVersion) -> worker::Result<Response> {
        let body =
            json!({ "slug": slug, "version": stored.version, "state": stored.state.as_str() });
        let status = if stored.state == State::Draft { 409 } else { 200 };
        self.done(status, slug, &body)
    }
}
