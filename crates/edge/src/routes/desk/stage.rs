//! `POST /desk/stage`. The page on which a change is looked at first is in
//! `letters.rs`.

use std::collections::BTreeMap;

use domain::{Failure, Posting, Reference, Stage};
use intake::ports::{DocumentStore as _, MessageAttachment, Progress as _, Upload as _};
use intake::{ATTACHMENTS, BulkChange, Letter, LetterText, MAX_REFERENCES, Unfilled};
use locales::Texts;
use rules::application::{lines, one_line};
use serde_json::{Value, json};
use worker::Request;

use super::{Answer, Desk, Refused, forms, fresh_id};
use crate::adapters::UploadedFile;
use crate::postings::find;

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
            return self.preview_stage(&fields, &references, stage, None).await;
        }
        let change_id = fresh_id()?;
        let letter = match self.letter(&fields, stage, &change_id).await? {
            Ok(letter) => letter,
            Err(wrong) => {
                return self.mistaken_letter(&wrong, &fields, &references, stage).await;
            }
        };
        if stage.is_none() && letter.is_none() {
            let wrong = Wrong("stage", "missing", json!({}));
            return self.mistaken_letter(&wrong, &fields, &references, stage).await;
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
                let wrong = Wrong("message", "placeholder", json!({ "placeholder": placeholder }));
                self.mistaken_letter(&wrong, &fields, &references, stage).await
            }
        }
    }

    /// What is to be written, if anything is.
    async fn letter(
        &self,
        fields: &forms::Fields,
        stage: Option<Stage>,
        change_id: &str,
    ) -> Result<Result<Option<Written>, Wrong>, Refused> {
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
            let own = language.and_then(locales::for_tag).unwrap_or(self.context.texts());
            let mut subject = one_line(fields.text(&name("subject")));
            if subject.is_empty() {
                subject = views::desk::template(own, stage).subject;
            }
            let [subject, body] = [subject, body].map(|text| self.dated(own, fields, text));
            if body.chars().count() > MAX_MESSAGE {
                return Ok(Err(Wrong("message", "too_long", json!({ "max": MAX_MESSAGE }))));
            }
            if subject.chars().count() > MAX_SUBJECT {
                return Ok(Err(Wrong("subject", "too_long", json!({ "max": MAX_SUBJECT }))));
            }
            texts.push((language, subject, body));
        }
        if texts.is_empty() {
            let has_part = fields.file("attachment").is_some() || fields.given("subject").is_some();
            return Ok(if has_part {
                Err(Wrong("message", "missing", json!({})))
            } else {
                Ok(None)
            });
        }
        let appointment = match self.appointment(fields, change_id) {
            Ok(appointment) => appointment,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let attachment = self.attachment(fields, change_id).await?;
        Ok(Ok(Some(Written { texts, appointment, attachment })))
    }

    /// A text with the interview's time and place, where they are given.
    pub(super) fn dated(
        &self,
        own: &'static Texts,
        fields: &forms::Fields,
        text: String,
    ) -> String {
        let Some(posting) = self.posting_of(fields) else { return text };
        let place = one_line(fields.text("place"));
        views::desk::with_appointment(own, posting, fields.given("interview_at"), &place, &text)
    }

    fn posting_of(&self, fields: &forms::Fields) -> Option<&Posting> {
        let posting = fields.given("posting").and_then(|slug| find(&self.postings, slug));
        posting.or_else(|| self.postings.first())
    }

    /// The interview as a calendar has it, where a time is given.
    fn appointment(
        &self,
        fields: &forms::Fields,
        change_id: &str,
    ) -> Result<Option<String>, Wrong> {
        let Some(begins) = fields.given("interview_at") else { return Ok(None) };
        let wrong = || Wrong("interview_at", "not_a_time", json!({}));
        let posting = self.posting_of(fields).ok_or_else(wrong)?;
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
}

/// What is wrong with a letter: the field, the code, and what goes with it.
pub(super) struct Wrong(pub(super) &'static str, pub(super) &'static str, pub(super) Value);

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
