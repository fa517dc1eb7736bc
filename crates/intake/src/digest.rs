//! Spares the mailboxes of outsiders: beyond a handful of mails an hour, one
//! digest tells what the others would have said.
//!
//! Anybody can type anybody's address. The answer to a form never shows
//! whether its address had mails before, and every application is told of, so
//! that nobody can keep somebody else from hearing of theirs.

use rules::{Mails, Timestamp};
use views::mails::{self, DigestEntry, Told};

use crate::dispatch::{Dispatch, Verdict};
use crate::key::SigningKey;
use crate::mail_composer::{MailComposer, Message, address};
use crate::mailbox::mailbox_of;
use crate::ports::{
    About, Acknowledged, Admission, Claim, Digest, DigestNotice, Digested, Fault, Ledger, Mail,
    Notice, Outbox, PostingStore, Recipient, Recipients, Said, Sending, Transport,
};
use crate::receipt::receipt_key_of;
use crate::sealed::opened;

/// The time in which mails to one recipient are counted, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// How often a digest leaves, in milliseconds. With the wait for the cron it is
/// less than an hour.
const DIGEST_EVERY_MS: i64 = 50 * 60_000;

/// The most mails that one digest replaces. The others wait for the next one.
const LONGEST: u32 = 1_000;

/// Says whether a claimed mail may leave now.
pub(crate) async fn admit(
    ledger: &(impl Ledger + Recipients),
    composer: &MailComposer<'_>,
    mail: &Mail,
    claim: Claim,
    now: Timestamp,
) -> Result<Admission, Fault> {
    if !mail.kind.is_counted() {
        return Ok(Admission::Admitted);
    }
    // Where there is nobody to send it to, there is nothing to send.
    let Some(notice) = recipient(ledger, composer.signing, mail).await? else {
        return Ok(Admission::Admitted);
    };
    let hash = mailbox_hash(composer.signing, &notice.address);
    let slot = now.0.div_euclid(DIGEST_EVERY_MS);
    let due_at = Timestamp(slot.saturating_add(1).saturating_mul(DIGEST_EVERY_MS));
    let digest = Digest {
        id: format!("digest/{hash}/{slot}"),
        due_at,
        at_the_latest: Timestamp(due_at.0.saturating_add(HOUR_MS)),
        notice,
    };
    let since = Timestamp(now.0.saturating_sub(HOUR_MS));
    let recipient = Recipient { hash, limit: composer.mails_per_recipient, since };
    ledger.admit(&mail.id, claim, &recipient, &digest, now).await
}

/// Sends a digest. Nothing where what it stood for was withdrawn or has left.
pub(crate) async fn send_digest(
    ledger: &(impl Outbox + PostingStore + Recipients),
    transport: &impl Transport,
    composer: &MailComposer<'_>,
    mail: &Mail,
    claim: Claim,
    now: Timestamp,
) -> Result<Option<Dispatch>, Fault> {
    let About::Notice(notice @ Notice::Digest(digest)) = &mail.about else { return Ok(None) };
    let digested = ledger.digested(&mail.id, LONGEST).await?;
    if digested.is_empty() {
        return Ok(None);
    }
    let headers = composer.notice_headers(notice, claim);
    let entries = composer.digest_entries(ledger, &digest.address, &digested).await?;
    let message = composer.digest(&mail.id, digest, &entries, headers, now)?;
    let dispatch = message.send(transport, mail).await;
    if !matches!(dispatch.verdict(), Verdict::Whole(Sending::Sent(_))) {
        return Ok(Some(dispatch));
    }
    // Before the digest itself is settled: where this fails, it comes again.
    let mails: Vec<String> = digested.into_iter().map(|one| one.mail).collect();
    Ok(Some(match ledger.note_sent(&mails, now).await {
        Ok(()) => dispatch,
        Err(fault) => Sending::Unknown(fault.to_string()).into(),
    }))
}

