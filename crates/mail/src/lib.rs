//! Composes messages in the form of RFC 5322 and MIME (RFC 2045–2047, 2231), for SMTP or for a service that takes raw messages.
//!
//! [`compose`] turns an [`Outgoing`] into bytes and cannot fail. What could make a message invalid is refused earlier, when an
//! [`Address`] or an [`Extra`] is made, or is [cleaned](crate#cleaning) when it is written. It is pure: date and Message-ID are
//! arguments, and the same arguments give the same bytes, so that a mail that is sent twice can be recognised as one.
//!
//! ```
//! use mail::{Address, Attachment, AutoSubmitted, Mailbox, MessageId, Outgoing};
//!
//! let message = Outgoing {
//!     from: Mailbox::new("Guichet", Address::parse("guichet@example.org")?),
//!     to: vec![Mailbox::from(Address::parse("applications@example.org")?)],
//!     reply_to: Some(Mailbox::new("Zoë Müller", Address::parse("zoe@example.net")?)),
//!     subject: "Candidature : chargé·e de plaidoyer".to_owned(),
//!     date_ms: 1_752_580_800_000,
//!     message_id: MessageId::new("application-7", "example.org"),
//!     in_reply_to: None,
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
//! # Cleaning
//!
//! In every header, control characters (CR, LF and NUL among them), U+2028, U+2029, U+FEFF and the characters that override the direction
//! of text become one space. So no value can start or end a header, or appear in another order than it has. Headers are ASCII, in lines of
//! at most 76 octets unless a single address or identifier is longer. Bodies are quoted-printable or base64, in lines of at most 76
//! octets. CRLF is the only line end.
//!
//! # Size
//!
//! Base64 with its line ends makes 78 octets of 57. [`encoded_len`] returns the exact length of a message, [`size_of_attachment`] an upper
//! bound of what a document will add, before it is loaded.

mod body;
mod compose;
mod date;
mod encoded_word;
mod extra;
mod field;
pub mod incoming;
mod mailbox;
mod message_id;
mod outgoing;
mod parameter;
mod text;

pub use addresses::{Address, AddressError};
pub use compose::{Clear, Envelope, clear, compose, encoded_len, envelope, size_of_attachment};
pub use extra::{Extra, ExtraError};
pub use mailbox::Mailbox;
pub use message_id::MessageId;
pub use outgoing::{Attachment, AutoSubmitted, Outgoing};
