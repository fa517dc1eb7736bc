//! Office Open XML (ECMA-376): what Word writes as `.docx`.

use alloc::vec::Vec;

use crate::{
    Active, Limits, Report, Trace,
    authors::Authors,
    bytes::find,
    encoding,
    xml::{self, Event, Events, Tag},
    zip::{Archive, Entry, Unpacker},
};

/// Looks through every part of a document.
pub(super) fn look_through(archive: &Archive, limits: &Limits, report: &mut Report) {
    let mut unpacker = Unpacker::new(limits);
    let mut authors = Authors::default();
    for entry in &archive.entries {
        look_at_name(entry, &mut unpacker, report);
        let name = entry.name.to_ascii_lowercase();
        if !(name.ends_with(b".xml") || name.ends_with(b".rels")) {
            continue;
        }
        let Some(part) = unpacker.whole(entry) else { continue };
        let part = encoding::xml(&part);
        let mut fields = Fields::default();
        let mut element: &[u8] = b"";
        for event in Events::of(&part) {
            match event {
                Event::Doctype => report.active.push(Active::Doctype),
                Event::Text(text) if element == b"instrText" => {
                    fields.add(xml::unescaped(text).as_bytes(), report);
                }
                Event::Text(text) if matches!(element, b"creator" | b"lastModifiedBy") => {
                    authors.add(&xml::unescaped(text));
                }
                Event::Text(_) => {}
                Event::End => element = b"",
                Event::Start(tag) => {
                    element = tag.name();
                    look_at_element(tag, &mut fields, report);
                }
            }
        }
    }
    report.damage = report.damage.or(unpacker.damage);
    report.authors = authors.into_names();
}

/// What a part is for stands in its name.
fn look_at_name(entry: &Entry, unpacker: &mut Unpacker, report: &mut Report) {
    let name = entry.name.to_ascii_lowercase();
    let has = |folder: &[u8]| find(&name, folder).is_some();
    if name.ends_with(b"vbaproject.bin") {
        report.active.push(Active::Macros);
    } else if has(b"/activex/") || has(b"/embeddings/") && name.ends_with(b".bin") {
        report.active.push(Active::OleObject);
    } else if has(b"/embeddings/") && !name.ends_with(b"/") {
        report.active.push(Active::EmbeddedFile);
    } else if has(b"/media/") && unpacker.is_located(entry) {
        report.traces.push(Trace::Location);
    }
}

fn look_at_element(tag: Tag, fields: &mut Fields, report: &mut Report) {
    match tag.name() {
        b"Relationship" => report.active.extend(relation(tag)),
        b"Default" | b"Override" if has_macros(tag) => {
            report.active.push(Active::Macros);
        }
        b"fldSimple" => fields.add(tag.attribute(b"instr").as_bytes(), report),
        b"fldChar" => fields.restart(),
        b"ins" | b"del" | b"moveFrom" | b"moveTo" | b"cellIns" | b"cellDel" | b"cellMerge" => {
            report.traces.push(Trace::TrackedChanges);
        }
        // Of the properties of a run, a paragraph, a table, a section.
        name if name.ends_with(b"PrChange") => report.traces.push(Trace::TrackedChanges),
        b"comment" => report.traces.push(Trace::Comments),
        _ => {}
    }
}

fn has_macros(tag: Tag) -> bool {
    let kind = tag.attribute(b"ContentType");
    [b"macroEnabled".as_slice(), b"vbaProject"].iter().any(|m| find(kind.as_bytes(), m).is_some())
}

/// What a relation to something outside does when the document is opened. A link waits for a
/// click; a template or an object is fetched; anything else is shown, or was once.
fn relation(tag: Tag) -> Option<Active> {
    let kind = tag.attribute(b"Type");
    let kind = kind.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    match kind {
        b"aFChunk" => return Some(Active::EmbeddedFile),
        // Whatever name the part has.
        b"vbaProject" => return Some(Active::Macros),
        _ => {}
    }
    if tag.attribute(b"TargetMode") != "External" || kind == b"hyperlink" {
        return None;
    }
    let loads =
        matches!(kind, b"attachedTemplate" | b"oleObject" | b"frame" | b"subDocument" | b"control");
    let far = super::is_far(&tag.attribute(b"Target"));
    Some(if loads && far { Active::RemoteTemplate } else { Active::ExternalRelationship })
}

/// The code of the field that is being read, as far as it matters: Word writes it in pieces.
#[derive(Default)]
struct Fields {
    code: Vec<u8>,
}

impl Fields {
    fn add(&mut self, text: &[u8], report: &mut Report) {
        const ENOUGH: usize = 8;
        let code = text.iter().filter(|byte| byte.is_ascii_alphabetic());
        let room = ENOUGH.saturating_sub(self.code.len());
        self.code.extend(code.take(room).map(u8::to_ascii_uppercase));
        if self.code.starts_with(b"DDE") {
            report.active.push(Active::Dde);
        }
    }

    fn restart(&mut self) {
        self.code.clear();
    }
}