async fn recipient(
    ledger: &impl Ledger,
    signing: &SigningKey,
    mail: &Mail,
) -> Result<Option<DigestNotice>, Fault> {
    Ok(match &mail.about {
        About::Application(id) => {
            ledger.find(id).await?.map(|received| opened(signing, received)).map(|received| {
                DigestNotice { address: received.content.email, language: received.language }
            })
        }
        About::Notice(Notice::AddressChanged(change)) => Some(DigestNotice {
            address: change.address.clone(),
            language: change.language.clone(),
        }),
        About::Notice(Notice::WithdrawalConfirmation { address, language, .. }) => {
            Some(DigestNotice { address: address.clone(), language: language.clone() })
        }
        About::Notice(
            Notice::Withdrawal { .. }
            | Notice::Report { .. }
            | Notice::Alert { .. }
            | Notice::KeyExpires { .. }
            | Notice::Digest(_)
            | Notice::Answer(_)
            | Notice::Forward(_)
            | Notice::Flood(_)
            | Notice::Unfinished(_)
            | Notice::Returned(_),
        ) => None,
    })
}

/// Returns a keyed hash that is the same for all addresses of a mailbox.
pub(crate) fn mailbox_hash(signing: &SigningKey, address: &str) -> String {
    let signature = signing.sign("recipient", &[&mailbox_of(address)]);
    signature.chars().take(22).collect()
}

impl MailComposer<'_> {
    fn digest(
        &self,
        id: &str,
        digest: &DigestNotice,
        entries: &[DigestEntry<'_>],
        headers: Vec<mail::Extra>,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let texts = locales::choose(Some(&digest.language), None, "fr");
        let to = vec![address(&digest.address)?.into()];
        let message_id = self.message_id("digest", "notice-id", &[id]);
        let words = mails::digest(texts, entries);
        let mut outgoing =
            self.notice_message(to, &digest.language, words, message_id, headers, now);
        if entries.iter().any(|entry| entry.mails != Mails::Full) {
            outgoing.from = self.nameless();
            outgoing.extra.clear();
        }
        Ok(self.message(outgoing))
    }

    /// Leaves out applications to postings that are no longer known.
    async fn digest_entries(
        &self,
        store: &impl PostingStore,
        to: &str,
        digested: &[Digested],
    ) -> Result<Vec<DigestEntry<'_>>, Fault> {
        let mut entries = Vec::with_capacity(digested.len());
        for Digested { said, .. } in digested {
            let (slug, version, reference, mails, told) = match said {
                Said::Acknowledged(one) => {
                    let told = Told::Received(one.revised_at);
                    (&one.posting, one.version, &one.reference, one.mails, told)
                }
                Said::AddressChanged(one) => {
                    (&one.posting, one.version, &one.reference, one.mails, Told::Replaced)
                }
                Said::Withdrawn(one) => {
                    let told = Told::Withdrawn(one.at);
                    (&one.posting, one.version, &one.reference, one.mails, told)
                }
            };
            if self.posting(slug).is_err() {
                continue;
            }
            let posting = self.posting_of_version(store, slug, version).await?;
            let reference = reference.as_str().to_owned();
            let receipt = match said {
                Said::Acknowledged(one) => self.receipt_of(one, to),
                _ => None,
            };
            entries.push(DigestEntry { reference, posting, mails, told, receipt });
        }
        Ok(entries)
    }

    /// Another address of the same mailbox may be somebody else's after all:
    /// only this very address gets the address of the receipt.
    fn receipt_of(&self, one: &Acknowledged, to: &str) -> Option<String> {
        let origin = self.origin.as_deref().unwrap_or(&one.origin);
        let path = if one.is_shared {
            format!("{}?reference={}", views::OPEN_ADDRESS, one.reference)
        } else {
            let key = receipt_key_of(self.signing, &one.id, one.address_changes);
            views::receipt_address(one.reference.as_str(), &key)
        };
        one.address.eq_ignore_ascii_case(to).then(|| format!("{origin}{path}"))
    }
}
