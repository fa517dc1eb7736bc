//! `POST /desk/stage`.

use std::collections::BTreeMap;

use domain::{Failure, Reference, Stage};
use intake::ports::{DocumentStore as _, MessageAttachment, Progress as _, Standing, Upload as _};
use intake::{ATTACHMENTS, BulkChange, Letter, LetterText, MAX_REFERENCES, Unfilled, filled};
use rules::application::{lines, one_line};
use serde_json::json;
use views::desk::{Addressee, Preview, StageShown, Template};
use worker::Request;

use super::{Answer, Desk, Refused, forms, fresh_id};
use crate::adapters::UploadedFile;
use crate::postings::find;
use crate::routes::answer::{self, Caching};

/// The most bytes of a file that goes with a message.
const MAX_ATTACHMENT: u64 = 3_000_000;
/// The most bytes of the form: the file and as many references as a change has.
const MAX_FORM: u64 = 3_600_000;
/// The most characters of a message.
const MAX_MESSAGE: usize = 10_000;
/// The most characters of a subject line.
const MAX_SUBJECT: usize = 300;

impl Desk<'_> {
    /// Changes the stage of applications, writes to their candidates, or both.
    pub(super) async fn change_stage(&self, request: Request) -> Answer {
        let fields = forms::read(request, MAX_FORM).await?;
        let references: Vec<&str> = fields.texts_of("reference").collect();
        if references.is_empty() {
            return Ok(self.wrong("reference", "missing", json!({})));
        }
        if references.len() > MAX_REFERENCES {
            return Err(Failure::TooLarge { max_bytes: MAX_FORM }.into());
        }
        let stage = match fields.given("stage") {
            Some(name) => match Stage::parse(name) {
                Some(stage) => Some(stage),
                None => return Ok(self.wrong("stage", "not_a_choice", json!({}))),
            },
            None => None,
        };
        if fields.given("preview").is_some() || fields.given("look").is_some() {
            return self.preview_stage(&fields, &references, stage).await;
        }
        let change_id = fresh_id()?;
        let letter = match self.letter(&fields, stage, &change_id).await? {
            Ok(letter) => letter,
            Err(response) => return Ok(response),
        };
        if stage.is_none() && letter.is_none() {
            return Ok(self.wrong("stage", "missing", json!({})));
        }
        let seen = seen(&fields);
        let written = letter.as_ref().map(Written::borrowed);
        let change = BulkChange {
            id: &change_id,
            references: &references,
            seen: &seen,
            stage,
            letter: written,
            by: self.actor(),
        };
        let (ledger, queue) = (&self.app.ledger, &self.app.queue);
        match intake::progress(ledger, queue, &self.postings, &change).await? {
            Ok(progressed) => self.progressed(&progressed, &fields).await,
            Err(Unfilled { placeholder }) => {
                let params = json!({ "placeholder": placeholder });
                Ok(self.wrong("message", "placeholder", params))
            }
        }
    }

    /// What is to be written, if anything is.
    async fn letter(
        &self,
        fields: &forms::Fields,
        stage: Option<Stage>,
        change_id: &str,
    ) -> Result<Result<Option<Written>, worker::Result<worker::Response>>, Refused> {
        let mut texts = Vec::new();
        for language in [None].into_iter().chain(locales::LANGUAGES.map(Some)) {
            let name = |field: &str| match language {
                Some(language) => format!("{field}_{language}"),
                None => field.to_owned(),
            };
            let body = lines(fields.text(&name("message")));
            if body.is_empty() {
                continue;
            }
            let mut subject = one_line(fields.text(&name("subject")));
            if subject.is_empty() {
                let texts = language.and_then(locales::for_tag).unwrap_or(self.context.texts());
                subject = views::desk::template(texts, stage).subject;
            }
            if body.chars().count() > MAX_MESSAGE {
                return Ok(Err(self.wrong("message", "too_long", json!({ "max": MAX_MESSAGE }))));
            }
            if subject.chars().count() > MAX_SUBJECT {
                return Ok(Err(self.wrong("subject", "too_long", json!({ "max": MAX_SUBJECT }))));
            }
            texts.push((language, subject, body));
        }
        if texts.is_empty() {
            let has_part = fields.file("attachment").is_some() || fields.given("subject").is_some();
            return Ok(if has_part {
                Err(self.wrong("message", "missing", json!({})))
            } else {
                Ok(None)
            });
        }
        let appointment = match self.appointment(fields, change_id) {
            Ok(appointment) => appointment,
            Err(response) => return Ok(Err(response)),
        };
        let attachment = self.attachment(fields, change_id).await?;
        Ok(Ok(Some(Written { texts, appointment, attachment })))
    }

    /// The interview as a calendar has it, where a time is given.
    fn appointment(
        &self,
        fields: &forms::Fields,
        change_id: &str,
    ) -> Result<Option<String>, worker::Result<worker::Response>> {
        let Some(begins) = fields.given("interview_at") else { return Ok(None) };
        let wrong = || self.wrong("interview_at", "not_a_time", json!({}));
        let posting = fields.given("posting").and_then(|slug| find(&self.postings, slug));
        let posting = posting.or_else(|| self.postings.first()).ok_or_else(wrong)?;
        let minutes: u32 = fields.given("minutes").unwrap_or("60").parse().map_err(|_| wrong())?;
        let place = one_line(fields.text("place"));
        let calendar = views::desk::appointment(
            self.context.texts(),
            posting,
            &views::desk::Appointment {
                id: change_id,
                begins,
                minutes: minutes.clamp(5, 24 * 60),
                place: &place,
                written_at: self.context.received_at,
            },
            &self.site(),
        );
        calendar.map(Some).ok_or_else(wrong)
    }

    /// Keeps the file that goes with a message. Returns its key.
    async fn attachment(
        &self,
        fields: &forms::Fields,
        change_id: &str,
    ) -> Result<Option<String>, Refused> {
        let Some(file) = fields.file("attachment") else { return Ok(None) };
        let bytes = forms::size(file);
        if bytes > MAX_ATTACHMENT {
            return Err(Failure::TooLarge { max_bytes: MAX_ATTACHMENT }.into());
        }
        let attachment = MessageAttachment {
            key: format!("{ATTACHMENTS}{change_id}"),
            file_name: one_line(&file.name()),
            media_type: file.type_(),
            bytes,
        };
        let upload = UploadedFile::new(file.clone());
        let sha256 = upload.read().await?.sha256;
        self.app.documents.put(&attachment.key, &upload, sha256).await?;
        self.app.ledger.keep_attachment(&attachment, self.context.received_at).await?;
        Ok(Some(attachment.key))
    }

    /// The page on which a change is looked at before it is made. The letters
    /// may be edited, and seen as each person gets them.
    async fn preview_stage(
        &self,
        fields: &forms::Fields,
        references: &[&str],
        stage: Option<Stage>,
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
        for letter in &mut letters {
            let typed = |field: &str| fields.given(&format!("{field}_{}", letter.tag));
            if fields.given("look").is_some() {
                let [subject, body] =
                    ["subject", "message"].map(|field| typed(field).unwrap_or_default());
                letter.template = Template { subject: one_line(subject), body: lines(body) };
            }
        }
        let (mut previews, mut mistake) = (Vec::new(), None);
        if fields.given("look").is_some() {
            match previewed(&standings, posting, &letters) {
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
            previews: &previews,
            mistake: mistake.as_deref(),
        };
        let page = views::desk::stage(self.context.texts(), &shown, &self.person());
        Ok(answer::html(200, &page, Caching::Never))
    }
}

/// The most people of a page with letters.
const MAX_PREVIEWS: usize = 200;

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
    letters: &[views::desk::Letter],
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

/// What staff have written, in each language.
struct Written {
    texts: Vec<(Option<&'static str>, String, String)>,
    appointment: Option<String>,
    attachment: Option<String>,
}

impl Written {
    fn borrowed(&self) -> Letter<'_> {
        let texts = self.texts.iter();
        Letter {
            texts: texts
                .map(|(language, subject, body)| LetterText { language: *language, subject, body })
                .collect(),
            appointment: self.appointment.clone(),
            attachment: self.attachment.clone(),
        }
    }
}

/// How staff saw the applications: each field `seen` is
/// `REFERENCE/revision/stage`.
pub(super) fn seen(fields: &forms::Fields) -> BTreeMap<Reference, (u32, Stage)> {
    let one = |text: &str| {
        let mut parts = text.split('/');
        let reference = Reference::parse(parts.next()?)?;
        let revision = parts.next()?.parse().ok()?;
        Some((reference, (revision, Stage::parse(parts.next()?)?)))
    };
    fields.texts_of("seen").filter_map(one).collect()
}
