//! Documents in R2.

use intake::Pause;
use intake::ports::{DocumentStore, Fault, KeptDocument, Page};
use js_sys::ArrayBuffer;
use rules::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;
use worker::{Bucket, Conditional, Object, ResponseBody};

use super::bytes::take_bytes;

use crate::adapters::UploadedFile;

/// A bucket of documents.
pub(crate) struct R2Documents(pub(crate) Bucket);

impl R2Documents {
    /// Returns a document whose bytes are still to come, or nothing where there is none.
    pub(crate) async fn open(&self, key: &str) -> Result<Option<Object>, Fault> {
        self.0.get(key).execute().await.map_err(fault)
    }
}

impl R2Documents {
    /// Returns whether a restore pauses the outbox.
    pub(crate) async fn pause(&self) -> Result<Pause, Fault> {
        let record = self.0.head(Pause::KEY).await.map_err(fault)?;
        let text = if record.is_some() { self.get(Pause::KEY).await? } else { None };
        Ok(Pause::of(text.as_deref()))
    }

    /// Returns how many bytes there are under `key`.
    pub(crate) async fn size(&self, key: &str) -> Result<Option<u64>, Fault> {
        let object = self.0.head(key).await.map_err(fault)?;
        Ok(object.map(|object| object.size()))
    }
}

impl DocumentStore for R2Documents {
    type Upload = UploadedFile;

    fn upload(&self, bytes: Vec<u8>) -> Result<UploadedFile, Fault> {
        UploadedFile::of(&bytes)
    }

    async fn put(&self, key: &str, upload: &UploadedFile, sha256: [u8; 32]) -> Result<(), Fault> {
        // A file's stream has a known length, which R2 insists on, and its
        // bytes never enter wasm memory. R2 verifies the hash as it writes.
        self.0
            .put(key, upload.stream())
            .sha256(sha256)
            .only_if(is_absent())
            .execute()
            .await
            .map(|_| ())
            .map_err(fault)
    }

    async fn copy(&self, from: &str, to: &str) -> Result<bool, Fault> {
        let Some(object) = self.open(from).await? else { return Ok(false) };
        let Some(body) = object.body() else { return Ok(false) };
        let ResponseBody::Stream(stream) = body.response_body().map_err(fault)? else {
            return Ok(false);
        };
        // R2 has the hash of what was put, and verifies that the copy has it.
        let mut put = self.0.put(to, stream).only_if(is_absent());
        if let Some(sha256) = object.checksum().sha256 {
            put = put.sha256(sha256);
        }
        put.execute().await.map(|_| true).map_err(fault)
    }

    async fn write(&self, key: &str, text: &str) -> Result<(), Fault> {
        let put = self.0.put(key, text.to_owned()).execute().await;
        put.map(|_| ()).map_err(fault)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(object) = self.open(key).await? else { return Ok(None) };
        let Some(body) = object.body() else { return Ok(None) };
        let ResponseBody::Stream(stream) = body.response_body().map_err(fault)? else {
            return Ok(None);
        };
        let response = Response::new_with_opt_readable_stream(Some(&stream)).map_err(unreadable)?;
        let buffer = JsFuture::from(response.array_buffer().map_err(unreadable)?).await;
        Ok(Some(take_bytes(buffer.map_err(unreadable)?.unchecked_ref::<ArrayBuffer>())))
    }

    async fn delete(&self, prefix: &str) -> Result<(), Fault> {
        // A page of the listing at a time, as many as one call deletes.
        loop {
            let listing = self.0.list().prefix(prefix).execute().await.map_err(fault)?;
            let keys: Vec<String> = listing.objects().iter().map(Object::key).collect();
            if !keys.is_empty() {
                self.0.delete_multiple(keys).await.map_err(fault)?;
            }
            if !listing.truncated() {
                return Ok(());
            }
        }
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Page, Fault> {
        let mut listing = self.0.list().prefix(prefix).limit(limit);
        if let Some(after) = after {
            listing = listing.start_after(after);
        }
        let listing = listing.execute().await.map_err(fault)?;
        let document = |object: Object| KeptDocument {
            key: object.key(),
            stored_at: Timestamp(i64::try_from(object.uploaded().as_millis()).unwrap_or(i64::MAX)),
            bytes: object.size(),
        };
        let documents = listing.objects().into_iter().map(document).collect();
        Ok(Page { documents, has_more: listing.truncated() })
    }
}

/// Nothing is under the key.
fn is_absent() -> Conditional {
    Conditional {
        etag_matches: None,
        etag_does_not_match: Some("*".into()),
        uploaded_before: None,
        uploaded_after: None,
    }
}

fn unreadable(_error: JsValue) -> Fault {
    Fault::Documents("the platform did not give the bytes of a document".into())
}

fn fault(error: worker::Error) -> Fault {
    Fault::Documents(error.to_string())
}
