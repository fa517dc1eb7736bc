//! The flows of an application, over ports.
//!
//! [`submit`] takes an application in, [`deliver`] forwards it to staff and
//! acknowledges it to the candidate, [`sweep`] puts back what was left
//! behind, [`erase`] keeps the promise of the day of deletion, [`receipt`]
//! tells how far an application has come. Storage, queue, mail and
//! clock are [`ports`]; the Worker brings real ones, tests bring memory.
//!
//! The ledger is the truth. An application exists once its row and the rows
//! of its letters are committed, together; a queue message is only a hint
//! that there is something to do, and may be lost or repeated.

mod deliver;
mod key;
#[cfg(any(test, feature = "memory"))]
pub mod memory;
pub mod ports;
mod receipt;
mod submit;
mod sweep;
#[cfg(test)]
mod tests;

pub use deliver::{LEASE_MS, Office, deliver, next_attempt};
pub use key::{ApplicationId, SigningKey, Token};
pub use receipt::{Receipt, receipt, receipt_key};
pub use submit::{Submission, SubmittedDocument, Verdict, submit};
pub use sweep::{erase, sweep};
