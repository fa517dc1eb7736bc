//! The flows of an application, over ports.
//!
//! [`submit`] takes an application in, [`correct`] another revision of it, [`deliver`] forwards it to staff and
//! acknowledges it to the candidate, [`sweep`] puts back what was left
//! behind, [`receipt`] tells how far an application has come, [`download`]
//! leads to a document that a mail could not hold.
//!
//! [`erase`] keeps the promise of the day of deletion, [`withdraw`] deletes
//! when the candidate says so, [`erase_orphaned_documents`] deletes documents
//! of no application. [`report`] and [`watch`] write down what staff and operator are to be
//! told, [`notify`] tells them.
//!
//! Storage, queue, mail and clock are [`ports`]. The crate `ledger` implements
//! those of storage in SQL, the Worker the others, and tests have the others
//! in memory.
//!
//! The ledger is the truth. An application exists once its row and the rows
//! of its mails are committed, together; a queue message is only a hint
//! that there is something to do, and may be lost or repeated.

mod correct;
mod deliver;
mod download;
mod incident;
mod key;
mod mail_composer;
#[cfg(feature = "memory")]
pub mod memory;
mod notify;
pub mod ports;
mod receipt;
mod report;
mod retention;
mod submit;
mod sweep;
mod uploads;
mod withdraw;

pub use correct::{
    Amendment, CORRECTION_WAIT_MS, MAX_REVISIONS, correct, erase_replaced_documents,
};
pub use deliver::{LEASE_MS, Pace, SLOW_DOWN_MS, deliver, next_attempt};
pub use download::{Download, Followed, Link, download};
pub use incident::{Change, watch};
pub use key::{ApplicationId, SigningKey, Token};
pub use mail_composer::MailComposer;
pub use notify::notify;
pub use receipt::{Opened, Receipt, receipt, receipt_key};
pub use report::{GRACE_MS, LONGEST_WAIT_MS, report};
pub use retention::{erase, erase_orphaned_documents};
pub use submit::{Outcome, Submission, SubmittedDocument, Verdict, submit};
pub use sweep::{QUEUED_MS, sweep};
pub use withdraw::{Withdrawal, finish_withdrawals, withdraw};
