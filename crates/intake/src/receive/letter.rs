//! A mail that came in, and who wrote it.

use mail::Address;
use mail::incoming::{Incoming, MessageKind, Person, Verdict, verdict};
use sha2::{Digest as _, Sha256};

use super::Receiver;
use super::delivery_status::{failed_recipients, is_failure};
use crate::ports::{IncomingMail, Why};

/// A mail that came in.
pub(super) struct Letter {
    pub(super) mail: IncomingMail,
    pub(super) message: Incoming,
    /// Which mail it is, however often it came.
    pub(super) identity: String,
    /// Who wrote it, where that is proved.
    pub(super) author: Option<Person>,
}

impl Letter {
    pub(super) fn read(raw: &[u8], mail: IncomingMail, receiver: &Receiver<'_>) -> Self {
        let message = Incoming::read(raw);
        let is_proved = |author: &Person| {
            let results = message.authentication.as_deref();
            verdict(results, receiver.server, &author.address) == Verdict::Verified
        };
        let author = message.from.clone().filter(is_proved);
        let identity = identity(&message, raw, author.as_ref());
        Self { mail, message, identity, author }
    }

    /// Why nobody is answered, where that is so (RFC 3834, 2).
    pub(super) fn unanswerable(&self, ours: &[&Address]) -> Option<Why> {
        if self.is_bounce() {
            return Some(Why::Bounce);
        }
        match self.message.kind {
            MessageKind::Automatic => return Some(Why::Automatic),
            MessageKind::List => return Some(Why::List),
            MessageKind::Personal | MessageKind::Bounce => {}
        }
        let Some(author) = &self.author else { return Some(Why::Unverified) };
        let address = author.address.as_str();
        let is_ours = ours.iter().any(|own| own.as_str().eq_ignore_ascii_case(address));
        if is_ours {
            return Some(Why::Other);
        }
        is_no_reply(address).then_some(Why::Automatic)
    }

    /// Whether it tells that a mail was not delivered. What a person wrote has an
    /// envelope with a sender.
    pub(super) fn is_bounce(&self) -> bool {
        let has_no_sender = self.mail.envelope_from.trim_matches(['<', '>', ' ']).is_empty();
        match self.message.kind {
            MessageKind::Bounce => true,
            MessageKind::Personal => has_no_sender,
            MessageKind::Automatic | MessageKind::List => false,
        }
    }

    /// The Message-ID of the mail that a bounce returns, whole or by its
    /// headers (RFC 3462).
    pub(super) fn returned(&self) -> Option<String> {
        let whole = self.message.forwarded.as_ref().and_then(|mail| mail.message_id.clone());
        let headers =
            || self.message.files.iter().find(|file| file.media_type == "text/rfc822-headers");
        whole.or_else(|| Incoming::read(&headers()?.bytes).message_id)
    }

    /// Whether a notification says that a mail has failed, and not that it is
    /// late or has arrived (RFC 3464, 2.3.3). One that says neither says that.
    pub(super) fn is_failure(&self) -> bool {
        is_failure(self.reports())
    }

    /// The addresses that a notification says the mail did not reach. Anybody can
    /// write them: they count only where the mail went to them.
    pub(super) fn failed_recipients(&self) -> Vec<String> {
        failed_recipients(self.reports())
    }

    fn reports(&self) -> impl Iterator<Item = &[u8]> {
        let files = self.message.files.iter();
        files
            .filter(|file| file.media_type == "message/delivery-status")
            .map(|file| file.bytes.as_slice())
    }

    /// The author as the mail says.
    pub(super) fn from(&self) -> String {
        match &self.message.from {
            Some(Person { name, address }) if !name.is_empty() => format!("{name} <{address}>"),
            Some(Person { address, .. }) => address.to_string(),
            None => String::new(),
        }
    }
}

fn is_no_reply(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    let letters: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    ["noreply", "donotreply", "nepasrepondre", "mailerdaemon", "postmaster", "bounce"]
        .iter()
        .any(|known| letters.starts_with(known))
}

/// A hash of Message-ID and body. The proved author belongs to it: otherwise a
/// copy that somebody else sends first would keep the real one out.
fn identity(message: &Incoming, raw: &[u8], author: Option<&Person>) -> String {
    let mut hash = Sha256::new();
    let author = author.map(|author| author.address.as_str().to_ascii_lowercase());
    let id = message.message_id.as_deref().unwrap_or_default();
    for part in [id, author.as_deref().unwrap_or_default(), &message.subject] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(raw.get(message.body..).unwrap_or_default());
    crate::uploads::hex(&hash.finalize())
}
