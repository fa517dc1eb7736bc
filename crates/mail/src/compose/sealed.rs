//! Messages that are encrypted by PGP/MIME (RFC 3156): what stands outside, and the message in clear that goes inside.

use std::io::{self, Read};
use std::slice;

use crate::body::push_base64;
use crate::date;
use crate::field::Field;
use crate::{Attachment, Mailbox, Outgoing};

use super::{Frame, boundary, push_field, push_headers};

/// Tells that the headers inside are the true ones: as RFC 9788 says, and as the mail programs before it read it.
const MARKS: &[&str] = &["protected-headers=\"v1\"", "hp=\"cipher\""];

/// The bytes of an attachment that are encoded at a time: whole lines.
const CHUNK: usize = 57 * 512;

/// What stands before and after the armor of an encrypted message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Headers, and the head of the part that holds the armor.
    pub head: String,
    /// The end.
    pub tail: String,
}

/// Returns what stands around the armor. Everybody on the way reads the headers of `outside`; its texts and attachments are not used.
pub fn envelope(outside: &Outgoing) -> Envelope {
    let own = boundary("encrypted", &outside.message_id);
    let mut head = String::new();
    push_headers(&mut head, outside);
    push_field(&mut head, "Content-Type", |field| {
        let boundary = format!("boundary=\"{own}\"");
        let protocol = "protocol=\"application/pgp-encrypted\"";
        field.parameters("multipart/encrypted", &[protocol, &boundary]);
    });
    head.extend([
        "\r\n--",
        &own,
        "\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n",
    ]);
    head.extend(["\r\n--", &own, "\r\n"]);
    head.push_str("Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n");
    head.push_str("Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n");
    Envelope { head, tail: format!("\r\n--{own}--\r\n") }
}

/// Returns the message in clear, to be read piece by piece and encrypted. `outside` are the headers that everybody reads.
pub fn clear<'a>(message: &'a Outgoing<'a>, outside: &Outgoing) -> Clear<'a> {
    let Frame { head, attachment_heads, tail } = Frame::of(message, Some(outside));
    let mut pieces = vec![Piece::Text(head)];
    for (head, attachment) in attachment_heads.into_iter().zip(&message.attachments) {
        pieces.extend([Piece::Text(head), Piece::Attachment(attachment, 0)]);
    }
    pieces.push(Piece::Text(tail));
    Clear { pieces: pieces.into_iter(), current: None, ready: Vec::new(), read: 0 }
}

/// Writes what stands outside (RFC 9788, 2.2), so that a reader can tell which headers were hidden. Returns the parameters of the
/// Content-Type that follows.
pub(super) fn push_outside(out: &mut String, outside: &Outgoing) -> &'static [&'static str] {
    let mailboxes = |out: &mut String, name: &str, mailboxes: &[Mailbox]| {
        push_field(out, "HP-Outer", |field: &mut Field| {
            field.word(name);
            field.mailboxes(mailboxes);
        });
    };
    mailboxes(out, "From:", slice::from_ref(&outside.from));
    mailboxes(out, "To:", &outside.to);
    for (name, value) in [
        ("Subject:", outside.subject.as_str()),
        ("Date:", &date::rfc5322(outside.date_ms)),
        ("Message-ID:", outside.message_id.as_str()),
    ] {
        push_field(out, "HP-Outer", |field| {
            field.word(name);
            field.text(value);
        });
    }
    MARKS
}

/// A message in clear that is being read. An attachment is encoded as it is read, so that the message is never whole in memory.
pub struct Clear<'a> {
    pieces: std::vec::IntoIter<Piece<'a>>,
    current: Option<Piece<'a>>,
    ready: Vec<u8>,
    read: usize,
}

enum Piece<'a> {
    Text(String),
    /// An attachment, and how many of its bytes are encoded already.
    Attachment(&'a Attachment<'a>, usize),
}

