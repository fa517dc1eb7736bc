//! The answer to a form.

use domain::Application;
use rules::{Code, Form, Issue};

use crate::held::Holding;
use crate::ports::Fault;

/// The answer to a submission or a correction.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is stored.
    Accepted {
        /// What is in the ledger.
        received: Box<Application>,
        /// What this form made of it.
        outcome: Outcome,
        /// Why its mails could not be queued. The sweep queues them later.
        unqueued: Option<Fault>,
    },
    /// Nothing was kept but documents that are held for an hour.
    Refused {
        /// What was sent, looked into.
        form: Box<Form>,
        /// What is wrong with it.
        issues: Vec<Issue>,
        /// The application that it would have corrected, as it stays.
        kept: Option<Box<Application>>,
        /// The documents that need not be chosen again.
        holding: Holding,
    },
    /// The id is used up: its application was withdrawn, or was sent from a
    /// shared computer, or its documents were deleted as orphaned. The form
    /// needs another id.
    Retired {
        /// What was sent, looked into.
        form: Box<Form>,
    },
    /// A correction that is older than the latest revision, or was made from
    /// an earlier one. Nothing was kept.
    Outdated {
        /// What was sent, looked into.
        form: Box<Form>,
        /// The application as it stays.
        kept: Box<Application>,
    },
    /// The application was corrected too often in a minute. Nothing was kept; a
    /// while later it can be.
    TooFast {
        /// What was sent, looked into.
        form: Box<Form>,
        /// The application as it stays.
        kept: Box<Application>,
    },
    /// The application was corrected as often as it may be. Nothing was kept.
    TooManyRevisions {
        /// What was sent, looked into.
        form: Box<Form>,
        /// The application as it stays.
        kept: Box<Application>,
    },
}

/// What a form made of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The form brought it.
    New,
    /// It said the same before.
    Unchanged,
    /// The form corrected it.
    Corrected,
}

pub(crate) fn refused(form: Form, issues: Vec<Issue>, kept: Option<Application>) -> Verdict {
    let holding = Holding::default();
    Verdict::Refused { form: Box::new(form), issues, kept: kept.map(Box::new), holding }
}

/// The answer to a form of which `document` was held and is gone.
pub(crate) fn gone(form: &Form, document: &str, kept: Option<Application>) -> Verdict {
    let mut form = form.clone();
    form.documents.retain(|offered| offered.id != document);
    refused(form, vec![Issue::new(document, Code::DocumentMissing)], kept)
}
