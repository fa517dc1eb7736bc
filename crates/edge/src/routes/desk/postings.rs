//! Writing postings: new ones and further versions.

use domain::posting::State;
use domain::{Deed, Failure, Posting};
use intake::ports::{Concerned, EarlyErasures, NewVersion, PostingStore as _, PostingVersion};
use intake::{Draft, Saving, save_posting, still_ended};
use postings::{Compiled, FORMAT, Flaw, Mistake, Mistakes};
use sealing::holds_private_key;
use serde_json::{Value, json};
use views::desk::{EditorShown, MistakeShown, consequence};
use worker::{Request, Response};

use super::editing::{Sent, View, is_slug, sent, shown};
use super::{Answer, Desk, Refused};
use crate::config;
use crate::routes::answer::{self, Caching};

impl Desk<'_> {
    /// The editor of a new posting, empty or with the source of another one.
    pub(super) async fn new_posting(&self) -> Answer {
        let source = match self.context.parameter("from") {
            Some(slug) => postings::for_another(&self.stored(&slug).await?.source),
            None => String::new(),
        };
        // An empty editor does not say what it lacks; a copy lacks little.
        let mistakes = match postings::compile("posting.md", &source) {
            Err(mistakes) if !source.is_empty() => shown(&source, &mistakes),
            _ => Vec::new(),
        };
        let shown = EditorShown { source: &source, mistakes: &mistakes, ..EditorShown::default() };
        Ok(self.editor(200, &shown, View::Fields, None))
    }

    /// The editor of a posting.
    pub(super) async fn edit_posting(&self, slug: &str) -> Answer {
        let stored = self.stored(slug).await?;
        let mistakes = match postings::compile(&format!("{slug}.md"), &stored.source) {
            Ok(_) => Vec::new(),
            Err(mistakes) => shown(&stored.source, &mistakes),
        };
        Ok(self.editor(
            200,
            &EditorShown {
                slug: Some(slug),
                version: stored.version,
                source: &stored.source,
                mistakes: &mistakes,
                ..EditorShown::default()
            },
            View::Fields,
            None,
        ))
    }

    /// The text as candidates see it. Nothing is saved.
    pub(super) async fn preview(&self, request: Request) -> Answer {
        let sent = sent(request).await?;
        let slug = self.context.parameter("slug");
        let name = slug.clone().or_else(|| sent.slug.clone()).unwrap_or_default();
        let compiled = postings::compile(&format!("{name}.md"), &sent.source);
        let (preview, mistakes) = match &compiled {
            Ok(posting) => (Some(posting.body.as_str()), Vec::new()),
            // Who adds a row or looks at the file has not asked what is wrong.
            Err(_) if sent.is_turning => (None, Vec::new()),
            Err(mistakes) => (None, shown(&sent.source, mistakes)),
        };
        let preview = preview.filter(|_| !sent.is_turning);
        Ok(self.editor(
            200,
            &EditorShown {
                slug: slug.as_deref(),
                version: sent.version.unwrap_or(0),
                source: &without_private_keys(&sent.source),
                mistakes: &mistakes,
                unsure: &sent.unsure,
                preview,
                ..EditorShown::default()
            },
            sent.view,
            sent.more.as_deref(),
        ))
    }

    /// Saves a new posting, published unless it is to be a draft.
    pub(super) async fn publish(&self, request: Request) -> Answer {
        let sent = sent(request).await?;
        let Some(slug) = sent.slug.clone() else {
            let name = "posting.md";
            let mistakes = postings::compile(name, &sent.source).err();
            return Ok(self.mistaken(None, &sent, &mistakes.unwrap_or(Mistakes(Vec::new()))));
        };
        self.save_version(&slug, 0, None, &sent).await
    }

    /// Saves a further version.
    pub(super) async fn save(&self, slug: &str, request: Request) -> Answer {
        let sent = sent(request).await?;
        let stored = self.stored(slug).await?;
        let Some(base) = sent.version else {
            return Ok(self.wrong("version", "missing", json!({})));
        };
        self.save_version(slug, base, Some(&stored), &sent).await
    }

    /// Saves a version that was made from `base`; `before` is the current one.
    async fn save_version(
        &self,
        slug: &str,
        base: u32,
        before: Option<&PostingVersion>,
        sent: &Sent,
    ) -> Answer {
        let is_public = before.is_some_and(|before| before.state != State::Draft);
        let is_draft = sent.is_draft && !is_public;
        let compiled = postings::compile(&format!("{slug}.md"), &sent.source);
        let compiled = compiled.and_then(|posting| self.to_people(posting, &sent.source));
        let now = self.context.received_at;
        let compiled =
            compiled.and_then(|posting| postings::check_keys("", &sent.source, posting, now));
        let compiled = compiled.and_then(|posting| {
            if is_draft || is_public { Ok(posting) } else { self.in_time(posting, &sent.source) }
        });
        let posting = match compiled {
            Ok(posting) => Some(posting),
            // A draft may have any mistake but this one.
            Err(_) if is_draft && is_slug(slug) && !holds_private_key(&sent.source) => None,
            Err(mistakes) => {
                let own = before.map(|before| (slug, before.version));
                return Ok(self.mistaken(own, sent, &mistakes));
            }
        };
        let ended_at = before
            .zip(posting.as_ref())
            .and_then(|(before, posting)| still_ended(before, crate::postings::compiled, posting));
        let posting = posting.map(|posting| posting.ended_if(ended_at));
        let others = self.postings.iter();
        let same_subject = posting.as_ref().filter(|_| !is_draft).and_then(|posting| {
            postings::check_subject("", &sent.source, posting, others, now).err()
        });
        // The contract knows no such mistake: a client is told.
        if let Some(mistakes) = same_subject.as_ref().filter(|_| !self.context.wants_json) {
            let own = before.map(|before| (slug, before.version));
            return Ok(self.mistaken(own, sent, mistakes));
        }
        let compiled = posting.as_ref().map(Compiled::of);
        let version = NewVersion {
            slug,
            base,
            state: match (is_public, is_draft) {
                (true, _) => None,
                (false, true) => Some(State::Draft),
                (false, false) => Some(State::Published),
            },
            source: &sent.source,
            compiled: compiled.as_ref().map(|compiled| compiled.json.as_str()),
            format: compiled.as_ref().map_or(FORMAT, |compiled| compiled.format),
            closes_at: posting.as_ref().map(|posting| posting.requirements.window.closes_at),
            ended_at,
            saved_at: self.context.received_at,
            saved_by: self.access.email(),
        };
        let draft = Draft { version, confirmed: sent.is_confirmed };
        match save_posting(&self.app.ledger, crate::postings::compiled, draft).await? {
            Saving::Unchanged(current) if before.is_none() => {
                self.conflict(slug, current, sent).await
            }
            saving @ (Saving::Version(saved) | Saving::Unchanged(saved)) => {
                if saving == Saving::Version(saved) {
                    let detail = json!({ "version": saved, "draft": is_draft });
                    self.saved(slug, Deed::Saved, Some(detail)).await?;
                }
                let state = version.state.or(before.map(|before| before.state));
                let state = posting.zip(state).map_or("draft", |(posting, state)| {
                    Posting { state, ..posting }.state_at(self.context.received_at)
                });
                let status = if before.is_some() { 200 } else { 201 };
                let mut body = json!({ "slug": slug, "version": saved, "state": state });
                if let (Some(body), Some(mistakes)) = (body.as_object_mut(), same_subject) {
                    body.insert("warnings".into(), listed(&shown(&sent.source, &mistakes)));
                }
                Ok(self.done(status, slug, &body))
            }
            Saving::Conflict { current } => self.conflict(slug, current, sent).await,
            Saving::Unconfirmed { early } => {
                Ok(self.unconfirmed(slug, base, posting.as_ref(), early, sent))
            }
            Saving::Over => {
                let text = "the posting of this name is over and its applications are erased. Give another posting \
                            another name.";
                let mistake = Mistake {
                    file: String::new(),
                    line: 1,
                    text: text.into(),
                    flaw: Flaw::default(),
                };
                Ok(self.mistaken(Some((slug, base)), sent, &Mistakes(vec![mistake])))
            }
        }
    }

    /// The current version of a posting.
    pub(super) async fn stored(&self, slug: &str) -> Result<PostingVersion, Refused> {
        let stored = self.app.ledger.current(slug).await?;
        stored.ok_or_else(|| Failure::NotFound.into())
    }

    pub(super) async fn saved(
        &self,
        slug: &str,
        what: Deed,
        detail: Option<Value>,
    ) -> Result<(), Refused> {
        crate::postings::outdate();
        Ok(self.note_event(Concerned::Posting(slug), what, detail).await?)
    }

    pub(super) fn done(&self, status: u16, slug: &str, body: &Value) -> worker::Result<Response> {
        if self.context.wants_json {
            return answer::json(status, body, Caching::Never);
        }
        answer::see_other(&format!("/desk/postings/{slug}"))
    }

    /// Refuses to publish what is over.
    fn in_time(&self, posting: Posting, source: &str) -> Result<Posting, Mistakes> {
        if self.context.received_at < posting.requirements.window.closes_at {
            return Ok(posting);
        }
        let date = posting.deadline.date;
        let text = format!("the deadline {date} has passed. Choose a later day.");
        Err(Mistakes(vec![Mistake::at("", source, "date", text, Flaw::Past)]))
    }

    /// Refuses the address that takes applications by mail as one to which
    /// mails about them go: the Worker would write to itself.
    fn to_people(&self, posting: Posting, source: &str) -> Result<Posting, Mistakes> {
        let intake = config::intake_address(self.env);
        if !posting.is_mailbox(&intake) {
            return Ok(posting);
        }
        let text = format!(
            "{intake} takes applications by mail and can be neither recipient nor contact. Give the address of a person."
        );
        Err(Mistakes(vec![Mistake::at("", source, "recipient", text, Flaw::Other)]))
    }

    fn mistaken(
        &self,
        own: Option<(&str, u32)>,
        sent: &Sent,
        mistakes: &Mistakes,
    ) -> worker::Result<Response> {
        let mistakes = shown(&sent.source, mistakes);
        if self.context.wants_json {
            return answer::json(422, &json!({ "mistakes": listed(&mistakes) }), Caching::Never);
        }
        let shown = EditorShown {
            slug: own.map(|(slug, _)| slug),
            version: sent.version.or(own.map(|(_, version)| version)).unwrap_or(0),
            source: &without_private_keys(&sent.source),
            mistakes: &mistakes,
            unsure: &sent.unsure,
            ..EditorShown::default()
        };
        self.editor(422, &shown, sent.view, None)
    }

    /// Applications would be erased before the new closing, as their candidates
    /// were told: the page says how many, from which day on, and asks whether
    /// that is meant.
    fn unconfirmed(
        &self,
        slug: &str,
        version: u32,
        posting: Option<&Posting>,
        early: EarlyErasures,
        sent: &Sent,
    ) -> worker::Result<Response> {
        if self.context.wants_json {
            let body = json!({ "error": "unconfirmed", "version": version, "early": early.count });
            return answer::json(409, &body, Caching::Never);
        }
        let texts = self.context.texts();
        let line = posting.map(|posting| consequence(texts, posting, early));
        let shown = EditorShown {
            slug: Some(slug),
            version,
            source: &sent.source,
            consequences: line.as_slice(),
            ..EditorShown::default()
        };
        self.editor(409, &shown, sent.view, None)
    }

    /// Somebody else has saved since: both texts are shown.
    async fn conflict(&self, slug: &str, current: u32, sent: &Sent) -> Answer {
        if self.context.wants_json {
            let error = if sent.version.is_none() { "slug_taken" } else { "conflict" };
            let body = json!({ "error": error, "version": current });
            return Ok(answer::json(409, &body, Caching::Never));
        }
        if sent.version.unwrap_or(0) == 0 {
            // Two new postings of one name are no two versions of one.
            let taken = MistakeShown {
                line: 1,
                message: self.context.texts().desk_flaw_taken.to_owned(),
                field: Some("slug".into()),
                flaw: Some("taken"),
            };
            let (source, mistakes) = (sent.source.as_str(), [taken]);
            let shown = EditorShown { source, mistakes: &mistakes, ..EditorShown::default() };
            return Ok(self.editor(409, &shown, sent.view, None));
        }
        let theirs = self.stored(slug).await?;
        let shown = EditorShown {
            slug: Some(slug),
            version: theirs.version,
            source: &sent.source,
            theirs: Some(&theirs.source),
            ..EditorShown::default()
        };
        Ok(self.editor(409, &shown, sent.view, None))
    }
}

/// Mistakes as clients see them.
fn listed(mistakes: &[MistakeShown]) -> Value {
    let one = |mistake: &MistakeShown| json!({ "line": mistake.line, "message": mistake.message });
    mistakes.iter().map(one).collect()
}

/// The text without any private key: it is not even sent back.
fn without_private_keys(source: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in source.split_inclusive('\n') {
        let is_border = holds_private_key(line);
        if !inside && !is_border {
            kept.push_str(line);
        }
        inside = is_border != inside;
    }
    kept
}
