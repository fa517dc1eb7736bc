//! Makes a document of the text of a mail, where the posting takes it for the
//! letter.

use std::io::{Cursor, Write as _};

use domain::Posting;
use mail::incoming::{File, Incoming};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::ports::Fault;

/// The fewest characters of a letter. Shorter texts say what is attached.
const FROM: usize = 500;

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Returns the text of `message` as a Word document, to be the document `id` of
/// the posting. Nothing where the text is too short, and where the mail answers
/// another one, whose words it may quote.
pub(super) fn text_as_letter(
    posting: &Posting,
    id: &str,
    message: &Incoming,
) -> Result<Option<File>, Fault> {
    let text = message.text.trim();
    if !message.references.is_empty() || text.chars().count() < FROM {
        return Ok(None);
    }
    let Some(document) = posting.requirements.document(id) else { return Ok(None) };
    let name = format!("{}.docx", document.name.get(&posting.language));
    let bytes = word_document(text).map_err(|error| Fault::Documents(error.to_string()))?;
    Ok(Some(File::document(&name, WORD, bytes)))
}

/// Writes a Word document (ECMA-376, part 1) with a paragraph for each line. The
/// same text makes the same bytes.
fn word_document(text: &str) -> zip::result::ZipResult<Vec<u8>> {
    let body: String = text.lines().map(paragraph).collect();
    let document = format!("{DOCUMENT}{body}</w:body></w:document>");
    let parts = [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELATIONS),
        ("word/document.xml", document.as_str()),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for (name, content) in parts {
        archive.start_file(name, stored)?;
        archive.write_all(content.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

fn paragraph(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' => escaped.push(' '),
            // XML 1.0 has no way to write these.
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => escaped.push(c),
        }
    }
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{escaped}</w:t></w:r></w:p>")
}

const CONTENT_TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" \
    ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\"application/\
    vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";

const RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/\
    relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>";

const DOCUMENT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>";
