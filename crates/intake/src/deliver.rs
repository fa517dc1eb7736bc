//! Sends a mail of the outbox: claims, composes, hands over and settles it.

use domain::{Application, Posting};
use rules::{Mails, Timestamp};

use crate::application_mails::{Enclosed, Notes};
use crate::digest::{admit, send_digest};
use crate::dispatch::{Dispatch, Verdict};
use crate::mail_composer::MailComposer;
use crate::ports::{
    About, Admission, Claim, Clock, Corrections, DocumentStore, Fault, Ledger, Mail, MailKind,
    Notice, Notices, Outbox, PostingStore, Progress, RecipientOutcome, Recipients, Related,
    Sending, Settlement, Transport,
};
use crate::progress::MESSAGE_MAIL;
use crate::replaced_documents::clean;
use crate::sealed::{is_to_be_sealed, opened, person, seal_away, sealed_key};
use crate::sealed_mail::keys_at;
use crate::settlement::{settle, settle_partly};

/// How long a claim on a mail holds, in milliseconds. It is longer than a
/// Worker may take for one queue message (15 minutes of wall time), so that a
/// mail that may still be being sent is not sent by another Worker.
pub const LEASE_MS: i64 = 16 * 60_000;

/// How long a mail waits that cannot be encrypted, because one of its posting's
/// keys has expired, in milliseconds.
const WITHOUT_KEY_MS: i64 = 15 * 60_000;

/// What the mail server has said about its load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Nothing.
    Keep,
    /// It wants fewer sessions or mails. The mail waits for
    /// [`crate::SLOW_DOWN_MS`]; its queue message is to be brought again after that.
    SlowDown,
}

/// Sends the mail with this id if it is due and not claimed: an alert by
/// `alerts`, any other mail by `transport`.
///
/// A mail is claimed, composed, handed over and settled. Idempotent, also for
/// concurrent calls. If the mail cannot be composed, it waits for its next
/// attempt and the fault is returned.
pub async fn deliver(
    documents: &impl DocumentStore,
    ledger: &(impl Ledger + Corrections + Notices + Outbox + PostingStore + Progress + Recipients),
    transport: &impl Transport,
    alerts: &impl Transport,
    clock: &impl Clock,
    composer: &MailComposer<'_>,
    id: &str,
) -> Result<Pace, Fault> {
    let now = clock.now();
    let until = Timestamp(now.0.saturating_add(LEASE_MS));
    let Some((mail, claim)) = ledger.claim(id, now, until).await? else { return Ok(Pace::Keep) };
    let outcome = match admit(ledger, composer, &mail, claim, now).await {
        Ok(Admission::Admitted) => {
            send(documents, ledger, transport, alerts, composer, &mail, claim, now).await
        }
        // The claim is given back already.
        Ok(Admission::Digested) => return Ok(Pace::Keep),
        Ok(Admission::Closed) => {
            Ok(Some(Sending::Later("the recipient has enough mails".into()).into()))
        }
        Err(fault) => Err(fault),
    };
    let now = clock.now();
    let policy = mail.kind.retry_policy();
    let (settlement, result) = match outcome {
        Ok(Some(dispatch)) => {
            let pace = if dispatch.is_slowed_down() { Pace::SlowDown } else { Pace::Keep };
            let settlement = match dispatch.verdict() {
                Verdict::Whole(sending) => settle(policy, sending, claim, now),
                Verdict::Partly(left) => settle_partly(policy, left, claim, now),
            };
            let is_over = matches!(settlement, Settlement::SentToSome { .. });
            let outcomes = dispatch.outcomes(is_over);
            match note_recipients(ledger, &mail, claim, &outcomes).await {
                Ok(()) => (settlement, Ok(pace)),
                // Some have it, and it is not known who.
                Err(fault) => {
                    let unknown = Sending::Unknown(fault.to_string());
                    (settle(policy, unknown, claim, now), Err(fault))
                }
            }
        }
        Ok(None) => {
            let reason = "there is nothing left to tell".into();
            (Settlement::Refused { reason }, Ok(Pace::Keep))
        }
        // However long it takes: it is never given up, and never sent in clear.
        Err(fault @ Fault::Key(_)) => {
            let at = Timestamp(now.0.saturating_add(WITHOUT_KEY_MS));
            (Settlement::Held { at, reason: fault.to_string() }, Err(fault))
        }
        Err(fault) => (settle(policy, Sending::Later(fault.to_string()), claim, now), Err(fault)),
    };
    ledger.settle(&mail.id, claim, &settlement).await?;
    result
}

