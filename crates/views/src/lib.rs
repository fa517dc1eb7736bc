//! What people see: pages and letters, from `www/templates` and the words of
//! `www/locales`.

mod careers;
mod country;
mod data;
mod facts;
mod failure;
mod form;
mod frame;
mod job_posting;
pub mod letters;
mod posting;
mod receipt;
mod words;

pub use careers::careers;
pub use failure::{Failure, failure, failure_message};
pub use form::FormState;
pub use frame::Site;
pub use posting::posting;
pub use receipt::{Delivery, receipt};
