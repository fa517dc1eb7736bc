//! What an admissible application is.
//!
//! A [`Posting`] says what it asks for; [`review`] judges what a candidate
//! filled in. The browser and the Worker run this same code, so the page
//! cannot promise what the Worker then refuses. Time arrives as an argument;
//! nothing here reads a clock, a file or the network.

pub mod application;
pub mod calendar;
pub mod content;
pub mod deadline;
pub mod email;
mod fields;
pub mod issue;
pub mod requirements;
pub mod review;
pub mod subject;
mod text_map;

pub use application::{Content, Form, OfferedDocument};
pub use calendar::{Date, LocalTime, Timestamp};
pub use content::Remark;
pub use issue::{Code, Issue, Param};
pub use requirements::Requirements;
pub use review::{issues, review, review_field};
pub use text_map::TextMap;
