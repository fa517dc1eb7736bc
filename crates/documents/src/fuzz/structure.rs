//! Documents put together from random instructions: whole containers, whatever is in them.

use crate::samples::{Objects, Stored};

/// Returns a ZIP or a PDF that the instructions change: parts and objects are cut, mixed, doubled,
/// renamed and added, and the container is written anew around them.
pub(super) fn built(data: &[u8]) -> Vec<u8> {
    let mut from = Instructions(data);
    match from.byte() % 3 {
        0 => archive(WORD, &mut from),
        1 => archive(OPEN, &mut from),
        _ => pdf(&mut from),
    }
}

const WORD: &[(&str, &str)] = &[
    (
        "[Content_Types].xml",
        "<Types><Override PartName='/word/document.xml' ContentType='application/vnd.openxmlformats-\
         officedocument.wordprocessingml.document.main+xml'/></Types>",
    ),
    (
        "_rels/.rels",
        "<Relationships><Relationship Id='a' Type='x/officeDocument' Target='word/document.xml'/>\
         </Relationships>",
    ),
    (
        "word/document.xml",
        "<w:document><w:p><w:r><w:fldChar w:fldCharType='begin'/><w:instrText>INCLUDEPICTURE \
         \"http://a\"</w:instrText><w:fldChar w:fldCharType='end'/></w:r></w:p></w:document>",
    ),
    (
        "word/_rels/document.xml.rels",
        "<Relationships><Relationship Id='b' Type='x/image' Target='//h/s' TargetMode='External'/>\
         </Relationships>",
    ),
    ("word/media/a.png", "\u{89}PNG"),
];

const OPEN: &[(&str, &str)] = &[
    ("mimetype", "application/vnd.oasis.opendocument.text"),
    ("META-INF/manifest.xml", "<m><m:file-entry m:full-path='/' m:media-type='text/xml'/></m>"),
    ("content.xml", "<o:document-content><d:image x:href='http://a'/></o:document-content>"),
    ("meta.xml", "<o:meta><dc:creator>A</dc:creator></o:meta>"),
    ("Object 1", "\u{d0}"),
];

const OBJECTS: &[&str] = &[
    "<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /Annots [<< /A 4 0 R >>] >>",
    "<< /S /URI /URI (http://a) /Next [5 0 R] >>",
    "<< /Type /Filespec /F (a.xml) /EF << /F 6 0 R >> >>",
    "<< /Type /EmbeddedFile /Filter /FlateDecode /Length 3 >> stream\nabc\nendstream",
];

fn archive(parts: &[(&str, &str)], from: &mut Instructions<'_>) -> Vec<u8> {
    let own = parts.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec()));
    let mut parts: Vec<(String, Vec<u8>)> = own.collect();
    while let Some((at, what)) = from.next(parts.len()) {
        let other = from.byte();
        let copy = parts.get(usize::from(other)).map(|part| part.1.clone());
        let Some((name, content)) = parts.get_mut(at) else { break };
        match what % 6 {
            0 => mix(content, from),
            1 => *name = String::from_utf8_lossy(from.piece()).into_owned(),
            2 => drop(parts.remove(at)),
            3 => {
                let part = (name.clone(), content.clone());
                parts.push(part);
            }
            4 => {
                let part = (format!("word/{other}"), from.piece().to_vec());
                parts.push(part);
            }
            _ => *content = copy.unwrap_or_default(),
        }
    }
    let mut archive = Stored::default();
    for (name, content) in &parts {
        archive.add(name, content);
    }
    archive.finish()
}

fn pdf(from: &mut Instructions<'_>) -> Vec<u8> {
    let mut bodies: Vec<Vec<u8>> = OBJECTS.iter().map(|body| body.as_bytes().to_vec()).collect();
    while let Some((at, what)) = from.next(bodies.len()) {
        let Some(body) = bodies.get_mut(at) else { break };
        match what % 4 {
            0 => mix(body, from),
            1 => drop(bodies.remove(at)),
            2 => {
                let body = body.clone();
                bodies.push(body);
            }
            _ => {
                let data = from.piece();
                bodies.push([b"<< >> stream\n", data, b"\nendstream"].concat());
            }
        }
    }
    let is_packed = from.byte().is_multiple_of(2);
    let objects = bodies.iter().fold(Objects::new(), Objects::with);
    if is_packed { objects.packed() } else { objects.finish() }
}

/// Puts a piece of the instructions in the place of a few bytes.
fn mix(content: &mut Vec<u8>, from: &mut Instructions<'_>) {
    let start = usize::from(from.byte()).min(content.len());
    let end = (start + usize::from(from.byte() % 32)).min(content.len());
    content.splice(start..end, from.piece().iter().copied());
}

/// Random bytes, read as numbers and pieces.
struct Instructions<'a>(&'a [u8]);

impl<'a> Instructions<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Returns which of `count` things to change, and how; nothing at the end.
    fn next(&mut self, count: usize) -> Option<(usize, u8)> {
        if self.0.is_empty() || count == 0 || count > MOST {
            return None;
        }
        Some((usize::from(self.byte()) % count, self.byte()))
    }

    fn piece(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (piece, rest) = self.0.split_at(length);
        self.0 = rest;
        piece
    }
}

/// Parts or objects: more find nothing that these do not.
const MOST: usize = 64;
