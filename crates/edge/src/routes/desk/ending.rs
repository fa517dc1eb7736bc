//! Ending a posting, and taking it down.

use domain::posting::State;
use domain::{Deed, Failure};
use intake::ports::{NewVersion, PostingStore as _};
use intake::{Draft, Saving, save_posting};
use postings::Compiled;
use serde_json::json;

use super::{Answer, Desk};
use crate::routes::answer::{self, Caching};

impl Desk<'_> {
    /// Ends a posting before its deadline. Pages that are open may still send
    /// for as long as the flows allow for versions that change.
    pub(super) async fn end(&self, slug: &str) -> Answer {
        let stored = self.stored(slug).await?;
        let posting = self.posting(slug)?.clone();
        let now = self.context.received_at;
        let mut version = stored.version;
        if now < posting.requirements.window.closes_at {
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
                closes_at: Some(now),
                ended_at: Some(now),
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

    /// Takes a posting off the careers page. What was sent stays known.
    pub(super) async fn take_down(&self, slug: &str) -> Answer {
        let stored = self.stored(slug).await?;
        self.app.ledger.set_state(slug, State::Withdrawn, self.context.received_at).await?;
        self.saved(slug, Deed::TakenDown, None).await?;
        let body = json!({ "slug": slug, "version": stored.version, "state": "withdrawn" });
        Ok(self.done(200, slug, &body))
    }
}