impl Clear<'_> {
    /// Makes the next bytes ready; returns whether there are any.
    fn fill(&mut self) -> bool {
        self.read = 0;
        self.ready.clear();
        while self.ready.is_empty() {
            let Some(piece) = self.current.take().or_else(|| self.pieces.next()) else {
                return false;
            };
            match piece {
                Piece::Text(text) => self.ready = text.into_bytes(),
                Piece::Attachment(attachment, done) => {
                    let rest = attachment.bytes.get(done..).unwrap_or_default();
                    let now = rest.get(..CHUNK).unwrap_or(rest);
                    if now.is_empty() {
                        continue;
                    }
                    let mut text = String::from(if done > 0 { "\r\n" } else { "" });
                    push_base64(&mut text, now);
                    self.ready = text.into_bytes();
                    let done = done.saturating_add(now.len());
                    self.current = Some(Piece::Attachment(attachment, done));
                }
            }
        }
        true
    }
}

impl Read for Clear<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read >= self.ready.len() && !self.fill() {
            return Ok(0);
        }
        let ready = self.ready.get(self.read..).unwrap_or_default();
        let count = ready.len().min(into.len());
        if let (Some(into), Some(ready)) = (into.get_mut(..count), ready.get(..count)) {
            into.copy_from_slice(ready);
        }
        self.read = self.read.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, MessageId, compose};

    fn message(attachments: Vec<Attachment<'static>>) -> Outgoing<'static> {
        Outgoing {
            from: Mailbox::new("Zoë via Guichet", Address::parse("guichet@example.org").unwrap()),
            to: vec![Address::parse("panel@example.org").unwrap().into()],
            reply_to: Some(Address::parse("zoe@example.net").unwrap().into()),
            subject: "Candidature – Zoë".to_owned(),
            date_ms: 1_752_580_800_000,
            message_id: MessageId::new("7KXM29QT.staff", "example.org"),
            in_reply_to: None,
            auto_submitted: None,
            language: Some("fr"),
            extra: Vec::new(),
            text: "Bonjour,\n".to_owned(),
            html: Some("<p>Bonjour,</p>".to_owned()),
            attachments,
        }
    }

    fn outside() -> Outgoing<'static> {
        Outgoing {
            from: Address::parse("guichet@example.org").unwrap().into(),
            reply_to: None,
            subject: "Application 12, 7KXM29QT".to_owned(),
            language: None,
            ..message(Vec::new())
        }
    }

    fn read(message: &Outgoing) -> String {
        let mut text = String::new();
        clear(message, &outside()).read_to_string(&mut text).unwrap();
        text
    }

    /// What `compose` makes of the same message, from the first boundary on.
    fn body(text: &str) -> &str {
        let start = text.find("\r\n\r\n").unwrap();
        &text[start..]
    }

    #[test]
    fn what_is_read_is_the_message_with_its_own_headers() {
        for bytes in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 57] {
            let attachment = Attachment {
                file_name: "Zoë.pdf".to_owned(),
                content_type: "application/pdf",
                bytes: vec![7; bytes].into(),
            };
            let message = message(vec![attachment]);
            let (inside, plain) = (read(&message), String::from_utf8(compose(&message)).unwrap());
            assert!(body(&inside) == body(&plain), "{bytes} bytes");
        }
        let inside = read(&message(Vec::new()));
        let (head, _) = inside.split_once("\r\n\r\n").unwrap();
        for line in [
            "Reply-To: <zoe@example.net>",
            "HP-Outer: Subject: Application 12, 7KXM29QT",
            "HP-Outer: From: <guichet@example.org>",
            "Content-Type: multipart/alternative;",
        ] {
            assert!(head.lines().any(|is| is == line), "{line} in {head}");
        }
        let unfolded = head.replace("\r\n ", " ");
        assert!(unfolded.ends_with("protected-headers=\"v1\"; hp=\"cipher\""), "{head}");
    }

    #[test]
    fn the_envelope_has_the_parts_of_rfc_3156_and_nothing_of_the_message() {
        let Envelope { head, tail } = envelope(&outside());
        let own = boundary("encrypted", &outside().message_id);
        assert!(head.contains("Subject: Application 12, 7KXM29QT\r\n"));
        assert!(head.contains("Content-Type: multipart/encrypted;"));
        assert_eq!(head.matches(&format!("\r\n--{own}\r\n")).count(), 2);
        assert_eq!(tail, format!("\r\n--{own}--\r\n"));
        assert!(!head.contains("Zo") && !head.contains("Reply-To") && !head.contains("Bonjour"));
    }
}
