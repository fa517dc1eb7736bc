//! The page on which a change of stages is looked at before it is made.

use domain::{Failure, Reference, Stage};
use intake::ports::{Progress as _, Standing};
use intake::{Unfilled, filled};
use rules::application::{lines, one_line};
use serde_json::Value;
use views::desk::{Addressee, Interview, Letter, Preview, StageShown, Template};

use super::stage::Wrong;
use super::{Answer, Desk, forms};
use crate::routes::answer::{self, Caching};

/// The most people of a page with letters.
const MAX_PREVIEWS: usize = 200;

impl Desk<'_> {
    /// Says what is wrong with a letter. Whoever wrote it on the page of a
    /// change gets that page again, with what they typed.
    pub(super) async fn mistaken_letter(
        &self,
        wrong: &Wrong,
        fields: &forms::Fields,
        references: &[&str],
        stage: Option<Stage>,
    ) -> Answer {
        let Wrong(field, code, params) = wrong;
        if self.context.wants_json || fields.given("posting").is_none() {
            return Ok(self.wrong(field, code, params.clone()));
        }
        let value = params.get("placeholder").and_then(Value::as_str).unwrap_or_default();
        let mistake = views::desk::mistake(self.context.texts(), field, code, value);
        self.preview_stage(fields, references, stage, Some(mistake)).await
    }

    /// The page on which a change is looked at before it is made. The letters
    /// may be edited, and seen as each person gets them.
    pub(super) async fn preview_stage(
        &self,
        fields: &forms::Fields,
        references: &[&str],
        stage: Option<Stage>,
        mut mistake: Option<String>,
    ) -> Answer {
        let parsed = references.iter().filter_map(|typed| Reference::parse(typed));
        let parsed: Vec<Reference> = parsed.take(MAX_PREVIEWS).collect();
        let mut standings = Vec::new();
        for some in parsed.chunks(100) {
            standings.extend(self.app.ledger.standings(some).await?);
        }
        standings.sort_by_key(|standing| standing.application.number);
        let first = standings.first().ok_or(Failure::NotFound)?;
        let posting = self.posting(&first.application.posting)?;
        let addressees: Vec<Addressee<'_>> = standings.iter().map(addressee).collect();
        let mut letters = views::desk::letters(&addressees, stage);
        let status = if mistake.is_some() { 422 } else { 200 };
        let wants_look = fields.given("look").is_some();
        let mut previews = Vec::new();
        if wants_look || mistake.is_some() {
            as_typed(&mut letters, fields);
        }
        if wants_look && mistake.is_none() {
            let dated: Vec<Letter> =
                letters.iter().map(|letter| self.dated_letter(fields, letter)).collect();
            match previewed(&standings, posting, &dated) {
                Ok(all) => previews = all,
                Err(Unfilled { placeholder }) => {
                    let texts = self.context.texts();
                    mistake =
                        Some(views::desk::mistake(texts, "message", "placeholder", &placeholder));
                }
            }
        }
        let shown = StageShown {
            posting,
            addressees: &addressees,
            stage,
            letters: &letters,
            interview: Interview {
                at: fields.text("interview_at"),
                minutes: fields.given("minutes").unwrap_or("60"),
                place: fields.text("place"),
            },
            // A browser keeps no file that was chosen on the page before.
            is_file_gone: fields.file("attachment").is_some(),
            previews: &previews,
            mistake: mistake.as_deref(),
        };
        let page = views::desk::stage(self.context.texts(), &shown, &self.person());
        Ok(answer::html(status, &page, Caching::Never))
    }

    /// The letter with the interview's time and place, where they are given.
    fn dated_letter(&self, fields: &forms::Fields, letter: &Letter) -> Letter {
        let own = locales::for_tag(letter.tag).unwrap_or(self.context.texts());
        let Template { subject, body } = letter.template.clone();
        let [subject, body] = [subject, body].map(|text| self.dated(own, fields, text));
        Letter { template: Template { subject, body }, ..letter.clone() }
    }
}

/// Puts what was typed into the letters.
fn as_typed(letters: &mut [Letter], fields: &forms::Fields) {
    for letter in letters {
        let typed =
            |field: &str| fields.given(&format!("{field}_{}", letter.tag)).unwrap_or_default();
        let (subject, body) = (one_line(typed("subject")), lines(typed("message")));
        letter.template = Template { subject, body };
    }
}

fn addressee(standing: &Standing) -> Addressee<'_> {
    Addressee {
        application: &standing.application,
        stage: standing.stage,
        has_pending: standing.pending.is_some(),
    }
}

/// The letters as each person gets them.
fn previewed(
    standings: &[Standing],
    posting: &domain::Posting,
    letters: &[Letter],
) -> Result<Vec<Preview>, Unfilled> {
    let mut previews = Vec::new();
    for Standing { application, .. } in standings {
        let own = letters.iter().find(|letter| letter.tag == application.language);
        let Some(letter) = own.or(letters.first()) else { continue };
        previews.push(Preview {
            name: application.content.name.clone(),
            language: letter.tag.to_owned(),
            subject: filled(&letter.template.subject, application, Some(posting))?,
            body: filled(&letter.template.body, application, Some(posting))?,
        });
    }
    Ok(previews)
}
