//! Plain data, without I/O: postings, applications, the delivery of their
//! mails, and why a request fails.

mod application;
mod delivery;
mod failure;
mod held;
pub mod posting;

pub use application::{Application, Reference, Revision};
pub use delivery::{Delivery, MailState};
pub use failure::Failure;
pub use held::HeldDocument;
pub use posting::Posting;
