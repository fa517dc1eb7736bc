//! The body of a large form, on its way to the platform's parser. The bytes
//! stay outside wasm memory.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ReadableStreamByobReader, Request, Response, ResponseInit, TransformStream,
    WritableStreamDefaultWriter,
};
use worker::{Date, Delay};

use crate::semaphore::{self, Permit};

/// The bytes that are read at once.
const BLOCK: u32 = 65_536;

/// The least average rate of an upload, in bytes per second: 256 kbit/s.
const LEAST_RATE: u64 = 32_000;

/// Milliseconds by which an upload may be late, and the longest time in which
/// no block comes.
const GRACE: u64 = 10_000;

/// Why an upload did not come to its end.
#[derive(Debug)]
pub(super) enum Ended {
    /// It has more bytes than it may.
    TooLarge,
    /// It was too slow.
    Stalled,
    /// The connection or the parser failed.
    Broken,
}

/// A body that passes through an identity stream, where it is counted.
pub(super) struct Upload {
    reader: ReadableStreamByobReader,
    passage: TransformStream,
    headers: JsValue,
}

impl Upload {
    pub(super) fn of(request: &Request) -> Result<Self, Ended> {
        let body = request.body().ok_or(Ended::Broken)?;
        let reader = ReadableStreamByobReader::new(&body).map_err(broken)?;
        let identity: Function =
            property(&js_sys::global(), "IdentityTransformStream")?.dyn_into().map_err(broken)?;
        let passage = Reflect::construct(&identity, &Array::new()).map_err(broken)?;
        let headers = property(request, "headers")?;
        Ok(Self { reader, passage: passage.unchecked_into(), headers })
    }

    /// What the parser reads.
    pub(super) fn response(&self) -> Result<Response, Ended> {
        let init = ResponseInit::new();
        init.set_headers(&self.headers);
        let body = self.passage.readable();
        Response::new_with_opt_readable_stream_and_init(Some(&body), &init).map_err(broken)
    }

    /// Passes all bytes on, `most` at most, and renews `permit` for as long as
    /// they come fast enough. Ends the upload where they do not.
    pub(super) async fn pass_on(&self, most: u64, permit: &Permit) -> Result<(), Ended> {
        let passed = self.pass(most, permit).await;
        if passed.is_err() {
            // The rest of the body is not needed.
            let _ = self.reader.cancel();
        }
        passed
    }

    async fn pass(&self, most: u64, permit: &Permit) -> Result<(), Ended> {
        let writer = self.passage.writable().get_writer().map_err(broken)?;
        let began = Date::now().as_millis();
        let (mut total, mut block) = (0_u64, Uint8Array::new_with_length(BLOCK));
        loop {
            let now = Date::now().as_millis();
            let allowed = GRACE + total.saturating_mul(1_000) / LEAST_RATE;
            let left = began.saturating_add(allowed).saturating_sub(now).min(GRACE);
            permit.renew(semaphore::HELD);
            let step = within(left, self.read(&block)?).await?;
            let Ok(bytes) = property(&step, "value")?.dyn_into::<Uint8Array>() else { break };
            total = total.saturating_add(bytes.byte_length().into());
            if total > most {
                return Err(Ended::TooLarge);
            }
            if bytes.byte_length() > 0 {
                write(&writer, &bytes).await?;
            }
            if property(&step, "done")?.is_truthy() {
                break;
            }
            // The parser has a copy: the same memory serves again.
            block = Uint8Array::new(&bytes.buffer());
        }
        permit.renew(semaphore::HELD);
        JsFuture::from(writer.close()).await.map_err(broken).map(|_| ())
    }

    /// Reads a block, or what is left where that is less: a single read of
    /// the platform gives 4 KB. `readAtLeast` is workerd's own.
    fn read(&self, block: &Uint8Array) -> Result<JsFuture, Ended> {
        let read: Function = property(&self.reader, "readAtLeast")?.dyn_into().map_err(broken)?;
        let promise = read.call2(&self.reader, &BLOCK.into(), block).map_err(broken)?;
        Ok(JsFuture::from(promise.unchecked_into::<js_sys::Promise>()))
    }
}

async fn write(writer: &WritableStreamDefaultWriter, bytes: &Uint8Array) -> Result<(), Ended> {
    JsFuture::from(writer.write_with_chunk(bytes)).await.map_err(broken).map(|_| ())
}

async fn within(ms: u64, read: JsFuture) -> Result<JsValue, Ended> {
    let timer = pin!(Delay::from(Duration::from_millis(ms)));
    match select(read, timer).await {
        Either::Left((step, _)) => step.map_err(broken),
        Either::Right(_) => Err(Ended::Stalled),
    }
}

fn property(object: &JsValue, name: &str) -> Result<JsValue, Ended> {
    Reflect::get(object, &name.into()).map_err(broken)
}

fn broken<T>(_error: T) -> Ended {
    Ended::Broken
}
