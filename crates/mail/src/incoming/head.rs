//! The headers of a message or part.

use std::borrow::Cow;

use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, Header, HeaderValue, MessageParser};

use super::part::{Encoding, text};
use super::sender::{self, MessageKind, Person};
use super::{MAX_HEAD, TextKind};
use crate::text::clean;

/// The headers of a message or part, decoded.
pub(super) struct Head {
    /// Its octets, with the empty line after it.
    pub(super) length: usize,
    fields: Vec<Field>,
}

struct Field {
    /// In lower case.
    name: String,
    raw: String,
    value: HeaderValue<'static>,
}

impl Head {
    pub(super) fn read(raw: &[u8]) -> Self {
        let length = length(raw);
        let bytes = raw.get(..length.min(MAX_HEAD)).unwrap_or_default();
        // Some programs write names as they are, in Latin-1.
        let readable = text(bytes, None);
        let mut complete = readable.into_owned();
        complete.push_str("\n\n");
        let mut headers: Vec<Header> = Vec::new();
        let mut stream = MessageStream::new(complete.as_bytes());
        stream.parse_headers(&MessageParser::new(), &mut headers);
        let field = |header: Header| Field {
            name: header.name.as_str().to_ascii_lowercase(),
            raw: slice(&complete, header.offset_start, header.offset_end).trim().to_owned(),
            value: header.value.into_owned(),
        };
        let fields = headers.into_iter().map(field).collect();
        Self { length, fields }
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.name == name)
    }

    fn first(&self, name: &str) -> Option<&Field> {
        self.all(name).next()
    }

    /// The first value of a header, as it stands.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.first(name).map(|field| field.raw.as_str())
    }

    pub(super) fn author(&self) -> Option<Person> {
        let mut fields = self.all("from");
        let person = sender::only_person(&fields.next()?.value)?;
        fields.next().is_none().then_some(person)
    }

    pub(super) fn reply_to(&self) -> Option<Person> {
        sender::only_person(&self.first("reply-to")?.value)
    }

    pub(super) fn subject(&self) -> String {
        self.first("subject").and_then(|field| field.value.as_text()).map(clean).unwrap_or_default()
    }

    /// The identifiers in a header, with angle brackets.
    pub(super) fn ids(&self, name: &str) -> Vec<String> {
        let raw = self.raw(name).unwrap_or_default();
        let ids = raw.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
        ids.map(|(id, _)| format!("<{}>", clean(id))).take(MAX_IDS).collect()
    }

    /// The values of all headers of this name that are one word of letters, digits, hyphens and underscores.
    pub(super) fn words(&self, name: &str) -> Vec<String> {
        let is_word = |raw: &&str| {
            (1..=MAX_WORD).contains(&raw.len())
                && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        };
        let values = self.all(name).map(|field| field.raw.as_str());
        values.filter(is_word).take(MAX_IDS).map(str::to_owned).collect()
    }

    pub(super) fn kind(&self) -> MessageKind {
        let is_report = self.media_type() == "multipart/report";
        sender::kind(|name| self.raw(name), is_report)
    }

    fn content_type(&self) -> Option<&ContentType<'static>> {
        self.first("content-type")?.value.as_content_type()
    }

    fn disposition(&self) -> Option<&ContentType<'static>> {
        self.first("content-disposition")?.value.as_content_type()
    }

    pub(super) fn media_type(&self) -> String {
        let of = |kind: &ContentType| match kind.subtype() {
            Some(subtype) => format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase(),
            None => "application/octet-stream".to_owned(),
        };
        self.content_type().map_or_else(|| "text/plain".to_owned(), of)
    }

    pub(super) fn boundary(&self) -> Option<&str> {
        let kind = self.content_type()?;
        let boundary = kind.attribute("boundary").filter(|boundary| !boundary.is_empty());
        boundary.filter(|_| kind.ctype().eq_ignore_ascii_case("multipart")).map(str::trim_end)
    }

    pub(super) fn is_message(&self) -> bool {
        matches!(self.media_type().as_str(), "message/rfc822" | "message/global")
    }

    pub(super) fn text_kind(&self) -> Option<TextKind> {
        match self.media_type().as_str() {
            "text/plain" => Some(TextKind::Plain),
            "text/html" => Some(TextKind::Html),
            // One without parts is text, whatever it wanted to be.
            kind if kind.starts_with("multipart/") => Some(TextKind::Plain),
            _ => None,
        }
    }

    pub(super) fn charset(&self) -> Option<&str> {
        self.content_type()?.attribute("charset")
    }

    pub(super) fn is_attached(&self) -> bool {
        self.disposition().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("attachment"))
    }

    pub(super) fn encoding(&self) -> Encoding {
        let raw = self.raw("content-transfer-encoding").unwrap_or_default();
        match raw.to_ascii_lowercase().as_str() {
            "base64" => Encoding::Base64,
            "quoted-printable" => Encoding::QuotedPrintable,
            _ => Encoding::Identity,
        }
    }

    /// The file's name by the disposition, else by the type. On one line, without folders.
    pub(super) fn file_name(&self) -> Option<String> {
        let places = [(self.disposition(), "filename"), (self.content_type(), "name")];
        let mut names = places.into_iter().filter_map(|(kind, name)| attribute(kind?, name));
        names.find_map(|name| {
            let name = clean(&decoded(name));
            let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
            (!last.is_empty()).then(|| last.to_owned())
        })
    }
}

/// Returns a parameter. Where it stands twice, once for old programs and once by RFC 2231, the one counts that is not ASCII alone.
fn attribute<'a>(kind: &'a ContentType<'static>, name: &str) -> Option<&'a str> {
    let all = kind.attributes().unwrap_or_default().iter();
    let mut values = all.filter(|one| one.name == name).map(|one| one.value.as_ref());
    let first: &str = values.next()?;
    Some(if first.is_ascii() {
        values.find(|value| !value.is_ascii()).unwrap_or(first)
    } else {
        first
    })
}

/// The most references, or marks, that are read.
const MAX_IDS: usize = 100;

/// The most octets of a mark.
const MAX_WORD: usize = 64;

/// A parameter may not hold encoded words (RFC 2047, 5), and many programs write them all the same; others percent-encode the whole name
/// as for RFC 2231, but without its star.
fn decoded(name: &str) -> Cow<'_, str> {
    if name.contains("=?") {
        let header = format!("{name}\n\n");
        let read = MessageStream::new(header.as_bytes()).parse_unstructured();
        return Cow::Owned(read.as_text().unwrap_or(name).to_owned());
    }
    let encoded = name.get(..7).filter(|start| start.eq_ignore_ascii_case("utf-8''"));
    match encoded.and(name.get(7..)) {
        Some(rest) => Cow::Owned(percent_decoded(rest)),
        None => Cow::Borrowed(name),
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(digits.unwrap_or(b'%'));
        rest = if digits.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns the octets up to the end of the first empty line. A boundary's line, before which the empty one is missing, belongs to the body.
fn length(raw: &[u8]) -> usize {
    let mut at = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"--") && !line.contains(&b':') {
            return at;
        }
        at += line.len();
        if line == b"\n" || line == b"\r\n" {
            return at;
        }
    }
    raw.len()
}

fn slice(text: &str, from: u32, to: u32) -> &str {
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    text.get(at(from)..at(to)).unwrap_or_default()
}
