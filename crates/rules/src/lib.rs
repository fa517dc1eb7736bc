//! The checks of an application.
//!
//! [`Requirements`] say what a posting asks for; [`review`] checks what a candidate
//! filled in. Browser and Worker run the same code, so the page never promises
//! what the Worker refuses. Time arrives as an argument; nothing here reads a
//! clock, a file or the network.

pub mod application;
pub mod content;
pub mod deadline;
mod fields;
pub mod issue;
mod named;
pub mod requirements;
pub mod review;
pub mod subject;
mod text_map;
mod unicode;

pub use addresses::{self, ToAscii};
pub use application::{Content, Form, Mails, OfferedDocument};
pub use calendar::{self, Date, LocalTime, Timestamp};
pub use content::Remark;
pub use issue::{Code, Issue, Param};
pub use requirements::Requirements;
pub use review::{issues, review, review_field};
pub use text_map::TextMap;
pub use unicode::Unicode;
