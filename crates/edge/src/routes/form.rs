//! Reading a form off the wire.

use std::num::ParseIntError;

use intake::{ApplicationId, Submission, SubmittedDocument};
use js_sys::{Array, Reflect, Uint8Array};
use rules::{Form, Requirements};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FormData, ReadableStreamDefaultReader, ResponseInit};
use worker::{Headers, Request};

use crate::adapters::UploadedFile;
use crate::routes::RequestContext;

/// The most bytes of a request's body: all documents at their total limit of
/// 18 MB, with room for one that is too large to be told so kindly.
pub(super) const MAX_BYTES: u64 = 25_000_000;

/// The most parts of a form. The largest posting asks for a dozen fields.
const MAX_PARTS: usize = 25;

/// A form that arrived.
pub(super) struct Arrival {
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
    pub(super) documents: Vec<SubmittedDocument<UploadedFile>>,
}

/// Why a body is not a form to be judged.
pub(super) enum Unreadable {
    /// More bytes or parts than a form can have.
    TooLarge,
    /// Another type, or broken off.
    NotAForm,
}

impl Arrival {
    pub(super) fn into_submission(
        self,
        id: ApplicationId,
        context: &RequestContext,
        language: &str,
    ) -> Submission<UploadedFile> {
        Submission {
            id,
            received_at: context.received_at,
            language: language.to_owned(),
            origin: context.origin.clone(),
            form: self.form,
            documents: self.documents,
        }
    }
}

/// Returns how long the body says it is, or may be where it does not say.
pub(super) fn declared_bytes(request: &Request) -> u64 {
    content_length(request).unwrap_or(Ok(MAX_BYTES)).unwrap_or(MAX_BYTES).min(MAX_BYTES)
}

/// Reads the body of `request`, within bounds. Files stay where the platform
/// has put them.
pub(super) async fn read(
    request: Request,
    requirements: &Requirements,
) -> Result<Arrival, Unreadable> {
    if !is_form(request.headers()) {
        return Err(Unreadable::NotAForm);
    }
    let data = form_data(&request).await?;
    let entries: Vec<Array> =
        data.entries().into_iter().flatten().filter_map(|entry| entry.dyn_into().ok()).collect();
    if entries.len() > MAX_PARTS {
        return Err(Unreadable::TooLarge);
    }
    let mut arrival = Arrival {
        form: Form::default(),
        token: String::new(),
        trap: String::new(),
        key: String::new(),
        revision: String::new(),
        documents: Vec::new(),
    };
    for entry in entries {
        let name = entry.get(0).as_string().unwrap_or_default();
        match entry.get(1).dyn_into::<File>() {
            Ok(file) => arrival.documents.extend(document(name, file)),
            Err(value) => arrival.take(&name, value.as_string().unwrap_or_default(), requirements),
        }
    }
    Ok(arrival)
}

impl Arrival {
    fn take(&mut self, name: &str, value: String, requirements: &Requirements) {
        let form = &mut self.form;
        match name {
            "name" => form.name = value,
            "email" => form.email = value,
            "phone" => form.phone = value,
            "subject" => form.subject = value,
            "message" => form.message = value,
            "consent" => form.consent = value,
            "token" => self.token = value,
            "website" => self.trap = value,
            "key" => self.key = value,
            "revision" => self.revision = value,
            id if requirements.question(id).is_some() => {
                form.answers.set(name, Some(value));
            }
            _ => {}
        }
    }
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

/// Returns the platform's own parser, given no more than [`MAX_BYTES`].
async fn form_data(request: &Request) -> Result<FormData, Unreadable> {
    let parsed = match content_length(request) {
        Some(Ok(length)) if length <= MAX_BYTES => request.inner().form_data(),
        Some(_) => return Err(Unreadable::TooLarge),
        // Without a declared length, count what comes.
        None => buffered(request).await?.form_data(),
    };
    let parsed = JsFuture::from(parsed.map_err(not_a_form)?).await.map_err(not_a_form)?;
    parsed.dyn_into().map_err(not_a_form)
}

fn content_length(request: &Request) -> Option<Result<u64, ParseIntError>> {
    let declared = request.headers().get("Content-Length").ok().flatten();
    declared.map(|length| length.parse())
}

/// Returns the body of `request` as a response, which can be parsed like a request.
async fn buffered(request: &Request) -> Result<web_sys::Response, Unreadable> {
    let body = request.inner().body().ok_or(Unreadable::NotAForm)?;
    let reader: ReadableStreamDefaultReader =
        body.get_reader().dyn_into().map_err(|_| Unreadable::NotAForm)?;
    let (chunks, mut total) = (Array::new(), 0_u64);
    loop {
        let step = JsFuture::from(reader.read()).await.map_err(not_a_form)?;
        let Ok(chunk) = property(&step, "value")?.dyn_into::<Uint8Array>() else { break };
        total = total.saturating_add(chunk.byte_length().into());
        if total > MAX_BYTES {
            // What becomes of the rest concerns nobody.
            let _ = reader.cancel();
            return Err(Unreadable::TooLarge);
        }
        chunks.push(&chunk);
    }
    let blob = Blob::new_with_u8_array_sequence(&chunks).map_err(not_a_form)?;
    let init = ResponseInit::new();
    init.set_headers(&property(request.inner(), "headers")?);
    web_sys::Response::new_with_opt_blob_and_init(Some(&blob), &init).map_err(not_a_form)
}

fn property(object: &JsValue, name: &str) -> Result<JsValue, Unreadable> {
    Reflect::get(object, &name.into()).map_err(not_a_form)
}

fn not_a_form<T>(_error: T) -> Unreadable {
    Unreadable::NotAForm
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size is whole and not negative"
)]
fn byte_count(size: f64) -> u64 {
    size as u64
}
