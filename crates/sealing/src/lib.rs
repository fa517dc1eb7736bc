//! Encrypts what staff alone may read: mails to `OpenPGP` keys ([`seal`]), and a
//! candidate's address under a secret of the Worker ([`secret`]).
//!
//! It is pure: the time and the randomness are arguments.

mod armor;
mod key;
mod message;
mod problem;
pub mod secret;

pub use key::{Key, holds_private_key};
pub use message::{SealError, seal};
pub use problem::Problem;
