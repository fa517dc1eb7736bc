//! A compiled posting as it is stored beside its source.

use domain::Posting;

use crate::mistake::Mistakes;
use crate::posting;

/// The number of the format of [`Compiled::json`]: another one whenever
/// `domain::Posting` is another JSON, or the same source another posting.
pub const FORMAT: u32 = 1;

/// The same of a posting that says how applications are kept from other eyes.
/// A build that does not know that must not take mails for it in clear: it
/// compiles the source, and finds what it does not know.
const PRIVATE_FORMAT: u32 = 2;

/// A compiled posting as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// JSON.
    pub json: String,
    /// Its format.
    pub format: u32,
}

impl Compiled {
    /// Returns `posting` as this build stores it.
    ///
    /// # Panics
    ///
    /// Never: a [`Posting`] has no map with keys other than text and no float,
    /// which are all that JSON cannot say.
    #[allow(clippy::expect_used, reason = "see Panics")]
    pub fn of(posting: &Posting) -> Self {
        let json = serde_json::to_string(posting).expect("a posting can be said in JSON");
        let format = if posting.privacy.is_default() { FORMAT } else { PRIVATE_FORMAT };
        Self { json, format }
    }
}

/// Returns the posting `slug` from what is stored of it: from `compiled` where
/// this build knows its format, else compiled again from `source`.
///
/// # Errors
///
/// What this build does not take of the source.
pub fn read(slug: &str, compiled: Option<&Compiled>, source: &str) -> Result<Posting, Mistakes> {
    let known = compiled.filter(|compiled| [FORMAT, PRIVATE_FORMAT].contains(&compiled.format));
    match known.and_then(|compiled| serde_json::from_str(&compiled.json).ok()) {
        Some(posting) => Ok(posting),
        None => compile(&format!("{slug}.md"), source),
    }
}

/// Returns the slug that `source` gives itself, whatever else is wrong.
pub fn slug(source: &str) -> Option<String> {
    posting::compile("posting.md", source).slug.map(|(slug, _)| slug)
}

/// Returns the posting that `source` describes. `file` is how mistakes name it; its stem is the slug.
///
/// # Errors
///
/// Every mistake.
pub fn compile(file: &str, source: &str) -> Result<Posting, Mistakes> {
    let posting::Outcome { posting, mut mistakes, .. } = posting::compile(file, source);
    mistakes.sort();
    posting.ok_or(Mistakes(mistakes))
}