async fn note_recipients(
    ledger: &impl Outbox,
    mail: &Mail,
    claim: Claim,
    outcomes: &[RecipientOutcome],
) -> Result<(), Fault> {
    if outcomes.is_empty() {
        return Ok(());
    }
    ledger.note_recipients(&mail.id, claim, outcomes).await
}

/// Sends a claimed mail, by what it is about.
#[expect(clippy::too_many_arguments, reason = "the ports, the mail and the attempt")]
async fn send(
    documents: &impl DocumentStore,
    ledger: &(impl Ledger + Corrections + Notices + Outbox + PostingStore + Progress + Recipients),
    transport: &impl Transport,
    alerts: &impl Transport,
    composer: &MailComposer<'_>,
    mail: &Mail,
    claim: Claim,
    now: Timestamp,
) -> Result<Option<Dispatch>, Fault> {
    match &mail.about {
        About::Application(of) => {
            send_of_application(documents, ledger, transport, composer, mail, of, claim, now).await
        }
        About::Notice(Notice::Alert { .. } | Notice::KeyExpires { .. } | Notice::Returned(_)) => {
            send_notice(ledger, alerts, composer, mail, claim, now).await
        }
        About::Notice(Notice::Digest(_)) => {
            send_digest(ledger, transport, composer, mail, claim, now).await
        }
        About::Notice(Notice::Forward(forwarding)) => {
            composer.forward(documents, transport, mail, forwarding, claim, now).await.map(Some)
        }
        About::Notice(_) => send_notice(ledger, transport, composer, mail, claim, now).await,
    }
}

/// Sends a mail of an application. Nothing where the application was
/// withdrawn in the meantime: its mails are gone as well. Nothing either where
/// it was corrected in the meantime: the correction has a mail of its own.
#[expect(clippy::too_many_arguments, reason = "the ports, the mail and the attempt")]
async fn send_of_application(
    documents: &impl DocumentStore,
    ledger: &(impl Ledger + Corrections + PostingStore + Progress),
    transport: &impl Transport,
    composer: &MailComposer<'_>,
    mail: &Mail,
    application: &str,
    claim: Claim,
    now: Timestamp,
) -> Result<Option<Dispatch>, Fault> {
    let Some(received) = ledger.find(application).await? else { return Ok(None) };
    let received = opened(composer.signing, received);
    // What staff write belongs to every revision.
    if received.revision != mail.revision && mail.kind != MailKind::Message {
        return Ok(None);
    }
    let version = received.posting_version;
    let posting = composer.posting_of_version(ledger, &received.posting, version).await?;
    if mail.kind == MailKind::Message {
        let sent = send_message(
            documents, ledger, transport, composer, &posting, mail, &received, claim, now,
        );
        return sent.await;
    }
    if mail.kind == MailKind::Acknowledgement {
        let message = composer.acknowledgement(&posting, &received, claim, now)?;
        return Ok(Some(message.send(transport, mail).await));
    }
    if received.forgotten_at().is_some() {
        return Ok(None);
    }
    let before = match received.revision {
        1 => None,
        // Nobody knows any more what it said.
        _ if received.sealed.is_some() => None,
        revision => ledger.forwarded_before(&received.id, revision).await?,
    };
    if is_to_be_sealed(&posting, &received) {
        let sent = send_sealed(
            documents, ledger, transport, composer, &posting, mail, received, claim, now,
        );
        return sent.await;
    }
    let related = related(ledger, composer, &posting, &received).await?;
    let notes = Notes { before, related };
    let sent = send_to_staff(
        documents, transport, composer, &posting, mail, &received, claim, now, &notes,
    );
    sent.await.map(Some)
}

/// Sends what staff have written to the candidate, to the latest address.
#[expect(clippy::too_many_arguments, reason = "the ports, the mail and the attempt")]
async fn send_message(
    documents: &impl DocumentStore,
    ledger: &impl Progress,
    transport: &impl Transport,
    composer: &MailComposer<'_>,
    posting: &Posting,
    mail: &Mail,
    received: &Application,
    claim: Claim,
    now: Timestamp,
) -> Result<Option<Dispatch>, Fault> {
    let id = mail.id.strip_prefix(MESSAGE_MAIL).unwrap_or_default();
    let Some(message) = ledger.find_message(id).await? else { return Ok(None) };
    // Who wants no mails reads it on the receipt, which shows what was sent.
    if received.content.mails == Mails::Nothing {
        return Ok(Some(Sending::Sent(None).into()));
    }
    let file = match &message.attachment {
        Some(attachment) => {
            let bytes = documents.get(&attachment.key).await?;
            Some(bytes.ok_or_else(|| Fault::Documents("an attachment is not there".into()))?)
        }
        None => None,
    };
    let message =
        composer.written_by_staff(posting, received, &message, file.as_deref(), claim, now)?;
    Ok(Some(message.send(transport, mail).await))
}

