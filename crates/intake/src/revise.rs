//! Writes the next revision of an application: of a form that came from its
//! receipt, or once more from the page that it was sent from.

use domain::{Application, Posting};
use mail::Address;
use rules::review::tidied;
use rules::{Content, Form, Timestamp, Unicode};

use crate::key::SigningKey;
use crate::mailbox::judge;
use crate::ports::{
    Correction, Corrections, DocumentStore, Fault, Ledger, MailKind, Outbox, PreviousAddress, Queue,
};
use crate::replaced_documents::free_place;
use crate::sealed::was_sealed;
use crate::submit::{accepted, keep_choice};
use crate::uploads::{Stored, Uploads, delete_unwanted, store};
use crate::verdict::{Outcome, Verdict, gone, refused};

/// How many revisions an application may have.
pub const MAX_REVISIONS: u32 = 20;

/// How many corrections an application takes in a minute.
pub const CORRECTIONS_A_MINUTE: usize = 10;

const MINUTE_MS: i64 = 60_000;

/// How long the mails of a correction wait, in milliseconds, so that several
/// corrections make one mail.
pub const CORRECTION_WAIT_MS: u32 = 2 * 60_000;

/// A form that arrived, looked into.
pub(crate) struct Arrival<'a, U> {
    pub(crate) received_at: Timestamp,
    pub(crate) language: &'a str,
    pub(crate) own_addresses: &'a [Address],
    pub(crate) unicode: Unicode,
    pub(crate) signing: &'a SigningKey,
    pub(crate) form: &'a Form,
    pub(crate) uploads: &'a Uploads<'a, U>,
}

/// What became of a form.
pub(crate) enum Revised {
    Answered(Verdict),
    /// The application has changed since; this is what there is now.
    Superseded(Box<Application>),
}

/// The fault of a form that has been superseded as often as it may be tried.
pub(crate) fn contended() -> Fault {
    Fault::Ledger("others write the same application all the time".into())
}

/// Judges and stores a form as the next revision of `received`. Where it
/// fails, for whatever reason, the application stays as it is.
pub(crate) async fn revise<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + Outbox),
    queue: &impl Queue,
    posting: &Posting,
    received: Application,
    arrival: &Arrival<'_, D::Upload>,
) -> Result<Revised, Fault> {
    let Arrival { received_at, language, form, uploads, .. } = *arrival;
    let mut content = match judge_revision(ledger, posting, &received, arrival).await? {
        Ok(content) => content,
        Err(verdict) => return Ok(Revised::Answered(*verdict)),
    };
    let revision = received.revision.saturating_add(1);
    let kept = &received.content.documents;
    let place = free_place(documents, &received.id, revision).await?;
    let stored = store(documents, &received.id, place, &mut content, kept, uploads).await?;
    content.keep_unasked(&received.content, &posting.requirements);
    if let Stored::Gone(document) = stored {
        return Ok(match ledger.find(&received.id).await? {
            Some(held) if held.revision != received.revision || held.sealed != received.sealed => {
                Revised::Superseded(Box::new(held))
            }
            _ => Revised::Answered(gone(form, &document, Some(received))),
        });
    }
    let is_moved = !received.content.is_from(&content.email);
    let previous = is_moved.then(|| PreviousAddress {
        address: received.content.email.clone(),
        language: received.language.clone(),
        mails: received.content.mails,
    });
    let next = Application {
        posting_version: (posting.version > 0).then_some(posting.version),
        revision,
        revised_at: received_at,
        address_changes: received.address_changes.saturating_add(is_moved.into()),
        language: language.to_owned(),
        content,
        ..received
    };
    let mails = MailKind::of_revision(&next.id, revision, next.content.mails);
    let due_at = Timestamp(received_at.0.saturating_add(CORRECTION_WAIT_MS.into()));
    Ok(match ledger.correct(&next, &mails, due_at, previous.as_ref()).await? {
        Correction::Held(held) => {
            let (outcome, wait) = (Outcome::Corrected, CORRECTION_WAIT_MS);
            Revised::Answered(accepted(ledger, queue, *held, outcome, wait, received_at).await)
        }
        Correction::Superseded(held) => Revised::Superseded(held),
        Correction::Gone => {
            delete_unwanted(documents, &next.id).await;
            Revised::Answered(Verdict::Retired { form: Box::new(form.clone()) })
        }
    })
}

/// Judges a form as the next revision of `received`: what it says, or why it
/// cannot be that.
pub(crate) async fn judge_revision<U>(
    ledger: &impl Corrections,
    posting: &Posting,
    received: &Application,
    arrival: &Arrival<'_, U>,
) -> Result<Result<Content, Box<Verdict>>, Fault> {
    let Arrival { received_at, own_addresses, unicode, form, .. } = *arrival;
    let (own_form, kept) = (|| Box::new(form.clone()), || Box::new(received.clone()));
    let not_taken = |verdict| Ok(Err(Box::new(verdict)));
    if received_at < received.revised_at {
        return not_taken(Verdict::Outdated { form: own_form(), kept: kept() });
    }
    if received.revision >= MAX_REVISIONS {
        return not_taken(Verdict::TooManyRevisions { form: own_form(), kept: kept() });
    }
    if is_hasty(ledger, received, received_at).await? {
        return not_taken(Verdict::TooFast { form: own_form(), kept: kept() });
    }
    match judge(posting, own_addresses, unicode, form, received_at) {
        Ok(mut content) => {
            keep_choice(&mut content, form, received);
            Ok(Ok(content))
        }
        Err(issues) => not_taken(refused(form.clone(), issues, Some(received.clone()))),
    }
}

/// Whether the latest or any earlier revision says the same as `form`.
pub(crate) async fn is_known(
    ledger: &impl Corrections,
    signing: &SigningKey,
    received: &Application,
    form: &Form,
    unicode: Unicode,
    posting: &Posting,
) -> Result<bool, Fault> {
    let Some(said) = said_of(received, form, unicode, posting) else { return Ok(false) };
    if was_sealed(signing, received, &said) {
        return Ok(true);
    }
    let says_it = |content: &Content| content.says_the_same(&said, &posting.requirements);
    if says_it(&received.content) {
        return Ok(true);
    }
    let earlier =
        if received.revision > 1 { ledger.revisions(&received.id).await? } else { Vec::new() };
    Ok(earlier.iter().any(|revision| says_it(&revision.content)))
}

/// Returns what a form says of `received`. Nothing where a field was given twice:
/// which one is meant is unclear.
pub(crate) fn said_of(
    received: &Application,
    form: &Form,
    unicode: Unicode,
    posting: &Posting,
) -> Option<Content> {
    let mut said = tidied(unicode.to_ascii, &posting.requirements, form);
    keep_choice(&mut said, form, received);
    form.repeated.is_empty().then_some(said)
}

/// Whether so many corrections came in the minute before that another one has
/// to wait.
async fn is_hasty(
    ledger: &impl Corrections,
    received: &Application,
    received_at: Timestamp,
) -> Result<bool, Fault> {
    let since = received_at.0.saturating_sub(MINUTE_MS);
    if received.revised_at.0 <= since {
        return Ok(false);
    }
    let earlier = ledger.revisions(&received.id).await?;
    // The first revision is no correction; the latest one is not in the list.
    let corrections = earlier.iter().filter(|one| one.revision > 1 && one.received_at.0 > since);
    let latest = usize::from(received.revision > 1);
    Ok(corrections.count().saturating_add(latest) >= CORRECTIONS_A_MINUTE)
}
