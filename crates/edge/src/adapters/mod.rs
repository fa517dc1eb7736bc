//! The ports of `intake`, on Cloudflare's platform.

mod bytes;
mod clock;
mod d1;
mod email;
mod entropy;
mod queues;
mod r2;
pub(crate) mod rs256;
mod submission;
mod unicode;
mod upload;

pub(crate) use clock::PlatformClock;
pub(crate) use d1::D1;
pub(crate) use email::{AlertTransport, PlatformTransport};
pub(crate) use entropy::{random_bytes, random_u128};
pub(crate) use queues::PlatformQueue;
pub(crate) use r2::R2Documents;
pub(crate) use unicode::UNICODE;
pub(crate) use upload::UploadedFile;
