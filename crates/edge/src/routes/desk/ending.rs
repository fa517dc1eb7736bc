//! Ending a posting, and taking it down.

use domain::posting::State;
use domain::{Deed, Failure, Posting};
use intake::ports::{NewVersion, PostingStore as _, PostingVersion};
use intake::{Draft, Saving, pages_open_until, save_posting};
use postings::Compiled;
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
            let ended = postings::compile(&format!("{slug}.md"), &stored.source)
                .map_err(|_| Failure::NotFound)?;
            let compiled = Compiled::of(&ended);
            let new = NewVersion {
                slug,
                base: stored.version,
                state: None,
                source: &stored.source,
                compiled: Some(&compiled.json),
                format: compiled.format,
                closes_at: Some(closes_at),
                ended_at: Some(closes_at),
                saved_at: now,
                saved_by: self.access.email(),
            };
            // It closes earlier than before, so nothing has to be confirmed.
            let draft = Draft { version: new, confirmed: true };
            match save_posting(&self.app.ledger, crate::postings::compiled, draft).await? {
                Saving::Version(saved) | Saving::Unchanged(saved) => version = saved,
                Saving::Conflict { current } => {
                    let body = json!({ "error": "conflict", "version": current });
                    return Ok(answer::json(409, &body, Caching::Never));
                }
                Saving::Unconfirmed { .. } | Saving::Over => return Err(Failure::NotFound.into()),
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

    /// Says the state of a posting that people do not see: 409 for a draft, which
    /// can be neither ended nor taken down.
    fn unchanged(&self, slug: &str, stored: &PostingVersion) -> worker::Result<Response> {
        let body =
            json!({ "slug": slug, "version": stored.version, "state": stored.state.as_str() });
        let status = if stored.state == State::Draft { 409 } else { 200 };
        self.done(status, slug, &body)
    }
}
