use crate::body::{base64_len, encoded_text, push_base64};
use crate::date;
use crate::field::Field;
use crate::parameter::name_attachment;
use crate::{Attachment, AutoSubmitted, MessageId, Outgoing};

mod sealed;

pub use sealed::{Clear, Envelope, clear, envelope};

/// Writes the message in the form of RFC 5322. All line ends are CRLF, the last line has one too. Dots are not doubled; SMTP does that.
///
/// The message is `multipart/mixed` of text and attachments, and the text is `multipart/alternative` where there is HTML. A multipart that
/// would hold only one part is left out. The attachments are encoded straight into one buffer of the final size.
pub fn compose(message: &Outgoing) -> Vec<u8> {
    let frame = Frame::of(message, None);
    let length = frame.length(message);
    let mut out = frame.head;
    out.reserve_exact(usize::try_from(length).unwrap_or_default().saturating_sub(out.len()));
    for (head, attachment) in frame.attachment_heads.iter().zip(&message.attachments) {
        out.push_str(head);
        push_base64(&mut out, &attachment.bytes);
    }
    out.push_str(&frame.tail);
    out.into_bytes()
}

/// Returns how many octets [`compose`] makes of the message, without encoding the attachments.
pub fn encoded_len(message: &Outgoing) -> usize {
    usize::try_from(Frame::of(message, None).length(message)).unwrap_or(usize::MAX)
}

/// Returns an upper bound of the octets that an attachment adds to a message, if its name has at most 255 bytes (what file systems allow).
///
/// With [`encoded_len`] of the message without attachments it tells whether a message will fit, before the documents are loaded.
pub const fn size_of_attachment(bytes: u64) -> u64 {
    base64_len(bytes).saturating_add(LONGEST_ATTACHMENT_HEAD)
}

/// The octets around the encoded bytes of one attachment. Three bytes of its name make nine octets in one header and four in the other, and
/// each line of either adds some.
const LONGEST_ATTACHMENT_HEAD: u64 = 2048;

/// A message without the bytes of its attachments.
struct Frame {
    head: String,
    attachment_heads: Vec<String>,
    tail: String,
}

impl Frame {
    /// With an `outside`, the headers are those of a message in clear that is to be encrypted: it says what stands outside of it.
    fn of(message: &Outgoing, outside: Option<&Outgoing>) -> Self {
        let mixed = boundary("mixed", &message.message_id);
        let mut head = String::new();
        push_headers(&mut head, message);
        let marks = match outside {
            Some(outside) => sealed::push_outside(&mut head, outside),
            None => &[],
        };
        if message.attachments.is_empty() {
            push_texts(&mut head, message, marks);
            head.push_str("\r\n");
            return Self { head, attachment_heads: Vec::new(), tail: String::new() };
        }
        begin_multipart(&mut head, "multipart/mixed", &mixed, marks);
        push_texts(&mut head, message, &[]);
        let attachment_heads = message
            .attachments
            .iter()
            .map(|attachment| attachment_head(&mixed, attachment))
            .collect();
        Self { head, attachment_heads, tail: format!("\r\n--{mixed}--\r\n") }
    }

    fn length(&self, message: &Outgoing) -> u64 {
        let heads = self.attachment_heads.iter().map(String::len).sum::<usize>();
        let frame = (self.head.len() + heads + self.tail.len()) as u64;
        let bodies =
            message.attachments.iter().map(|attachment| base64_len(attachment.bytes.len() as u64));
        bodies.fold(frame, u64::saturating_add)
    }
}

