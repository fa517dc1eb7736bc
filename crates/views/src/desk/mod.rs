//! The pages of the staff desk.

mod add;
mod application;
mod appointment;
mod editor;
mod list;
mod overview;
mod posting_form;
mod said;
mod stage;

use domain::dossier::{EarlyErasures, PostingCounts};
use domain::{Posting, Stage};
use locales::{Texts, Words as _, fill};

pub use crate::failure::{failure_at_desk as failure, failure_message_at_desk as failure_message};
pub use add::{AddShown, add};
pub use application::{ApplicationShown, application};
pub use appointment::{Appointment, appointment, with_appointment};
pub use editor::{EditorShown, MistakeShown, editor, import};
pub use list::{ListShown, posting};
pub use overview::overview;
pub use posting_form::FormShown;
pub use said::{dev_sign_in, mistake, refused};
pub use stage::{
    Addressee, Interview, Letter, Named, Outcome, Preview, StageShown, Template, confirmed,
    letters, progressed, stage, template,
};

pub use crate::words::day;

/// The style sheet of the desk, beside that of every page.
pub(crate) const CSS: &str = match option_env!("GUICHET_ASSET_DESK_CSS") {
    Some(path) => path,
    None => "/assets/desk.css",
};

/// Who looks at the page.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Their address.
    pub email: &'a str,
    /// Whether they may change anything but notes.
    pub may_change: bool,
}

/// A posting as the desk shows it.
#[derive(Clone, Debug)]
pub struct PostingShown<'a> {
    /// The posting as candidates see it.
    pub posting: &'a Posting,
    /// `draft`, `scheduled`, `open`, `closed` or `withdrawn`.
    pub state: &'static str,
    /// Its current version.
    pub version: u32,
    /// How many applications it has.
    pub counts: PostingCounts,
    /// Whether its day of deletion has come and nothing but counts is left.
    pub is_erased: bool,
    /// Whether it was taken down or ended, which can be undone.
    pub can_be_put_back: bool,
    /// The applications that are erased before the posting's present day of
    /// deletion, as their candidates were told.
    pub erased_earlier: EarlyErasures,
}

/// What surrounds a page of the desk.
pub(crate) struct Frame<'a> {
    title: String,
    person: Person<'a>,
    /// The page in each language.
    languages: Vec<(&'static str, &'static str, bool)>,
}

impl<'a> Frame<'a> {
    pub(crate) fn of(texts: &'static Texts, title: &str, person: &Person<'a>) -> Self {
        let for_staff = locales::ALL.iter().filter(|other| other.has_staff_texts());
        let languages = for_staff.map(|other| {
            let is_current = other.language_tag == texts.language_tag;
            (other.language_tag, other.language_name, is_current)
        });
        Self {
            title: format!("{title} – {}", texts.desk_name),
            person: *person,
            languages: languages.collect(),
        }
    }
}

/// The name of a stage.
pub(crate) fn stage_name(texts: &'static Texts, stage: Stage) -> &'static str {
    texts.find(stage_key(stage)).unwrap_or(stage.as_str())
}

fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Received => "desk_stage_received",
        Stage::Shortlisted => "desk_stage_shortlisted",
        Stage::Test => "desk_stage_test",
        Stage::Interview => "desk_stage_interview",
        Stage::Offered => "desk_stage_offered",
        Stage::Hired => "desk_stage_hired",
        Stage::Reserve => "desk_stage_reserve",
        Stage::Declined => "desk_stage_declined",
    }
}

/// The name of a posting's state.
pub(crate) fn state_name(texts: &'static Texts, state: &'static str) -> &'static str {
    texts.find(&format!("desk_state_{state}")).unwrap_or(state)
}

/// A stage to choose.
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) name: &'static str,
    pub(crate) is_chosen: bool,
}

pub(crate) fn choices(texts: &'static Texts, chosen: Option<Stage>) -> Vec<Choice> {
    let choice = |stage: Stage| Choice {
        value: stage.as_str(),
        name: stage_name(texts, stage),
        is_chosen: chosen == Some(stage),
    };
    Stage::ALL.into_iter().map(choice).collect()
}

/// A text with a number in it.
pub(crate) fn counted(texts: &'static Texts, key: &str, count: u32) -> String {
    locales::plural(texts, key, count.into())
}

/// When everything of a posting is erased, or was. Earlier applications keep
/// the day that their candidates were told.
pub(crate) fn erased(texts: &'static Texts, shown: &PostingShown<'_>) -> String {
    let words = match (shown.is_erased, shown.counts.erased, shown.counts.withdrawn) {
        (false, ..) if shown.erased_earlier.count > 0 => texts.desk_erased_from_now,
        (false, ..) => texts.desk_erased,
        (true, 0, 0) => return texts.desk_nobody_applied.to_owned(),
        (true, ..) => texts.desk_was_erased,
    };
    let date = locales::date(texts, shown.posting.erased_on());
    let earlier = early(texts, "desk_erased_earlier", shown.posting, shown.erased_earlier);
    fill(words, &[("date", &date), ("earlier", &earlier)])
}

/// What a change of the closing does to those who have applied.
pub fn consequence(texts: &'static Texts, posting: &Posting, erasures: EarlyErasures) -> String {
    early(texts, "desk_early", posting, erasures)
}

/// A text with a number of applications, and the first day on which one of
/// them is erased.
fn early(
    texts: &'static Texts,
    key: &str,
    posting: &Posting,
    EarlyErasures { count, first }: EarlyErasures,
) -> String {
    let day = first.map(|at| locales::date(texts, posting.deadline.zone.local(at).date));
    fill(&counted(texts, key, count), &[("first", &day.unwrap_or_default())])
}
