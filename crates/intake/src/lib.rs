//! The flows of an application, over ports.
//!
//! [`submit`] takes an application in, [`deliver`] forwards it to staff and
//! acknowledges it to the candidate, [`sweep`] puts back what was left
//! behind, [`receipt`] tells how far an application has come, [`download`]
//! leads to a document that a letter could not hold.
//!
//! [`erase`] keeps the promise of the day of deletion, [`withdraw`] deletes
//! when the candidate says so, [`erase_strays`] deletes what nothing leads
//! to. [`report`] and [`watch`] write down what staff and operator are to be
//! told, [`notify`] tells them.
//!
//! Storage, queue, mail and clock are [`ports`]; the Worker brings real ones,
//! tests bring memory.
//!
//! The ledger is the truth. An application exists once its row and the rows
//! of its letters are committed, together; a queue message is only a hint
//! that there is something to do, and may be lost or repeated.

mod deliver;
mod download;
mod incident;
mod key;
#[cfg(any(test, feature = "memory"))]
pub mod memory;
mod notify;
mod office;
pub mod ports;
mod receipt;
mod report;
mod retention;
mod submit;
mod sweep;
#[cfg(test)]
mod tests;
mod withdraw;

pub use deliver::{LEASE_MS, PATIENCE_MS, deliver, next_attempt};
pub use download::{Download, Followed, Link, download};
pub use incident::{Change, watch};
pub use key::{ApplicationId, SigningKey, Token};
pub use notify::notify;
pub use office::Office;
pub use receipt::{Opened, Receipt, receipt, receipt_key};
pub use report::{GRACE_MS, report};
pub use retention::{erase, erase_strays};
pub use submit::{Submission, SubmittedDocument, Verdict, submit};
pub use sweep::sweep;
pub use withdraw::{Withdrawal, finish_withdrawals, withdraw};
