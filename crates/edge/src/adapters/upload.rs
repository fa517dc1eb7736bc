//! Files as the platform keeps them, outside wasm memory.

use core::cell::OnceCell;

use intake::ports::{Fault, Upload, UploadContent};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableStream, WorkerGlobalScope};

use super::bytes::take_bytes;

/// A file of a form. What comes in parts is read twice: compared with what was
/// announced, then inspected. It is hashed once, since a file never changes.
pub(crate) struct UploadedFile {
    file: File,
    sha256: OnceCell<[u8; 32]>,
}

impl Upload for UploadedFile {
    async fn read(&self) -> Result<UploadContent, Fault> {
        let buffer = JsFuture::from(self.file.array_buffer()).await.map_err(unreadable)?;
        let buffer: ArrayBuffer = buffer.unchecked_into();
        // The platform hashes outside wasm memory, in native code.
        let sha256 = if let Some(known) = self.sha256.get() {
            *known
        } else {
            let found = sha256(&buffer).await?;
            *self.sha256.get_or_init(|| found)
        };
        Ok(UploadContent { bytes: take_bytes(&buffer), sha256 })
    }
}

impl UploadedFile {
    pub(crate) fn new(file: File) -> Self {
        Self { file, sha256: OnceCell::new() }
    }

    /// Copies bytes out of wasm memory.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, Fault> {
        let parts = Array::of1(&Uint8Array::from(bytes));
        File::new_with_u8_array_sequence(&parts, "").map(Self::new).map_err(unreadable)
    }

    /// Returns its bytes, which stay outside wasm memory.
    pub(crate) fn stream(&self) -> ReadableStream {
        self.file.stream()
    }
}

async fn sha256(buffer: &ArrayBuffer) -> Result<[u8; 32], Fault> {
    let promise = js_sys::global()
        .unchecked_into::<WorkerGlobalScope>()
        .crypto()
        .and_then(|crypto| crypto.subtle().digest_with_str_and_buffer_source("SHA-256", buffer))
        .map_err(unreadable)?;
    let digest = JsFuture::from(promise).await.map_err(unreadable)?;
    let digest = Uint8Array::new(&digest).to_vec();
    digest.try_into().map_err(|_| Fault::Upload("the SHA-256 is not 32 bytes long".into()))
}

fn unreadable(_error: JsValue) -> Fault {
    Fault::Upload("the platform did not give the bytes of a file".into())
}
