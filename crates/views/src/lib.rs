//! What people see: pages and letters, from `www/templates` and the words of
//! `www/locales`. Values in, text out: no clock, no network, no state.
//!
//! Whoever changes a template or the style sheet looks at every page in every
//! state with `cargo run -p views --example preview -- FOLDER`.

mod careers;
mod correct;
mod country;
mod data;
mod deadline_calendar;
mod facts;
mod failure;
mod feeds;
mod form;
mod frame;
mod job_posting;
pub mod mails;
mod posting;
mod receipt;
mod withdrawal;
mod words;

pub use careers::careers;
pub use correct::correct;
pub use deadline_calendar::deadline_calendar;
pub use failure::{failure, failure_message};
pub use feeds::{feed, sitemap};
pub use form::{CorrectionOf, FormState};
pub use frame::Site;
pub use posting::posting;
pub use receipt::{Receipt, receipt, receipt_address, status_address};
pub use withdrawal::{withdraw, withdrawn};
