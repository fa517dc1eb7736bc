//! Reads a message that came in: who wrote it, what it says, which files it brings.
//!
//! [`Incoming::read`] takes any bytes and never fails: what cannot be read is left out. Memory and time are bounded by [`MAX_PARTS`],
//! [`MAX_DEPTH`] and [`MAX_HEAD`], beside the message itself and its decoded files. Headers, encodings and character sets are read by
//! `mail-parser`; the parts are taken apart here, because that crate keeps every part of a message in memory, however many there are,
//! and turns attached texts into UTF-8, where staff are to get the bytes that were sent.

mod authentication;
mod file;
mod head;
mod html;
mod part;
mod sender;

use std::borrow::Cow;

pub use authentication::{Verdict, verdict};
pub use file::{File, Role};
use head::Head;
pub use sender::{MessageKind, Person};

/// The most parts of a message that are looked at.
pub const MAX_PARTS: usize = 500;
/// How deep parts may be nested.
pub const MAX_DEPTH: usize = 10;
/// The most octets of the headers of a message or part that are read.
pub const MAX_HEAD: usize = 256 * 1024;
/// The most octets of text that are kept.
const MAX_TEXT: usize = 256 * 1024;

/// A message that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    /// The only author in the only header From. Nothing where there are several, or none.
    pub from: Option<Person>,
    /// Where the author wants answers.
    pub reply_to: Option<Person>,
    /// The subject, decoded.
    pub subject: String,
    /// The Message-ID with its angle brackets.
    pub message_id: Option<String>,
    /// The messages that this one answers, with angle brackets: In-Reply-To, then References.
    pub references: Vec<String>,
    /// The first plain text, else the first HTML text as plain text.
    pub text: String,
    /// The files, in order, with those of a forwarded message.
    pub files: Vec<File>,
    /// What kind of message it is, by its headers.
    pub kind: MessageKind,
    /// The first message that is attached.
    pub forwarded: Option<Box<Incoming>>,
    /// The values of `X-Guichet-Passed`: the marks of the installations that have passed it on.
    pub passed: Vec<String>,
    /// The value of the topmost Authentication-Results.
    pub authentication: Option<String>,
    /// Where the body begins, in octets.
    pub body: usize,
}

impl Incoming {
    /// Reads a message.
    pub fn read(raw: &[u8]) -> Self {
        let mut reader = Reader { parts: 0, html: None };
        reader.message(raw, Opened::Never)
    }

    /// Returns the files that may be documents: no signature, and no picture that the text shows.
    pub fn documents(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.role == Role::Document)
    }
}

/// Whether a message lies in another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    Never,
    Once,
}

struct Reader {
    parts: usize,
    /// The first HTML text of the message that is being read.
    html: Option<String>,
}

impl Reader {
    fn message(&mut self, raw: &[u8], opened: Opened) -> Incoming {
        let head = Head::read(raw);
        let mut message = Incoming {
            from: head.author(),
            reply_to: head.reply_to(),
            subject: head.subject(),
            message_id: head.ids("message-id").into_iter().next(),
            references: [head.ids("in-reply-to"), head.ids("references")].concat(),
            kind: head.kind(),
            passed: head.words("x-guichet-passed"),
            authentication: head.raw("authentication-results").map(str::to_owned),
            body: head.length,
            ..Incoming::default()
        };
        let outer = self.html.take();
        self.part(raw, &head, 0, opened, &mut message);
        if let Some(html) = core::mem::replace(&mut self.html, outer) {
            file::mark_shown(&mut message.files, &html);
            if message.text.trim().is_empty() {
                message.text = html::to_text(&html);
            }
        }
        message
    }

    fn part(&mut self, raw: &[u8], head: &Head, depth: usize, opened: Opened, into: &mut Incoming) {
        self.parts += 1;
        let body = raw.get(head.length..).unwrap_or_default();
        if let Some(boundary) = head.boundary().filter(|_| depth < MAX_DEPTH) {
            let mut parts = part::split(body, boundary).peekable();
            if parts.peek().is_some() {
                for part in parts {
                    if self.parts >= MAX_PARTS {
                        return;
                    }
                    self.part(part, &Head::read(part), depth + 1, opened, into);
                }
                return;
            }
        }
        let bytes = part::decode(body, head.encoding());
        if head.is_message() {
            return self.attached(&bytes, opened, into);
        }
        match head.text_kind() {
            Some(kind) if head.file_name().is_none() && !head.is_attached() => {
                self.take_text(kind, &part::text(&bytes, head.charset()), into);
            }
            _ => into.files.push(File::of(head, bytes)),
        }
    }

    /// Opens an attached message, but not one within it. Its files are files of the outer one.
    fn attached(&mut self, raw: &[u8], opened: Opened, into: &mut Incoming) {
        if opened == Opened::Once || into.forwarded.is_some() {
            into.files.push(File::message(raw));
            return;
        }
        let mut inner = self.message(raw, Opened::Once);
        into.files.extend(inner.files.drain(..).map(|file| File { forwarded: true, ..file }));
        into.forwarded = Some(Box::new(inner));
    }

    fn take_text(&mut self, kind: TextKind, text: &str, into: &mut Incoming) {
        match kind {
            TextKind::Plain if into.text.is_empty() => into.text = bounded(text).into_owned(),
            TextKind::Html if self.html.is_none() => self.html = Some(text.to_owned()),
            TextKind::Plain | TextKind::Html => {}
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TextKind {
    Plain,
    Html,
}

/// The first octets of a text, whole characters.
fn bounded(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text))
}

#[cfg(test)]
mod tests;
