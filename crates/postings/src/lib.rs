#![doc = include_str!("../../../postings/README.md")]
//!
//! # For the programmer
//!
//! [`compile_folder`] runs at build time (`crates/edge/build.rs`, `cargo xtask
//! check`) and nowhere else: it is the only room with a table of time zones.
//! It collects every mistake of every file, so that one build shows them all.

mod advertisement;
mod body;
mod check;
mod folder;
mod form;
mod front;
mod mistake;
mod notes;
mod posting;
mod section;
mod suggest;
mod terms;
#[cfg(test)]
mod tests;
mod time;
mod typography;
mod value;

pub use advertisement::{Draft, from_advertisement};
pub use folder::compile_folder;
pub use mistake::{Mistake, Mistakes};

use domain::Posting;

/// Returns the postings as the JSON that the Worker embeds and reads back with serde.
///
/// # Panics
///
/// Never: a [`Posting`] has no map with keys other than text and no float,
/// which are all that JSON cannot say.
#[allow(clippy::expect_used, reason = "see Panics")]
pub fn to_json(postings: &[Posting]) -> String {
    serde_json::to_string(postings).expect("a posting can be said in JSON")
}
