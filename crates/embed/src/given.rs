//! A form as other people's programs pass it.

use std::fmt::Write as _;

use documents::{Limits, inspect};
use rules::{Form, OfferedDocument, TextMap};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use sha2::{Digest as _, Sha256};
use validator::Validate;

/// The most documents that are inspected: as many as a form has parts.
const DOCUMENTS: u64 = 25;

/// A form; what is absent is empty.
#[derive(Default, serde::Deserialize, Validate)]
#[serde(default)]
pub(crate) struct Given {
    name: String,
    email: String,
    phone: String,
    subject: String,
    message: String,
    answers: TextMap,
    consent: String,
    #[validate(length(max = DOCUMENTS), nested)]
    documents: Vec<Offered>,
}

/// A file that is offered as a document. An error repeats what was given, but
/// for its bytes.
#[derive(serde::Deserialize, serde::Serialize, Validate)]
struct Offered {
    #[validate(length(min = 1))]
    id: String,
    #[validate(length(min = 1))]
    file_name: String,
    #[serde(skip_serializing)]
    content: Content,
}

impl From<Given> for Form {
    fn from(given: Given) -> Self {
        Self {
            name: given.name,
            email: given.email,
            phone: given.phone,
            subject: given.subject,
            message: given.message,
            answers: given.answers,
            mails: String::new(),
            shared: String::new(),
            consent: given.consent,
            documents: given.documents.into_iter().map(inspected).collect(),
            // An object has each of its fields once.
            repeated: Vec::new(),
        }
    }
}

fn inspected(file: Offered) -> OfferedDocument {
    let Content(bytes) = file.content;
    OfferedDocument {
        id: file.id,
        file_name: file.file_name,
        bytes: bytes.len() as u64,
        report: Some(inspect(&bytes, &Limits::default())),
        sha256: Some(hexadecimal(&Sha256::digest(&bytes))),
    }
}

fn hexadecimal(digest: &[u8]) -> String {
    let mut text = String::new();
    for byte in digest {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The bytes of a `Uint8Array`.
struct Content(Vec<u8>);

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Content;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a Uint8Array")
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Content, E> {
                Ok(Content(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}
