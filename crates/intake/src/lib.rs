//! The flows of an application, over ports.
//!
//! [`submit`] stores an application, [`correct`] another revision of it, [`deliver`] sends its mails, [`sweep`]
//! queues mails again that were left behind, [`receipt`] shows how far an
//! application has come, and [`download`] serves a document that a mail could
//! not hold.
//!
//! [`announce`] and [`take_part`] take in what comes in parts, [`submit_announced`] makes an application of
//! it, and [`erase_unfinished`] deletes what did not come whole.
//!
//! [`progress`] changes stages and schedules what staff write to candidates.
//!
//! [`erase`] deletes on the promised day, [`withdraw`] at the candidate's
//! request, and [`erase_orphaned_documents`] deletes documents of no
//! application. [`confirm`] notes that staff have an application of a posting
//! that forgets, and [`forget`] deletes what it says. [`erase_held_documents`] deletes those of refused forms that were not sent again within the hour.
//! [`save_posting`] saves a version of a posting. [`report`] and [`watch`] write notices to staff and operator,
//! and [`notify`] sends them.
//!
//! [`accept`] stores a mail that comes in, and [`receive`] makes an application
//! of it, tells its author what it lacks, or has it forwarded.
//!
//! Storage, queue, mail and clock are [`ports`]. The crate `ledger` implements
//! the storage ports in SQL and the Worker the others; tests have the others in
//! memory.
//!
//! The ledger is the truth. An application exists once its row and the rows of
//! its mails are committed together. A queue message is only a hint that may be
//! lost or repeated.

mod announced;
mod application_mails;
mod confirm;
mod correct;
mod deliver;
mod digest;
mod dispatch;
mod download;
mod each;
mod held;
mod incident;
mod incoming_mails;
mod key;
mod key_expiry;
mod mail_composer;
mod mailbox;
#[cfg(feature = "memory")]
pub mod memory;
mod notify;
mod open_page;
mod passed;
mod placeholders;
pub mod ports;
mod postings;
mod progress;
mod receipt;
mod receive;
mod replaced_documents;
mod report;
mod restore;
mod retention;
mod return_path;
mod revise;
mod sealed;
mod sealed_mail;
mod sending_event;
mod settlement;
mod shared;
mod submission;
mod submit;
mod sweep;
mod uploads;
mod verdict;
mod walk;
mod withdraw;

pub use announced::{
    ANNOUNCED_MS, Announced, AnnouncedDocument, Announcement, Awaited, MAX_PART, MIN_PART, Part,
    PartAnswer, Source, announce, announce_correction, correct_announced, erase_unfinished,
    submit_announced, take_part,
};
pub use confirm::{ConfirmLink, Confirmed, confirm, forget, to_confirm};
pub use correct::{Amendment, correct};
pub use deliver::{LEASE_MS, Pace, deliver};
pub use documents::crc32;
pub use download::{Download, Followed, Link, download};
pub use held::{HELD_MS, Holding, erase_held_documents};
pub use incident::{Change, watch};
pub use key::{ApplicationId, Arrival, SigningKey, Token};
pub use key_expiry::{WARNED_BEFORE, warn_of_keys};
pub use mail_composer::{MailComposer, Sender};
pub use notify::notify;
pub use open_page::{
    ENDED_GRACE_MS, PAGE_GRACE_MS, PageTerms, is_a_subject, page_terms, pages_open_until,
    posting_for_page, posting_for_receipt, posting_of_version,
};
pub use placeholders::{Unfilled, filled};
pub use postings::{Draft, Saving, save_posting, still_ended};
pub use progress::{
    ATTACHMENTS, BulkChange, Letter, LetterText, MAX_REFERENCES, MESSAGE_WAIT_MS, Progressed,
    Scheduled, Skip, erase_attachments, progress,
};
pub use receipt::{Opened, Receipt, receipt, receipt_key};
pub use receive::{
    Completion, OpenedDraft, Receiver, accept, announce_completion, complete_announced,
    complete_draft, draft_application, draft_posting, erase_incoming, erase_orphaned_mails,
    open_draft, raw_mail, receive, sweep_incoming,
};
pub use replaced_documents::erase_replaced_documents;
pub use report::{GRACE_MS, LONGEST_WAIT_MS, report};
pub use restore::{Pause, forget_records, note_sent, replay};
pub use retention::{erase, erase_orphaned_documents};
pub use return_path::ReturnPath;
pub use revise::{CORRECTION_WAIT_MS, CORRECTIONS_A_MINUTE, MAX_REVISIONS};
pub use sealed::{SEALED, opened};
pub use sending_event::undelivered;
pub use settlement::{SLOW_DOWN_MS, next_attempt};
pub use shared::{
    Credential, ONCE_MS, address_key, admitted, receipt_code, visit_key, visit_until,
};
pub use submission::{Channel, Submission, SubmittedDocument};
pub use submit::submit;
pub use sweep::{QUEUED_MS, sweep};
pub use verdict::{Outcome, Verdict};
pub use withdraw::{Withdrawal, finish_withdrawals, withdraw};
