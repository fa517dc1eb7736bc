#![doc = include_str!("../../../postings/README.md")]
//!
//! # For the programmer
//!
//! [`compile`] reads one source and [`compile_folder`] a folder of them. Each
//! collects every mistake, so that one run shows them all. The Worker compiles
//! as well, what is saved in it and what [`read`] finds in another [`FORMAT`]:
//! it is the only room with a table of time zones.

mod advertisement;
mod body;
mod check;
mod compiled;
mod fields;
mod folder;
mod form;
mod front;
mod mistake;
mod notes;
mod people;
mod placing;
mod posting;
mod privacy;
mod section;
mod subject;
mod suggest;
mod terms;
#[cfg(test)]
mod tests;
mod time;
mod typography;
mod value;

pub use advertisement::{Draft, from_advertisement};
pub use compiled::{Compiled, FORMAT, compile, read, slug};
pub use fields::{Fields, fields, with_fields};
pub use folder::{compile_folder, read_folder};
pub use form::{MAX_DOCUMENTS, MAX_QUESTIONS};
pub use mistake::{Flaw, Mistake, Mistakes};
pub use placing::field_of;
pub use posting::MAX_SOURCE;
pub use privacy::{check_keys, with_keys};
pub use subject::{check_subject, for_another};
pub use time::zones;
