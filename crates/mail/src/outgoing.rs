use crate::{Extra, Mailbox, MessageId};
use std::borrow::Cow;

/// A message to one recipient, before it is written.
///
/// There is no `Debug` for it and its attachments: no line of a log shall take a candidate's words along.
#[derive(Clone)]
pub struct Outgoing<'a> {
    /// The author, which is also the one responsible for sending.
    pub from: Mailbox,
    /// The only recipient. There is no Cc and no Bcc.
    pub to: Mailbox,
    /// Whom an answer goes to, if not to `from`.
    pub reply_to: Option<Mailbox>,
    /// One line of any text.
    pub subject: String,
    /// Milliseconds since 1970-01-01T00:00:00Z; written to the second, in UTC. RFC 5322 has years of four digits from 1900: what is
    /// outside becomes the nearest date inside.
    pub date_ms: i64,
    /// The name of this message; the boundaries between its parts derive from it.
    pub message_id: MessageId,
    /// Tells automatic responders that nobody typed this.
    pub auto_submitted: Option<AutoSubmitted>,
    /// The language of the text, as a tag of BCP 47; not written if it is none (letters, digits and hyphens, at most 35 of them).
    pub language: Option<&'a str>,
    /// Headers of our own, in order, after those above.
    pub extra: Vec<Extra>,
    /// The message as plain text. Any line end (LF, CR, CRLF) is one line end.
    pub text: String,
    /// The same message as HTML, shown instead of the text where it can be.
    pub html: Option<String>,
    /// The documents, in order.
    pub attachments: Vec<Attachment<'a>>,
}

/// A document sent along, its bytes unchanged.
#[derive(Clone)]
pub struct Attachment<'a> {
    /// The name the recipient sees, any text; [cleaned](crate#what-no-field-can-do) when written, and left out when nothing remains. It
    /// is not a path here: slashes and backslashes stay.
    pub file_name: String,
    /// A media type `type/subtype` without parameters, which base64 may encode; for anything else (`multipart/…` and `message/…` among
    /// it: RFC 2045, 6.4) `application/octet-stream` is written.
    pub content_type: &'static str,
    /// The document. Borrow it where you can: encoded it is there a second time.
    pub bytes: Cow<'a, [u8]>,
}

/// How a message came about, when no human typed it (RFC 3834, 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoSubmitted {
    /// `auto-generated`: by a process, not in answer to a mail.
    Generated,
    /// `auto-replied`: in answer to a mail.
    Replied,
}
