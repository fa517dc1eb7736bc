//! The postings that this isolate knows, from D1.

use std::cell::RefCell;
use std::rc::Rc;

use domain::Posting;
use domain::posting::State;
use intake::ports::{Fault, PostingStore as _, PostingVersion};
use ledger::SqlLedger;
use postings::{Compiled, FORMAT, read};
use rules::Timestamp;
use worker::{Date, Env};

use crate::adapters::D1;
use crate::app::binding;
use crate::{config, log};

/// How old what is known may be, in milliseconds: for so long no page asks D1.
pub(crate) const FRESH_MS: u64 = 30_000;

/// How long after one request began to ask D1 the next one does, in
/// milliseconds. Meanwhile the others go on with what is known, which matters
/// where D1 is slow or away.
const PAUSE_MS: u64 = 5_000;

/// Published and withdrawn postings in their current versions, by slug.
pub(crate) type Postings = Rc<[Posting]>;

#[derive(Default)]
struct Known {
    postings: Option<Postings>,
    as_of: u64,
    asked_at: u64,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Returns every posting but drafts, at most [`FRESH_MS`] old. Where D1 does
/// not answer, it returns what was known before.
///
/// # Errors
///
/// D1 does not answer and this isolate knows nothing yet.
pub(crate) async fn known(env: &Env) -> Result<Postings, Fault> {
    let (fresh_ms, now) = (config::fresh_ms(env), Date::now().as_millis());
    let before = KNOWN.with_borrow_mut(|known| {
        let pause = PAUSE_MS.min(fresh_ms);
        let is_fresh = now.saturating_sub(known.as_of) < fresh_ms
            || now.saturating_sub(known.asked_at) < pause;
        match &known.postings {
            Some(postings) if is_fresh => Ok(Rc::clone(postings)),
            postings => {
                known.asked_at = now;
                Err(postings.clone())
            }
        }
    });
    let before = match before {
        Ok(fresh) => return Ok(fresh),
        Err(before) => before,
    };
    let ledger = database(env)?;
    match refreshed(&ledger, before.as_deref().unwrap_or_default()).await {
        Ok(postings) => {
            let postings: Postings = postings.into();
            KNOWN.with_borrow_mut(|known| {
                known.postings = Some(Rc::clone(&postings));
                known.as_of = now;
            });
            Ok(postings)
        }
        Err(fault) => {
            log::fault("postings not refreshed", &fault);
            before.ok_or(fault)
        }
    }
}

/// Makes the next page ask D1, because a version was saved.
pub(crate) fn outdate() {
    KNOWN.with_borrow_mut(|known| (known.as_of, known.asked_at) = (0, 0));
}

/// Returns the posting that is called so, if people may see it.
pub(crate) fn published<'a>(postings: &'a [Posting], slug: &str) -> Option<&'a Posting> {
    find(postings, slug).filter(|posting| posting.is_published())
}

/// Returns the posting that is called so.
pub(crate) fn find<'a>(postings: &'a [Posting], slug: &str) -> Option<&'a Posting> {
    postings.iter().find(|posting| posting.slug == slug)
}

/// A posting as D1 has it now.
pub(crate) struct Current {
    pub(crate) posting: Posting,
    /// Since when it is published, or taken down.
    pub(crate) state_since: Timestamp,
}

/// Returns the version of a posting that is current now, as D1 has it. Nothing
/// for a draft.
pub(crate) async fn current(ledger: &SqlLedger<D1>, slug: &str) -> Result<Option<Current>, Fault> {
    let stored = ledger.current(slug).await?.filter(|stored| stored.state != State::Draft);
    let Some(stored) = stored else { return Ok(None) };
    let state_since = stored.state_since;
    forget_unless(&stored.slug, stored.version);
    Ok(Some(Current { posting: compiled(stored)?, state_since }))
}

/// Makes the next page ask D1 unless `version` is the one that is known: a
/// candidate who is told that the posting has changed comes back for the form.
fn forget_unless(slug: &str, version: u32) {
    KNOWN.with_borrow_mut(|known| {
        let postings = known.postings.as_deref().unwrap_or_default();
        if find(postings, slug).is_none_or(|posting| posting.version != version) {
            (known.as_of, known.asked_at) = (0, 0);
        }
    });
}

fn database(env: &Env) -> Result<SqlLedger<D1>, Fault> {
    let database = env.d1(binding::DATABASE);
    database.map(|one| SqlLedger(D1(one))).map_err(|error| Fault::Configuration(error.to_string()))
}

/// Returns the current versions, of which only those are read that `before`
/// lacks.
async fn refreshed(ledger: &SqlLedger<D1>, before: &[Posting]) -> Result<Vec<Posting>, Fault> {
    let mut current = ledger.current_versions().await?;
    current.retain(|one| one.state != State::Draft);
    let known =
        |slug: &str, version: u32| find(before, slug).filter(|posting| posting.version == version);
    let missing = current.iter().filter(|one| known(&one.slug, one.version).is_none());
    let missing: Vec<String> = missing.map(|one| one.slug.clone()).collect();
    let loaded = if missing.is_empty() { vec![] } else { ledger.load(&missing, FORMAT).await? };
    let mut postings = Vec::with_capacity(current.len());
    for stored in loaded.into_iter().filter(|stored| stored.state != State::Draft) {
        let slug = stored.slug.clone();
        match compiled(stored) {
            Ok(posting) => postings.push(posting),
            Err(fault) => {
                // A newer build may take what this one does not.
                log::fault("posting not readable", &fault);
                postings.extend(find(before, &slug).cloned());
            }
        }
    }
    for one in current {
        if let Some(posting) = known(&one.slug, one.version) {
            postings.push(Posting { state: one.state, ..posting.clone() });
        }
    }
    postings.sort_by(|one, other| one.slug.cmp(&other.slug));
    Ok(postings)
}

/// Returns the posting that is stored, compiled again where this build knows
/// another format.
pub(crate) fn compiled(stored: PostingVersion) -> Result<Posting, Fault> {
    let PostingVersion { slug, version, state, source, compiled, format, ended_at, .. } = stored;
    let compiled = compiled.map(|json| Compiled { json, format });
    let posting = read(&slug, compiled.as_ref(), &source)
        .map_err(|mistakes| Fault::Ledger(format!("version {version} of a posting: {mistakes}")))?;
    Ok(Posting { version, state, ..posting.ended_if(ended_at) })
}