/// Sends the application with its documents attached. Where the transport
/// takes no message of that size, staff get their addresses.
#[expect(clippy::too_many_arguments, reason = "the ports, the mail and the attempt")]
async fn send_to_staff(
    documents: &impl DocumentStore,
    transport: &impl Transport,
    composer: &MailComposer<'_>,
    posting: &Posting,
    mail: &Mail,
    received: &Application,
    claim: Claim,
    now: Timestamp,
    notes: &Notes,
) -> Result<Dispatch, Fault> {
    let attached = Enclosed::Attached(composer.attachments(documents, posting, received).await?);
    let message = composer.to_staff(posting, received, claim, now, attached, notes)?;
    let linked = || composer.to_staff(posting, received, claim, now, Enclosed::Linked, notes);
    message.send(transport, mail).await.or_smaller(transport, linked).await
}

/// Sends the encrypted mail of an application. Where there is none yet, it is
/// made and stored first, and the documents and content are deleted. Where
/// the transport takes no message of that size, staff get its address.
#[expect(clippy::too_many_arguments, reason = "the ports, the mail and the attempt")]
async fn send_sealed(
    documents: &impl DocumentStore,
    ledger: &impl Corrections,
    transport: &impl Transport,
    composer: &MailComposer<'_>,
    posting: &Posting,
    mail: &Mail,
    received: Application,
    claim: Claim,
    now: Timestamp,
) -> Result<Option<Dispatch>, Fault> {
    let kept = if received.as_sealed().is_some() {
        if claim.attempt > 1 {
            // Whoever sealed it may not have come to the end.
            clean(documents, ledger, &received).await?;
        }
        received
    } else {
        // Before the documents are loaded in vain.
        keys_at(posting, now)?;
        let related = related(ledger, composer, posting, &received).await?;
        let notes = Notes { before: None, related };
        let attached = composer.attachments(documents, posting, &received).await?;
        let attached = Enclosed::Attached(attached);
        let made = composer.to_staff(posting, &received, claim, now, attached, &notes)?;
        let sealed = seal_away(documents, ledger, composer.signing, &received, made.bytes).await?;
        let Some(kept) = sealed else { return Ok(None) };
        kept
    };
    let Some(sealed) = kept.as_sealed() else { return Ok(None) };
    let (Some(key), Some(message)) = (sealed_key(&kept.id, sealed), sealed.message()) else {
        return Ok(None);
    };
    let bytes = documents.get(&key).await?;
    let bytes = bytes.ok_or_else(|| Fault::Documents("a sealed mail is not there".into()))?;
    let whole = composer.kept_mail(posting, &kept, claim, bytes)?.send(transport, mail).await;
    let linked = || composer.sealed_link(posting, &kept, message, claim, now);
    whole.or_smaller(transport, linked).await.map(Some)
}

/// Other applications of the same person, also those that are sealed or
/// forgotten.
async fn related(
    ledger: &impl Corrections,
    composer: &MailComposer<'_>,
    posting: &Posting,
    received: &Application,
) -> Result<Vec<Related>, Fault> {
    let mut related = ledger.related(received).await?;
    if posting.privacy.is_default() {
        return Ok(related);
    }
    let mut hashed = received.clone();
    hashed.content.email = person(composer.signing, &received.content.email);
    for one in ledger.related(&hashed).await? {
        if related.iter().all(|known| known.reference != one.reference) {
            related.push(one);
        }
    }
    Ok(related)
}

/// Sends a mail that belongs to no application. Nothing where it is a report
/// whose applications are erased.
async fn send_notice(
    ledger: &(impl Notices + PostingStore),
    transport: &impl Transport,
    composer: &MailComposer<'_>,
    mail: &Mail,
    claim: Claim,
    now: Timestamp,
) -> Result<Option<Dispatch>, Fault> {
    let About::Notice(notice) = &mail.about else { return Ok(None) };
    if composer.is_over(ledger, notice, now).await? {
        return Ok(None);
    }
    let message = composer.notice(ledger, &mail.id, notice, claim, now).await?;
    Ok(Some(message.send(transport, mail).await))
}
