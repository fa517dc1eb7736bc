//! Reads a form from a request.

use std::collections::BTreeSet;
use std::num::ParseIntError;

use domain::Failure;
use futures_util::future::try_join;
use intake::{
    AnnouncedDocument, ApplicationId, Channel, PageTerms, SigningKey, Submission, SubmittedDocument,
};
use js_sys::Array;
use mail::Address;
use postings::{MAX_DOCUMENTS, MAX_QUESTIONS};
use rules::{Form, Requirements};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData};
use worker::{Headers, Request};

use crate::adapters::{UNICODE, UploadedFile};
use crate::routes::RequestContext;
use crate::routes::upload::{Ended, Upload};
use crate::semaphore::{self, Permit};

/// The most bytes of a request's body: 18 MB for all documents, and some more,
/// so that a form which is too large still gets a helpful answer.
pub(super) const MAX_BYTES: u64 = 25_000_000;

/// From how many bytes on it matters how fast they come.
const LARGE: u64 = 500_000;

/// The most parts of a form beside those that the posting asks for. The page
/// sends eleven; the others leave room for clients that send more.
const OTHER_PARTS: usize = 22;

/// The most parts of the form of any posting.
const MAX_PARTS: usize = MAX_DOCUMENTS + MAX_QUESTIONS + OTHER_PARTS;

/// A form that arrived.
pub(super) struct ReceivedForm {
    /// The typed fields.
    pub(super) form: Form,
    /// The token, or an empty text.
    pub(super) token: String,
    /// What is in the field that people leave empty.
    pub(super) trap: String,
    /// The key of the receipt that it corrects, and the revision it was made
    /// from, or empty texts.
    pub(super) key: String,
    pub(super) revision: String,
    /// The version of the posting on the page of a correction, or an empty text.
    pub(super) posting_version: String,
    /// `yes` where the page of a correction said that documents are held.
    pub(super) held: String,
    /// The signed arrival, or an empty text.
    pub(super) arrival: String,
    pub(super) documents: Vec<SubmittedDocument<UploadedFile>>,
    /// What the form says of documents that come in parts.
    pub(super) announced: Option<Vec<AnnouncedDocument>>,
    /// How many parts there were, of any name.
    parts: usize,
}

/// Why a body is not a form to be judged.
pub(super) enum Unreadable {
    /// More bytes than a form can have.
    TooLarge,
    /// More parts than the form of any posting has.
    TooManyParts,
    /// Another type, or broken off.
    NotAForm,
    /// It came more slowly than an upload may.
    Stalled,
}

impl Unreadable {
    /// Returns what the sender is told, where a form has `max_bytes` at most.
    /// Nothing for one that stalled: the same form may be sent again.
    pub(super) fn failure(&self, max_bytes: u64) -> Option<Failure> {
        match self {
            Self::TooLarge => Some(Failure::TooLarge { max_bytes }),
            Self::TooManyParts => Some(Failure::TooManyParts),
            Self::NotAForm => Some(Failure::NotAForm),
            Self::Stalled => None,
        }
    }
}

impl From<Ended> for Unreadable {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::TooLarge => Self::TooLarge,
            Ended::Stalled => Self::Stalled,
            Ended::Broken => Self::NotAForm,
        }
    }
}

impl ReceivedForm {
    /// Whether it has more parts than a form with these requirements.
    pub(super) fn has_too_many_parts(&self, requirements: &Requirements) -> bool {
        let asked_for = requirements.documents.len().saturating_add(requirements.questions.len());
        self.parts > asked_for.saturating_add(OTHER_PARTS)
    }

    pub(super) fn into_submission(
        self,
        id: ApplicationId,
        context: &RequestContext,
        language: &str,
        own_addresses: &[Address],
        signing: &SigningKey,
        terms: &PageTerms,
    ) -> Submission<UploadedFile> {
        Submission {
            id,
            received_at: context.received_at,
            language: language.to_owned(),
            origin: context.origin.clone(),
            own_addresses: own_addresses.to_vec(),
            unicode: UNICODE,
            form: self.form,
            documents: self.documents,
            holds: !context.wants_json,
            channel: Channel::Form,
            signing: signing.clone(),
            taken_until: terms.taken_until,
            erase_at: Some(terms.erase_at),
        }
    }
}

/// Returns how long the body says it is, or may be where it does not say.
pub(super) fn declared_bytes(request: &Request) -> u64 {
    content_length(request).unwrap_or(Ok(MAX_BYTES)).unwrap_or(MAX_BYTES).min(MAX_BYTES)
}

