//! The contract of the storage ports, as a test suite for any database.
//!
//! `cargo test -p ledger` runs it on `SQLite`, and
//! `tests/platform/contract.test.mjs` on D1 in workerd. Each case begins with
//! empty tables.

mod applications;
mod corrections;
mod forgetting;
mod held;
mod incoming;
mod notices;
mod outbox;
mod postings;
mod progress;
mod recipients;
mod retention;

use std::fmt::Debug;

use domain::{Application, Posting, Reference};
use intake::ports::{
    Commit, Corrections, Dossiers, Fault, Forgetting, HeldDocuments, Inbox, Ledger, MailKind,
    Notices, Outbox, PostingStore, Progress, Recipients, Retention,
};
use rules::{Content, Mails, Timestamp};

/// What a case found instead of what is promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub String);

impl From<Fault> for Violation {
    fn from(fault: Fault) -> Self {
        Self(fault.to_string())
    }
}

type Outcome = Result<(), Violation>;

/// Every storage port.
pub trait Storage:
    Ledger
    + Corrections
    + Dossiers
    + Forgetting
    + HeldDocuments
    + Outbox
    + Notices
    + Progress
    + Recipients
    + Retention
    + PostingStore
    + Inbox
{
}

impl<L> Storage for L where
    L: Ledger
        + Corrections
        + Dossiers
        + Forgetting
        + HeldDocuments
        + Outbox
        + Notices
        + Progress
        + Recipients
        + Retention
        + PostingStore
        + Inbox
{
}

macro_rules! suite {
    ($($module:ident::$case:ident),* $(,)?) => {
        /// The names of the cases.
        pub const CASES: &[&str] = &[$(stringify!($case)),*];

        /// Runs a case on empty tables.
        ///
        /// # Errors
        ///
        /// What the ledger does otherwise than promised.
        pub async fn run(case: &str, ledger: &impl Storage, posting: &Posting) -> Outcome {
            match case {
                $(stringify!($case) => $module::$case(ledger, posting).await,)*
                _ => Err(Violation("there is no such case".into())),
            }
        }
    };
}

suite! {
    corrections::a_correction_replaces_what_has_not_left,
    corrections::only_one_correction_of_a_revision_counts,
    corrections::applications_of_a_person_or_a_page_are_related,
    corrections::what_is_sealed_replaces_what_was_said,
    forgetting::what_is_confirmed_is_forgotten_once_its_mails_have_left,
    forgetting::a_correction_is_to_be_confirmed_itself_and_keeps_nothing_forgotten,
    applications::each_posting_counts_from_one,
    applications::what_is_written_comes_back_unchanged,
    applications::the_same_id_again_changes_nothing,
    applications::a_reference_is_given_once,
    applications::a_number_is_never_given_twice,
    applications::a_receipt_shows_how_far_the_mails_are,
    applications::a_lookup_always_gives_an_id,
    applications::an_address_opens_a_receipt_once,
    held::held_documents_are_found_for_their_time,
    outbox::what_was_not_delivered_is_noted_once,
    outbox::one_claim_at_a_time,
    outbox::a_lease_ends_and_then_only_the_later_claim_settles,
    outbox::each_settlement_does_what_it_says,
    outbox::what_is_held_counts_anew,
    outbox::what_is_due_comes_in_order_and_in_pages,
    outbox::what_is_queued_or_claimed_is_not_due,
    outbox::a_notice_is_forgotten_once_sent,
    notices::a_report_has_one_row_a_day,
    notices::delivery_of_a_posting_is_settled_and_told,
    notices::mails_that_fail_or_are_late_are_problems,
    notices::a_long_queue_that_moves_is_no_problem,
    notices::a_notice_is_written_once,
    notices::one_incident_is_open_at_a_time,
    postings::a_version_is_saved_on_top_of_its_base_only,
    postings::a_long_version_is_written_whole,
    postings::a_version_never_changes,
    postings::what_people_decide_is_kept_apart_from_versions,
    postings::closings_tell_when_each_version_closes,
    progress::a_step_is_taken_from_what_was_seen,
    progress::a_message_leaves_when_it_is_due,
    progress::a_stopped_message_never_leaves,
    progress::a_newer_message_replaces_a_pending_one,
    progress::a_list_is_searched_sorted_and_filtered,
    progress::who_waits_for_an_answer_is_counted,
    progress::notes_and_events_go_with_the_application,
    outbox::each_of_several_recipients_has_an_outcome,
    outbox::a_copy_that_came_back_is_noted_at_its_recipient,
    recipients::a_recipient_gets_so_many_mails_and_a_digest,
    recipients::a_digest_takes_no_more_once_it_is_being_sent,
    incoming::a_mail_is_processed_by_one_at_a_time_and_once,
    incoming::a_mail_is_known_again,
    incoming::mails_of_one_author_are_counted_and_listed,
    incoming::a_draft_is_found_until_its_mail_is_erased,
    retention::a_withdrawn_application_is_gone_for_good,
    retention::a_withdrawal_is_told_after_the_last_lease,
    retention::erasing_leaves_counts,
    retention::an_orphan_cannot_come_any_more,
    retention::what_is_old_is_forgotten,
    retention::a_cursor_is_kept_moved_and_dropped,
}

/// 2025-07-15T12:00:00.123Z: more than a 32-bit number holds.
const NOON: Timestamp = Timestamp(1_752_580_800_123);

const MINUTE: i64 = 60_000;

fn after(milliseconds: i64) -> Timestamp {
    Timestamp(NOON.0.saturating_add(milliseconds))
}

/// The application number `n`, received `n` milliseconds after noon.
pub fn application(posting: &str, n: u32) -> Application {
    Application {
        id: format!("{n:032x}"),
        reference: Reference::from_random(n.into()),
        posting: posting.to_owned(),
        posting_version: Some(2),
        number: 0,
        language: "fr".into(),
        origin: "https://guichet.example".into(),
        received_at: after(n.into()),
        revision: 1,
        revised_at: after(n.into()),
        address_changes: 0,
        sealed: None,
        shared: None,
        page: None,
        mail: None,
        erase_at: None,
        content: Content {
            mails: Mails::Full,
            name: "Zoë O’Brien \"?1\" '; --".into(),
            email: "zoe@example.org".into(),
            phone: None,
            message: Some("Première ligne\n\u{1F600} \\ \u{7F} fin".into()),
            answers: Vec::new(),
            documents: Vec::new(),
        },
    }
}

/// Writes an application and its mails, and gives it as it is held.
async fn commit(ledger: &impl Storage, posting: &str, n: u32) -> Result<Application, Violation> {
    match ledger.commit(&application(posting, n), &MailKind::OF_APPLICATION).await? {
        Commit::Held(held) => Ok(*held),
        other => Err(Violation(format!("the commit of {n} gave {other:?}"))),
    }
}

fn same<T: PartialEq + Debug>(what: &str, got: T, promised: T) -> Outcome {
    if got == promised {
        return Ok(());
    }
    Err(Violation(format!("{what}: {got:?} where {promised:?} is promised")))
}

fn some<T>(what: &str, got: Option<T>) -> Result<T, Violation> {
    got.ok_or_else(|| Violation(format!("{what}: nothing")))
}
