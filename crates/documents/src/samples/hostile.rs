//! Files made to be taken for something else, or to break what reads them.

use super::{Stored, docx, odt, pdf};
use crate::{Damage, Kind};

/// A file and what [`inspect`](crate::inspect) must say of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is wrong with it.
    pub name: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Why not to trust it.
    pub damage: Option<Damage>,
}

/// Returns all of them.
pub fn all() -> Vec<Case> {
    let case = |name, bytes, kind, damage| Case { name, bytes, kind, damage };
    let word = |name, bytes, damage| case(name, bytes, Kind::Docx, Some(damage));
    vec![
        case("a program", program(), Kind::Executable, None),
        case("a program with a PDF inside", [program(), pdf("x")].concat(), Kind::Executable, None),
        case(
            "a PDF behind other bytes",
            [b"\x01\x02\x03\x04".as_slice(), &pdf("x")].concat(),
            Kind::Pdf,
            Some(Damage::LeadingJunk),
        ),
        case(
            "a PDF with an archive behind it",
            [pdf("x"), docx("x")].concat(),
            Kind::Pdf,
            Some(Damage::Polyglot),
        ),
        case("half a PDF", half(pdf("x")), Kind::Pdf, Some(Damage::Truncated)),
        case("half an ODT", half(odt("x")), Kind::Odt, Some(Damage::Truncated)),
        word("a DOCX without its directory", headless(), Damage::Truncated),
        word("more entries than there are", declaring(9), Damage::Directory),
        word("fewer entries than there are", declaring(1), Damage::Directory),
        word("too many entries", declaring(u16::MAX), Damage::DirectoryTooLarge),
        word("a directory beyond the end", astray(), Damage::Directory),
        word("an entry of two names", renamed(), Damage::Directory),
        word(
            "entries that share bytes",
            word_with(|archive| archive.add_overlapping("word/a", "word/b", b"x")),
            Damage::OverlappingEntries,
        ),
        word(
            "two entries of one name",
            word_with(|archive| archive.add("WORD/document.xml", b"<x/>")),
            Damage::DuplicateNames,
        ),
        word(
            "an entry that climbs out",
            word_with(|archive| archive.add("word/../../cron.d/x", b"")),
            Damage::EscapingPath,
        ),
        word(
            "a symbolic link",
            word_with(|archive| archive.add_link("word/media", "/etc")),
            Damage::EscapingPath,
        ),
    ]
}

/// Returns the beginning of a Windows program: enough for its loader to know it by.
pub fn program() -> Vec<u8> {
    let mut file = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0".to_vec();
    file.resize(60, 0);
    file.extend(b"\x40\0\0\0PE\0\0\x64\x86\0\0");
    file.resize(256, 0);
    file
}

/// Returns a Word document plus what `add` adds.
fn word_with(add: impl Fn(&mut Stored) -> &mut Stored) -> Vec<u8> {
    let mut archive = Stored::default();
    archive.add("[Content_Types].xml", b"<Types/>").add("word/document.xml", b"<x/>");
    add(&mut archive).finish()
}

fn half(mut whole: Vec<u8>) -> Vec<u8> {
    whole.truncate(whole.len() / 2);
    whole
}

/// Cut off where the directory would begin.
fn headless() -> Vec<u8> {
    let mut file = docx("x");
    let directory = file.windows(4).position(|at| at == b"PK\x01\x02");
    file.truncate(directory.unwrap_or_default());
    file
}

fn declaring(entries: u16) -> Vec<u8> {
    let [low, high] = entries.to_le_bytes();
    with_end(8, &[low, high, low, high])
}

fn astray() -> Vec<u8> {
    with_end(16, &[0xF0, 0xFF, 0xFF, 0x7F])
}

/// Returns a document whose end record bears other bytes from `at` on.
fn with_end(at: usize, bytes: &[u8]) -> Vec<u8> {
    const END_BYTES: usize = 22;
    let mut file = docx("x");
    let start = file.len() - END_BYTES + at;
    file.splice(start..start + bytes.len(), bytes.iter().copied());
    file
}

/// The directory lists `word/document.xml`; its own header says `word/document.exe`.
fn renamed() -> Vec<u8> {
    let mut file = word_with(|archive| archive);
    let name = b"document.xml";
    if let Some(header) = file.windows(name.len()).position(|at| at == name) {
        file.splice(header..header + name.len(), *b"document.exe");
    }
    file
}
