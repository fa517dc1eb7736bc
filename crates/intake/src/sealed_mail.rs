//! Encrypts the mails to staff about an application to the keys of its posting.

use domain::{Application, Posting, SealedMessage};
use mail::{Envelope, Outgoing, clear, encoded_len, envelope};
use rules::Timestamp;
use sealing::{Key, SealError, seal};
use views::mails;

use crate::download::sealed_address;
use crate::mail_composer::{MailComposer, Message, possible_duplicate, recipients};
use crate::ports::{Claim, Fault, MailKind};

impl MailComposer<'_> {
    /// Returns a mail to staff about a person. Where the posting has keys, it
    /// is encrypted to all of them (RFC 3156). Its outer headers say nothing of
    /// the person: they have the given `subject`, our own address and no
    /// Reply-To. The real headers are encrypted with the content.
    pub(crate) fn about_person(
        &self,
        posting: &Posting,
        subject: String,
        mut inside: Outgoing<'_>,
    ) -> Result<Message, Fault> {
        if !posting.privacy.is_sealed() {
            return Ok(self.message(inside));
        }
        let keys = keys_at(posting, Timestamp(inside.date_ms))?;
        inside.subject = mails::header_line(&inside.subject);
        // A reader would have to wonder about two addresses.
        inside.from.address = self.sender.mailbox.address.clone();
        let outside = Outgoing {
            from: self.sender.mailbox.clone(),
            to: inside.to.clone(),
            reply_to: None,
            subject: mails::header_line(&subject),
            date_ms: inside.date_ms,
            message_id: inside.message_id.clone(),
            in_reply_to: inside.in_reply_to.clone(),
            auto_submitted: inside.auto_submitted,
            language: None,
            extra: inside.extra.clone(),
            text: String::new(),
            html: None,
            attachments: Vec::new(),
        };
        let Envelope { head, tail } = envelope(&outside);
        let length = encoded_len(&inside);
        let mut bytes = Vec::new();
        // Random bytes as base64, compressed and in armor, become 4 % more.
        bytes.reserve_exact(length.saturating_add(length / 20).saturating_add(ROOM));
        bytes.extend_from_slice(head.as_bytes());
        let source = clear(&inside, &outside);
        seal(&keys, inside.date_ms, (self.entropy)()?, source, &mut bytes).map_err(fault)?;
        bytes.extend_from_slice(tail.as_bytes());
        Ok(Message { from: self.envelope_from(&outside), to: outside.to, bytes })
    }
}

impl MailComposer<'_> {
    /// Returns a stored encrypted mail, to be sent again. Its recipients
    /// may have changed since it was made.
    pub(crate) fn kept_mail(
        &self,
        posting: &Posting,
        received: &Application,
        claim: Claim,
        mail: Vec<u8>,
    ) -> Result<Message, Fault> {
        let id = self.mail_id(MailKind::Staff, received, received.revision);
        let own = self.sender.return_path.as_ref().map(|path| path.of(&id));
        let from = own.unwrap_or_else(|| self.sender.mailbox.address.clone());
        let mut bytes = mail;
        if let Some(mark) = possible_duplicate(claim) {
            let header = format!("{}: {}\r\n", mark.name(), mark.value());
            bytes.splice(0..0, header.into_bytes());
        }
        Ok(Message { from, to: recipients(posting)?, bytes })
    }
}

impl MailComposer<'_> {
    /// Returns the mail that leads staff to an encrypted one which is too large.
    pub(crate) fn sealed_link(
        &self,
        posting: &Posting,
        received: &Application,
        message: &SealedMessage,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let texts = locales::for_staff(&posting.language);
        let until = received.erased_at(posting);
        let path = sealed_address(self.signing, &received.reference, message, until);
        let link = format!("{}{path}", self.origin(received));
        let confirm = self.confirm_url(posting, received);
        let words = mails::sealed_link(texts, posting, received, &link, confirm.as_deref());
        let to = recipients(posting)?;
        let id = self.mail_id(MailKind::Staff, received, received.revision);
        let extra = self.headers(received, claim);
        let outgoing = self.notice_message(to, &posting.language, words, id, extra, now);
        let outside = mails::sealed_subject(texts, received.number, received.reference.as_str());
        self.about_person(posting, outside, outgoing)
    }
}

/// Room for the headers and for the session key under each of the keys.
const ROOM: usize = 16_384;

/// Returns the keys of a posting.
///
/// # Errors
///
/// One of them cannot be used at `now`. A mail then waits for another one.
pub(crate) fn keys_at(posting: &Posting, now: Timestamp) -> Result<Vec<Key>, Fault> {
    let usable = |armored: &String| {
        // It was checked when the posting was saved.
        let key = Key::parse(armored).map_err(|problem| Fault::Key(problem.to_string()))?;
        key.check_at(now.0)
            .map_err(|problem| Fault::Key(format!("{problem}: {}", key.fingerprint())))?;
        Ok(key)
    };
    posting.privacy.keys.iter().map(usable).collect()
}

fn fault(error: SealError) -> Fault {
    Fault::Key(error.to_string())
}