fn push_headers(out: &mut String, message: &Outgoing) {
    push_field(out, "From", |field| field.mailbox(&message.from));
    push_field(out, "To", |field| field.mailboxes(&message.to));
    if let Some(reply_to) = &message.reply_to {
        push_field(out, "Reply-To", |field| field.mailbox(reply_to));
    }
    push_field(out, "Subject", |field| field.text(&message.subject));
    push_field(out, "Date", |field| field.text(&date::rfc5322(message.date_ms)));
    push_field(out, "Message-ID", |field| field.word(message.message_id.as_str()));
    if let Some(earlier) = &message.in_reply_to {
        push_field(out, "In-Reply-To", |field| field.word(earlier.as_str()));
        push_field(out, "References", |field| field.word(earlier.as_str()));
    }
    if let Some(how) = message.auto_submitted {
        let keyword = match how {
            AutoSubmitted::Generated => "auto-generated",
            AutoSubmitted::Replied => "auto-replied",
        };
        push_field(out, "Auto-Submitted", |field| field.word(keyword));
    }
    if let Some(tag) = message.language.filter(|tag| is_language_tag(tag)) {
        push_field(out, "Content-Language", |field| field.word(tag));
    }
    for extra in &message.extra {
        push_field(out, extra.name(), |field| field.text(extra.value()));
    }
    push_field(out, "MIME-Version", |field| field.word("1.0"));
}

/// Writes the last headers of the message or part, then the text and, where there is any, the HTML. No line end follows. `marks` are further
/// parameters of the Content-Type.
fn push_texts(out: &mut String, message: &Outgoing, marks: &[&str]) {
    let Some(html) = &message.html else {
        return push_text(out, "text/plain", &message.text, marks);
    };
    let alternative = boundary("alternative", &message.message_id);
    begin_multipart(out, "multipart/alternative", &alternative, marks);
    push_text(out, "text/plain", &message.text, &[]);
    out.extend(["\r\n--", &alternative, "\r\n"]);
    push_text(out, "text/html", html, &[]);
    out.extend(["\r\n--", &alternative, "--"]);
}

fn push_text(out: &mut String, content_type: &str, text: &str, marks: &[&str]) {
    let (encoding, body) = encoded_text(text);
    push_field(out, "Content-Type", |field| {
        field.parameters(content_type, &[&["charset=utf-8"], marks].concat());
    });
    push_field(out, "Content-Transfer-Encoding", |field| field.word(encoding));
    out.push_str("\r\n");
    out.push_str(&body);
}

fn begin_multipart(out: &mut String, content_type: &str, boundary: &str, marks: &[&str]) {
    let boundary_parameter = format!("boundary=\"{boundary}\"");
    push_field(out, "Content-Type", |field| {
        field.parameters(content_type, &[&[boundary_parameter.as_str()], marks].concat());
    });
    out.extend(["\r\n--", boundary, "\r\n"]);
}

fn attachment_head(boundary: &str, attachment: &Attachment) -> String {
    let content_type = attachment.content_type;
    let content_type =
        if is_encodable(content_type) { content_type } else { "application/octet-stream" };
    let mut head = format!("\r\n--{boundary}\r\n");
    name_attachment(&mut head, content_type, &attachment.file_name);
    push_field(&mut head, "Content-Transfer-Encoding", |field| field.word("base64"));
    head.push_str("\r\n");
    head
}

fn push_field(out: &mut String, name: &str, fill: impl FnOnce(&mut Field)) {
    let mut field = Field::begin(out, name);
    fill(&mut field);
    field.end();
}

/// Returns the boundary of a multipart. No part can contain it: base64 has no underscore, and in quoted-printable an equals sign is followed
/// by two hexadecimal digits or a line end. So it need not be random.
///
/// It depends on the Message-ID (by FNV-1a, 64 bits), because one message may be forwarded whole within another.
fn boundary(role: &str, message_id: &MessageId) -> String {
    let digest = message_id.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("=_{role}_{digest:016x}")
}

fn is_language_tag(tag: &str) -> bool {
    let is_subtag = |subtag: &str| {
        !subtag.is_empty() && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    tag.len() <= 35 && tag.split('-').all(is_subtag)
}

/// Returns whether this is a media type (RFC 6838, 4.2) that may be encoded as base64 (RFC 2045, 6.4).
fn is_encodable(content_type: &str) -> bool {
    let is_name = |name: &str| {
        (1..=127).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    content_type.split_once('/').is_some_and(|(kind, subtype)| {
        is_name(kind)
            && is_name(subtype)
            && !["multipart", "message"].contains(&kind.to_ascii_lowercase().as_str())
    })
}
