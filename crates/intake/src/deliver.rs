//! From an application that is kept to the letters that it calls for.

use std::borrow::Cow;

use mail::{Address, Attachment, AutoSubmitted, Extra, Mailbox, MessageId, Outgoing, compose};
use rules::{Posting, Received, Timestamp};
use views::letters;

use crate::key::SigningKey;
use crate::ports::{
    Claim, Clock, DocumentStore, Fault, Ledger, Letter, Sending, Settlement, Transport,
};
use crate::receipt::receipt_key;
use crate::submit::document_key;

/// How long a claim on a letter holds, in milliseconds: longer than a Worker
/// may take for one queue message (15 minutes of wall time), so that nobody
/// else sends while it may still be sending.
pub const LEASE_MS: i64 = 16 * 60_000;

/// Who sends, for which postings.
#[derive(Clone, Debug)]
pub struct Office<'a> {
    /// Every posting.
    pub postings: &'a [Posting],
    /// The organisation's sending address.
    pub sender: Mailbox,
    /// The key that signs receipts and message ids.
    pub signing: &'a SigningKey,
}

/// Sends what the application `id` still has to send.
///
/// Each letter is claimed, composed, handed over and settled by itself, so
/// that one which fails does not hold up the other. To call it twice, at the
/// same time too, does no harm. The fault that it gives is the first one.
pub async fn deliver(
    documents: &impl DocumentStore,
    ledger: &impl Ledger,
    transport: &impl Transport,
    clock: &impl Clock,
    office: &Office<'_>,
    id: &str,
) -> Result<(), Fault> {
    let Some(received) = ledger.find(id).await? else { return Ok(()) };
    let mut result = Ok(());
    for letter in Letter::ALL {
        let now = clock.now();
        let until = Timestamp(now.0.saturating_add(LEASE_MS));
        let Some(claim) = ledger.claim(id, letter, now, until).await? else { continue };
        let message = office.message(documents, letter, &received, claim, now).await;
        let sending = match message {
            Ok(message) => transport.send(&message.from, &message.to, &message.bytes).await,
            Err(fault) => {
                let reason = fault.to_string();
                result = result.and(Err(fault));
                Sending::Later(reason)
            }
        };
        let settlement = settlement(sending, claim, clock.now());
        ledger.settle(id, letter, claim, &settlement).await?;
    }
    result
}

/// When to try again after `attempt` attempts: a minute later, then twice as
/// long each time, at most six hours.
pub fn next_attempt(attempt: u32, now: Timestamp) -> Timestamp {
    const LONGEST: i64 = 6 * 60;
    let minutes = 1_i64.checked_shl(attempt.saturating_sub(1)).unwrap_or(LONGEST).clamp(1, LONGEST);
    Timestamp(now.0.saturating_add(minutes * 60_000))
}

pub(crate) fn settlement(sending: Sending, claim: Claim, now: Timestamp) -> Settlement {
    let at = next_attempt(claim.attempt, now);
    match sending {
        Sending::Sent => Settlement::Sent { at: now },
        Sending::Refused(reason) => Settlement::Refused { reason },
        Sending::Later(reason) => Settlement::Later { at, reason, possibly_sent: false },
        Sending::Unknown(reason) => Settlement::Later { at, reason, possibly_sent: true },
    }
}

/// A composed message and its envelope.
struct Message {
    from: Address,
    to: Address,
    bytes: Vec<u8>,
}

impl Office<'_> {
    async fn message(
        &self,
        documents: &impl DocumentStore,
        letter: Letter,
        received: &Received,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let posting = self.posting(received)?;
        let mut outgoing = self.outgoing(letter, posting, received, claim, now)?;
        if letter == Letter::Staff {
            outgoing.attachments = attachments(documents, posting, received).await?;
        }
        let bytes = compose(&outgoing);
        Ok(Message { from: outgoing.from.address, to: outgoing.to.address, bytes })
    }

    fn posting(&self, received: &Received) -> Result<&Posting, Fault> {
        self.postings.iter().find(|posting| posting.slug == received.posting).ok_or_else(|| {
            Fault::Configuration(format!("{} has applications but no posting", received.posting))
        })
    }

    /// A letter without its attachments.
    fn outgoing<'a>(
        &self,
        letter: Letter,
        posting: &'a Posting,
        received: &'a Received,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Outgoing<'a>, Fault> {
        let candidate = address(&received.application.email)?;
        let language = match letter {
            Letter::Staff => &posting.language,
            Letter::Acknowledgement => &received.language,
        };
        let texts = locales::choose(Some(language), None, &posting.language);
        let (to, reply_to, words, auto_submitted) = match letter {
            Letter::Staff => (
                Mailbox { name: None, address: address(&posting.recipient)? },
                Mailbox { name: Some(received.application.name.clone()), address: candidate },
                letters::to_staff(texts, posting, received),
                AutoSubmitted::Generated,
            ),
            Letter::Acknowledgement => (
                Mailbox { name: None, address: candidate },
                Mailbox { name: None, address: address(&posting.contact)? },
                letters::acknowledgement(texts, posting, received, &self.status_url(received)),
                AutoSubmitted::Replied,
            ),
        };
        Ok(Outgoing {
            from: self.sender.clone(),
            to,
            reply_to: Some(reply_to),
            subject: words.subject,
            date_ms: now.0,
            message_id: self.message_id(letter, received),
            auto_submitted: Some(auto_submitted),
            language: Some(language),
            extra: headers(received, claim),
            text: words.text,
            html: Some(words.html),
            attachments: Vec::new(),
        })
    }

    fn status_url(&self, received: &Received) -> String {
        let key = receipt_key(self.signing, received);
        format!(
            "{}/applications/{}?key={key}&lang={}",
            received.origin, received.reference, received.language
        )
    }

    /// The same for every attempt, so that a mail client sees a duplicate for
    /// what it is. Signed rather than plain: the id opens more than a name.
    fn message_id(&self, letter: Letter, received: &Received) -> MessageId {
        let signature = self.signing.sign("message-id", &[&received.id, letter.as_str()]);
        // 132 bits are plenty, and the header stays on one line.
        let signature = signature.get(..22).unwrap_or_default();
        let domain = self.sender.address.as_str().rsplit('@').next().unwrap_or_default();
        MessageId::new(&format!("{}.{}.{signature}", received.reference, letter.as_str()), domain)
    }
}

async fn attachments<'a>(
    documents: &impl DocumentStore,
    posting: &Posting,
    received: &Received,
) -> Result<Vec<Attachment<'a>>, Fault> {
    let mut attachments = Vec::with_capacity(received.application.documents.len());
    for document in &received.application.documents {
        let key = document_key(&received.id, &document.id, &document.sha256);
        let bytes = documents.get(&key).await?.ok_or_else(|| {
            Fault::Documents(format!("{} of {} is not there", document.id, received.reference))
        })?;
        attachments.push(Attachment {
            file_name: letters::attachment_name(posting, received, document),
            content_type: document.kind.media_type(),
            bytes: Cow::Owned(bytes),
        });
    }
    Ok(attachments)
}

/// What staff's filters and a later search can hold on to.
fn headers(received: &Received, claim: Claim) -> Vec<Extra> {
    let mut headers = vec![Extra::new("Reference", received.reference.as_str())];
    if claim.possible_duplicate {
        headers.push(Extra::new("Possible-Duplicate", "yes"));
    }
    headers.into_iter().flatten().collect()
}

fn address(text: &str) -> Result<Address, Fault> {
    // Reviewed addresses and compiled postings only hold valid ones.
    Address::parse(text).map_err(|error| Fault::Configuration(format!("an address: {error}")))
}
