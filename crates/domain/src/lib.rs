//! Plain data, without I/O: postings, applications, the delivery of their
//! mails, and why a request fails.

mod application;
mod deed;
mod delivery;
pub mod dossier;
mod failure;
mod folded;
mod held;
mod one_or_several;
pub mod posting;
mod stage;

pub use application::{Application, Reference, Rest, Revision, Sealed, SealedMessage};
pub use deed::Deed;
pub use delivery::{Delivery, MailState};
pub use failure::Failure;
pub use folded::folded;
pub use held::HeldDocument;
pub use posting::Posting;
pub use stage::Stage;