/// Reads the body of `request`, within bounds, for as long as it comes.
/// `permit` is renewed meanwhile. Files stay where the platform has put them.
pub(super) async fn read(
    request: Request,
    requirements: &Requirements,
    permit: &Permit,
) -> Result<ReceivedForm, Unreadable> {
    if !is_form(request.headers()) {
        return Err(Unreadable::NotAForm);
    }
    let data = data(&request, permit, MAX_BYTES).await?;
    let entries: Vec<Array> =
        data.entries().into_iter().flatten().filter_map(|entry| entry.dyn_into().ok()).collect();
    if entries.len() > MAX_PARTS {
        return Err(Unreadable::TooManyParts);
    }
    let mut seen = BTreeSet::new();
    let mut received = ReceivedForm {
        parts: entries.len(),
        form: Form::default(),
        token: String::new(),
        trap: String::new(),
        key: String::new(),
        revision: String::new(),
        posting_version: String::new(),
        held: String::new(),
        arrival: String::new(),
        documents: Vec::new(),
        announced: None,
    };
    for entry in entries {
        let name = entry.get(0).as_string().unwrap_or_default();
        match entry.get(1).dyn_into::<File>() {
            Ok(file) => received.documents.extend(document(name, file)),
            Err(value) => {
                let is_first = seen.insert(name.clone());
                let value = value.as_string().unwrap_or_default();
                if name == "documents" {
                    received.announced = Some(announced(&value).ok_or(Unreadable::NotAForm)?);
                    continue;
                }
                received.take(name, value, is_first, requirements);
            }
        }
    }
    Ok(received)
}

impl ReceivedForm {
    /// Takes a typed field. The first value stays where a field is given again.
    fn take(&mut self, name: String, value: String, is_first: bool, requirements: &Requirements) {
        let form = &mut self.form;
        let place = match name.as_str() {
            "name" => &mut form.name,
            "email" => &mut form.email,
            "phone" => &mut form.phone,
            "subject" => &mut form.subject,
            "message" => &mut form.message,
            "consent" => &mut form.consent,
            "mails" => &mut form.mails,
            "shared" => &mut form.shared,
            "token" => &mut self.token,
            "website" => &mut self.trap,
            "key" => &mut self.key,
            "revision" => &mut self.revision,
            "posting_version" => &mut self.posting_version,
            "held" => &mut self.held,
            "arrival" => &mut self.arrival,
            // An earlier version of the posting may have asked it.
            id if is_first || requirements.question(id).is_some() => {
                if is_first {
                    form.answers.set(&name, Some(value));
                } else {
                    form.repeated.push(name);
                }
                return;
            }
            _ => return,
        };
        if is_first {
            *place = value;
        } else {
            form.repeated.push(name);
        }
    }
}

/// Reads what a form says of documents that come in parts.
fn announced(value: &str) -> Option<Vec<AnnouncedDocument>> {
    let documents: Vec<AnnouncedDocument> = serde_json::from_str(value).ok()?;
    let are_sound = documents.iter().all(AnnouncedDocument::is_sound);
    (are_sound && documents.len() <= MAX_DOCUMENTS).then_some(documents)
}

/// A browser sends a file field that was left empty as a file without
/// name and bytes.
fn document(id: String, file: File) -> Option<SubmittedDocument<UploadedFile>> {
    let (file_name, bytes) = (unescaped(&file.name()), byte_count(file.size()));
    (!file_name.is_empty() || bytes > 0).then(|| SubmittedDocument {
        id,
        file_name,
        bytes,
        upload: UploadedFile::new(file),
    })
}

/// Returns what browsers escape in a file's name (HTML, 4.10.21.8) and the
/// platform's parser leaves as it is.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

fn is_form(headers: &Headers) -> bool {
    let content_type = headers.get("Content-Type").ok().flatten().unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("multipart/form-data")
}

/// The most bytes of a form with a few words.
const SMALL: u64 = 10_000;

/// Reads a form with a few words.
pub(super) async fn small(request: &Request) -> Result<FormData, Failure> {
    let permit = semaphore::acquire(SMALL, None, semaphore::HELD).await;
    let permit = permit.ok_or(Failure::Busy)?;
    let read = data(request, &permit, SMALL).await;
    read.map_err(|unreadable| unreadable.failure(SMALL).unwrap_or(Failure::Busy))
}

/// The field `name` of such a form, or an empty text.
pub(super) fn text(fields: &FormData, name: &str) -> String {
    fields.get(name).as_string().unwrap_or_default()
}

/// The platform's own parser, given no more than `max_bytes`. What is large
/// passes through an [`Upload`] on its way there.
pub(super) async fn data(
    request: &Request,
    permit: &Permit,
    max_bytes: u64,
) -> Result<FormData, Unreadable> {
    let declared = content_length(request);
    if let Some(declared) = &declared {
        let length = declared.as_ref().map_or(u64::MAX, |length| *length);
        if length > max_bytes {
            return Err(Unreadable::TooLarge);
        }
        if length < LARGE {
            return parsed(request.inner().form_data()).await;
        }
    }
    let upload = Upload::of(request.inner())?;
    let pass_on = async { upload.pass_on(max_bytes, permit).await.map_err(Unreadable::from) };
    let response = upload.response()?;
    let (data, ()) = try_join(parsed(response.form_data()), pass_on).await?;
    Ok(data)
}

async fn parsed(promise: Result<js_sys::Promise, JsValue>) -> Result<FormData, Unreadable> {
    let parsed = JsFuture::from(promise.map_err(not_a_form)?).await.map_err(not_a_form)?;
    parsed.dyn_into().map_err(not_a_form)
}

fn content_length(request: &Request) -> Option<Result<u64, ParseIntError>> {
    let declared = request.headers().get("Content-Length").ok().flatten();
    declared.map(|length| length.parse())
}

fn not_a_form<T>(_error: T) -> Unreadable {
    Unreadable::NotAForm
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size is whole and not negative"
)]
pub(super) fn byte_count(size: f64) -> u64 {
    size as u64
}
