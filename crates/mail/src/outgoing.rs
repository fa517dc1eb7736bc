use crate::{Extra, Mailbox, MessageId};
use std::borrow::Cow;

/// A message before it is composed.
///
/// Neither it nor its attachments have `Debug`, so that no candidate's data can get into a log.
#[derive(Clone)]
pub struct Outgoing<'a> {
    /// The author and sender.
    pub from: Mailbox,
    /// The recipients, one at least. There is no Cc and no Bcc.
    pub to: Vec<Mailbox>,
    /// Where answers go, if not to `from`.
    pub reply_to: Option<Mailbox>,
    /// One line of any text.
    pub subject: String,
    /// Milliseconds since 1970-01-01T00:00:00Z, written to the second in UTC. RFC 5322 allows the years 1900 to 9999; other dates become the
    /// nearest one of these.
    pub date_ms: i64,
    /// The Message-ID. The boundaries between the parts derive from it.
    pub message_id: MessageId,
    /// The message that this one continues, so that mail programs show both together: `In-Reply-To` and `References`.
    pub in_reply_to: Option<MessageId>,
    /// Tells automatic responders that no person wrote this message.
    pub auto_submitted: Option<AutoSubmitted>,
    /// The language of the text, as a tag of BCP 47. Left out where it is not at most 35 letters, digits and hyphens.
    pub language: Option<&'a str>,
    /// Extra headers, in order, after those above.
    pub extra: Vec<Extra>,
    /// The message as plain text. LF, CR and CRLF each count as one line end.
    pub text: String,
    /// The same message as HTML, which most readers show instead of the text.
    pub html: Option<String>,
    /// The documents, in order.
    pub attachments: Vec<Attachment<'a>>,
}

/// An attached document. Its bytes arrive unchanged.
#[derive(Clone)]
pub struct Attachment<'a> {
    /// The file name that the recipient sees: any text. It is [cleaned](crate#cleaning) when written, and left out where nothing remains.
    /// Slashes and backslashes stay.
    pub file_name: String,
    /// A media type `type/subtype` without parameters. Anything else becomes `application/octet-stream`, and so do `multipart/…` and
    /// `message/…`, which may not be encoded as base64 (RFC 2045, 6.4).
    pub content_type: &'static str,
    /// The document. Borrow it where you can, since composing makes an encoded copy.
    pub bytes: Cow<'a, [u8]>,
}

/// Why a message exists that no person wrote (RFC 3834, 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoSubmitted {
    /// `auto-generated`: sent by a process, not in answer to a mail.
    Generated,
    /// `auto-replied`: sent in answer to a mail.
    Replied,
}
