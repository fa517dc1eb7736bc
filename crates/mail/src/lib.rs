//! Messages in the form of RFC 5322 and MIME (RFC 2045–2047, 2231), ready for SMTP or for a mail service that takes raw messages.
//!
//! [`compose`] turns an [`Outgoing`] into bytes and cannot fail: whatever could make a message wrong is refused earlier, when an
//! [`Address`], a [`MessageId`] or an [`Extra`] is made, or is cleaned on the way out. It is pure: the date and the Message-ID are
//! arguments, and the same argument gives the same bytes, so that a message sent twice is recognisably one message.
//!
//! ```
//! use mail::{Address, Attachment, AutoSubmitted, Mailbox, MessageId, Outgoing};
//!
//! let message = Outgoing {
//!     from: Mailbox::new("Guichet", Address::parse("guichet@example.org")?),
//!     to: Mailbox::from(Address::parse("applications@example.org")?),
//!     reply_to: Some(Mailbox::new("Zoë Müller", Address::parse("zoe@example.net")?)),
//!     subject: "Candidature : chargé·e de plaidoyer".to_owned(),
//!     date_ms: 1_752_580_800_000,
//!     message_id: MessageId::new("application-7", "example.org"),
//!     auto_submitted: Some(AutoSubmitted::Generated),
//!     language: Some("fr"),
//!     extra: Vec::new(),
//!     text: "Bonjour,\n".to_owned(),
//!     html: None,
//!     attachments: vec![Attachment {
//!         file_name: "MÜLLER_Zoë_CV.pdf".to_owned(),
//!         content_type: "application/pdf",
//!         bytes: b"%PDF-1.7".into(),
//!     }],
//! };
//! let bytes = mail::compose(&message);
//! assert_eq!(bytes.len(), mail::encoded_len(&message));
//! assert!(bytes.starts_with(b"From: Guichet <guichet@example.org>\r\n"));
//! # Ok::<(), mail::AddressError>(())
//! ```
//!
//! # What no field can do
//!
//! Control characters (CR, LF and NUL among them), U+2028, U+2029, the characters that override the direction of text, and U+FEFF
//! become one space wherever they stand in a header, so that no value starts a header, ends one, or shows another order than it has.
//! Headers are ASCII, in lines of at most 76 octets unless an address or an identifier alone is longer; bodies are quoted-printable or base64 in lines of at
//! most 76. CRLF is the only line end.
//!
//! # Size
//!
//! Base64 with its line ends makes 78 octets of 57. [`encoded_len`] says exactly how long a message will be, [`size_of_attachment`]
//! what a document will add before anybody has loaded it.

mod address;
mod body;
mod compose;
mod date;
mod encoded_word;
mod extra;
mod field;
mod message_id;
mod outgoing;
mod parameter;
mod text;

pub use address::{Address, AddressError, Mailbox};
pub use compose::{compose, encoded_len, size_of_attachment};
pub use extra::{Extra, ExtraError};
pub use message_id::MessageId;
pub use outgoing::{Attachment, AutoSubmitted, Outgoing};
