//! Renders pages and mails from `www/templates` and the texts of `locales`,
//! without clock, network or state.
//!
//! After changing a template or the style sheet, look at every page in every
//! state: `cargo run -p views --example preview -- FOLDER` writes them.

mod accessibility;
mod by_mail;
mod careers;
mod confirmation;
mod correct;
mod country;
mod data;
mod deadline_calendar;
pub mod desk;
mod draft;
mod facts;
mod failure;
mod feeds;
mod form;
mod frame;
mod job_posting;
pub mod mails;
mod open;
mod posting;
mod receipt;
mod withdrawal;
mod words;

pub use accessibility::accessibility;
pub use by_mail::by_mail;
pub use careers::careers;
pub use confirmation::{Confirming, confirm_address, confirmation};
pub use correct::correct;
pub use deadline_calendar::deadline_calendar;
pub use draft::{draft_address, raw_mail_address};
pub use failure::{failure, failure_message, no_receipt};
pub use feeds::{feed, sitemap};
pub use form::{Completes, CorrectionOf, FormState};
pub use frame::Site;
pub use open::{NotOpened, OPEN_ADDRESS, open};
pub use posting::posting;
pub use receipt::{
    APPOINTMENT, Code, Receipt, correct_address, receipt, receipt_address, status_address,
};
pub use withdrawal::{withdraw, withdrawn};
