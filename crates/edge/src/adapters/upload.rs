//! Files as the platform keeps them, outside wasm memory.

use std::cell::Cell;

use intake::ports::{Fault, Upload};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableStream, WorkerGlobalScope};

use super::bytes::taken;

/// A file of a form.
pub(crate) struct UploadedFile {
    file: File,
    /// Its bytes, between hashing and reading: the platform copies them each
    /// time that it is asked.
    hashed: Cell<Option<ArrayBuffer>>,
}

impl Upload for UploadedFile {
    async fn read(&self) -> Result<Vec<u8>, Fault> {
        let buffer = match self.hashed.take() {
            Some(buffer) => buffer,
            None => self.buffer().await?,
        };
        Ok(taken(&buffer))
    }

    async fn sha256(&self) -> Result<[u8; 32], Fault> {
        let buffer = self.buffer().await?;
        let promise = js_sys::global()
            .unchecked_into::<WorkerGlobalScope>()
            .crypto()
            .and_then(|crypto| {
                crypto.subtle().digest_with_str_and_buffer_source("SHA-256", &buffer)
            })
            .map_err(unreadable)?;
        let digest = JsFuture::from(promise).await.map_err(unreadable)?;
        let mut sha256 = [0; 32];
        let digest = Uint8Array::new(&digest);
        if digest.length() != 32 {
            return Err(Fault::Upload("the platform's SHA-256 is not 32 bytes long".into()));
        }
        digest.copy_to(&mut sha256);
        self.hashed.set(Some(buffer));
        Ok(sha256)
    }
}

impl UploadedFile {
    pub(crate) fn of(file: File) -> Self {
        Self { file, hashed: Cell::new(None) }
    }

    /// Its bytes, which stay outside wasm memory.
    pub(crate) fn stream(&self) -> ReadableStream {
        self.file.stream()
    }

    async fn buffer(&self) -> Result<ArrayBuffer, Fault> {
        let buffer = JsFuture::from(self.file.array_buffer()).await.map_err(unreadable)?;
        Ok(buffer.unchecked_into())
    }
}

fn unreadable(_error: JsValue) -> Fault {
    Fault::Upload("the platform did not give the bytes of a file".into())
}
