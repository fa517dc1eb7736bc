//! What the editor of a posting sends, and the editor itself.

use domain::Failure;
use postings::{MAX_SOURCE, Mistake, Mistakes};
use views::desk::{EditorShown, FormShown, MistakeShown};
use worker::{Request, Response};

use super::{Desk, Refused, forms};
use crate::routes::answer::{self, Caching};

/// The most bytes of the form: each of the source may be written with three.
const MAX_FORM: u64 = 650_000;

/// What a form of the desk does with the source.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Fields, as far as the source can be read.
    Fields,
    /// The file itself.
    Source,
}

/// A source that somebody has sent.
pub(super) struct Sent {
    pub(super) slug: Option<String>,
    pub(super) source: String,
    pub(super) is_draft: bool,
    /// Whether what the change does to those who have applied is meant.
    pub(super) is_confirmed: bool,
    pub(super) version: Option<u32>,
    /// How it was written, or is wanted next.
    pub(super) view: View,
    /// Which rows are to be one more.
    pub(super) more: Option<String>,
    /// Whether it comes only to be shown in another way.
    pub(super) is_turning: bool,
    /// What of an advertisement was not sure.
    pub(super) unsure: Vec<String>,
}

impl Desk<'_> {
    /// The editor, in fields unless the file itself is wanted or cannot be
    /// taken apart.
    pub(super) fn editor(
        &self,
        status: u16,
        shown: &EditorShown<'_>,
        view: View,
        more: Option<&str>,
    ) -> worker::Result<Response> {
        let fields = match view {
            View::Fields => postings::fields(shown.source),
            View::Source => None,
        };
        let zones = postings::zones();
        let form = fields.as_ref().map(|fields| FormShown {
            values: &fields.0,
            zones: &zones,
            more,
            has_address: shown.slug.is_some(),
        });
        let shown = EditorShown { form, ..*shown };
        let page = views::desk::editor(self.context.texts(), &shown, &self.person());
        answer::html(status, &page, Caching::Never)
    }
}

/// Reads what the editor sends: fields, or the file.
pub(super) async fn sent(request: Request) -> Result<Sent, Refused> {
    let fields = forms::read(request, MAX_FORM).await?;
    let is_form = fields.text("form") == "fields";
    let source = if is_form {
        let given = fields.all().map(|(name, value)| (name.to_owned(), unix(value)));
        postings::with_fields(&postings::Fields(given.collect()))
    } else {
        unix(fields.text("source"))
    };
    if source.len() > MAX_SOURCE {
        return Err(Failure::TooLarge { max_bytes: 200_000 }.into());
    }
    let more = fields.given("more").map(str::to_owned);
    Ok(Sent {
        slug: postings::slug(&source).filter(|slug| is_slug(slug)),
        is_draft: fields.text("draft") == "yes",
        is_confirmed: fields.text("confirm") == "yes",
        version: fields.given("version").and_then(|version| version.trim().parse().ok()),
        view: match fields.text("view") {
            "fields" => View::Fields,
            "" if is_form => View::Fields,
            _ => View::Source,
        },
        is_turning: more.is_some() || fields.given("view").is_some(),
        more,
        unsure: fields.texts_of("unsure").map(str::to_owned).collect(),
        source,
    })
}

/// A form's text has CRLF at the ends of its lines.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

pub(super) fn is_slug(slug: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    slug.len() <= 100 && slug.split('-').all(is_word)
}

/// The mistakes of `source`, each with the field in which it is.
pub(super) fn shown(source: &str, mistakes: &Mistakes) -> Vec<MistakeShown> {
    let one = |mistake: &Mistake| MistakeShown {
        line: mistake.line,
        message: mistake.text.clone(),
        field: postings::field_of(source, mistake),
        flaw: mistake.flaw.as_str(),
    };
    mistakes.0.iter().map(one).collect()
}
