//! Holds documents of a refused form for an hour, so that they need not be
//! chosen again where a page has no script.
//!
//! They are held for a page and an address: an id that follows from the page's
//! token, which is unguessable, and from the address. Where the address itself
//! is what is wrong, they are held for the page alone. Those of a correction
//! are held for the receipt that it was made from, apart from its first page.
//!
//! The row of a document is written before its bytes and goes after them. What
//! a Worker leaves that is ended between the two lies under a folder of no
//! application, which [`crate::erase_orphaned_documents`] deletes.

use domain::HeldDocument;
use rules::{Form, Issue, OfferedDocument, Requirements, Timestamp};

use crate::each::each;
use crate::key::id_of;
use crate::ports::{DocumentStore, Fault, HeldDocuments};
use crate::uploads::{DOCUMENTS, Uploads};
use crate::verdict::Verdict;

/// How long a document is held, in milliseconds.
pub const HELD_MS: i64 = 60 * 60_000;

/// How many documents one run of the cron deletes.
const BATCH: u32 = 100;

/// What is held of a refused form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holding {
    /// The documents that need not be chosen again.
    pub documents: Vec<HeldDocument>,
    /// Why there are not more. The candidate chooses them again.
    pub fault: Option<Fault>,
}

/// Where a form comes from.
#[derive(Clone, Copy)]
pub(crate) enum Page<'a> {
    /// The page of a posting, by the id in its token.
    Posting(&'a str),
    /// The receipt of the application with this id.
    Receipt(&'a str),
}

/// The page and address for which documents are held.
pub(crate) struct Hold {
    of_address: String,
    of_page: String,
    received_at: Timestamp,
}

impl Hold {
    pub(crate) fn of(page: Page<'_>, address: &str, received_at: Timestamp) -> Self {
        let address = address.to_ascii_lowercase();
        let page = match page {
            Page::Posting(id) => id.to_owned(),
            Page::Receipt(id) => format!("receipt {id}"),
        };
        let of_address = id_of(&format!("held {page} {address}"));
        Self { of_address, of_page: id_of(&format!("held {page}")), received_at }
    }

    /// Returns what is held, the latest first.
    pub(crate) async fn find(
        &self,
        ledger: &impl HeldDocuments,
    ) -> Result<Vec<HeldDocument>, Fault> {
        let holds = [self.of_address.clone(), self.of_page.clone()];
        ledger.held(&holds, self.received_at).await
    }

    /// Brings what is held in line with an answer. Once an application is
    /// stored, nothing is held any more. Of a refused form, those documents are
    /// held that passed and that `is_wanted` names.
    pub(crate) async fn follow<D: DocumentStore>(
        &self,
        documents: &D,
        ledger: &impl HeldDocuments,
        uploads: &Uploads<'_, D::Upload>,
        is_wanted: impl Fn(&str) -> bool,
        verdict: &mut Verdict,
    ) {
        match verdict {
            Verdict::Accepted { .. } => {
                // What stays after a fault goes within the hour. The rows stay
                // until then: where the answer is lost, the same form comes
                // again without files and is the same application.
                let _ = release(documents, &uploads.held).await;
            }
            Verdict::Refused { form, issues, holding, .. } if may_hold(issues) => {
                let passed = form.documents.iter().filter(|one| has_passed(one, issues));
                let wanted: Vec<_> = passed.filter(|one| is_wanted(&one.id)).collect();
                *holding = self.hold(documents, ledger, uploads, &wanted, issues).await;
            }
            _ => {}
        }
    }

    async fn hold<D: DocumentStore>(
        &self,
        documents: &D,
        ledger: &impl HeldDocuments,
        uploads: &Uploads<'_, D::Upload>,
        wanted: &[&OfferedDocument],
        issues: &[Issue],
    ) -> Holding {
        let (mut held, mut new) = (Vec::new(), Vec::new());
        for document in wanted {
            match uploads.held.iter().find(|held| held.document == **document) {
                Some(before) => held.push(before.clone()),
                None => new.extend(self.place(document, issues)),
            }
        }
        let mut holding = Holding { documents: held, fault: None };
        match self.store(documents, ledger, uploads, &new).await {
            Ok(()) => holding.documents.extend(new),
            Err(fault) => holding.fault = Some(fault),
        }
        holding
    }

    /// Returns where a document that has just arrived is held.
    fn place(&self, document: &OfferedDocument, issues: &[Issue]) -> Option<HeldDocument> {
        let is_address_wrong = issues.iter().any(|issue| issue.field == "email");
        let hold = if is_address_wrong { &self.of_page } else { &self.of_address };
        let (id, at, sha256) = (&document.id, self.received_at.0, document.sha256.as_ref()?);
        Some(HeldDocument {
            key: format!("{DOCUMENTS}{hold}/{id}/{at}/{sha256}"),
            hold: hold.clone(),
            document: document.clone(),
            until: Timestamp(at.saturating_add(HELD_MS)),
        })
    }

    async fn store<D: DocumentStore>(
        &self,
        documents: &D,
        ledger: &impl HeldDocuments,
        uploads: &Uploads<'_, D::Upload>,
        new: &[HeldDocument],
    ) -> Result<(), Fault> {
        if new.is_empty() {
            return Ok(());
        }
        ledger.hold(new).await?;
        for held in new {
            let HeldDocument { key, document, .. } = held;
            let sha256 = document.sha256.as_deref().unwrap_or_default();
            uploads.put(documents, key, &document.id, sha256).await?;
        }
        // A form that was on its way for long replaces nothing that came after it.
        let replaces = |held: &HeldDocument, before: &HeldDocument| {
            held.document.id == before.document.id
                && held.key != before.key
                && held.until >= before.until
        };
        let is_replaced = |before: &&HeldDocument| new.iter().any(|held| replaces(held, before));
        for before in uploads.held.iter().filter(is_replaced) {
            documents.delete(&before.key).await?;
            ledger.forget_held(&before.key).await?;
        }
        Ok(())
    }
}

/// Adds to `form` the held documents that it does not replace.
pub(crate) fn add_held(requirements: &Requirements, form: &mut Form, held: &[HeldDocument]) {
    for HeldDocument { document, .. } in held {
        let is_offered = form.documents.iter().any(|offered| offered.id == document.id);
        if !is_offered && requirements.document(&document.id).is_some() {
            form.documents.push(document.clone());
        }
    }
}

/// Deletes the bytes of what was held.
pub(crate) async fn release(
    documents: &impl DocumentStore,
    held: &[HeldDocument],
) -> Result<(), Fault> {
    for HeldDocument { key, .. } in held {
        documents.delete(key).await?;
    }
    Ok(())
}

/// Deletes the documents whose hour is over. Says how many there were; the
/// fault is the first one.
pub async fn erase_held_documents(
    documents: &impl DocumentStore,
    ledger: &impl HeldDocuments,
    now: Timestamp,
) -> Result<usize, Fault> {
    let keys = ledger.no_longer_held(now, BATCH).await?;
    let erase = async |key: String| {
        documents.delete(&key).await?;
        ledger.forget_held(&key).await
    };
    each(keys, erase).await
}

/// Whether documents may be held at all: the candidate has consented, and the
/// form can still be sent.
fn may_hold(issues: &[Issue]) -> bool {
    !issues.iter().any(|issue| issue.field == "consent" || issue.field == Issue::DEADLINE)
}

/// Whether nothing is wrong with a document that was looked into.
fn has_passed(document: &OfferedDocument, issues: &[Issue]) -> bool {
    document.report.is_some() && issues.iter().all(|issue| issue.field != document.id)
}
