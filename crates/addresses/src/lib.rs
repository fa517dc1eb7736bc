//! E-mail addresses: what one is, what people type, and what they probably meant.
//!
//! [`Address`] is the one rule of browser, Worker and mails. [`tidied`] makes an address of what was typed, [`stray`] finds a
//! character that was not meant, and [`doubt`] finds an address that is valid and probably a slip.

mod address;
mod doubt;
mod typed;

pub use address::{Address, AddressError, is_atext, is_routed};
pub use doubt::{Doubt, doubt};
#[cfg(feature = "idna")]
pub use typed::to_ascii;
pub use typed::{Stray, ToAscii, is_invisible, stray, tidied};
