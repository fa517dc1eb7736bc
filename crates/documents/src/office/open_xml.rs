//! Office Open XML (ECMA-376): what Word writes as `.docx`.

use super::{
    Depth,
    contents::{self, is_named_xml},
    fields::{self, Fields},
    relation,
};
use crate::{
    Active, Damage, Kind, Report, Trace,
    authors::Authors,
    bytes::find,
    encoding, signature,
    target::{self, Target},
    xml::{self, Event, Events, Tag},
    zip::{Archive, Entry, Unpacker, beginning},
};

/// Looks through every part of a document, whether a relation leads to it or not: a part is what
/// its bytes are, whatever its name.
pub(super) fn look_through(
    archive: &Archive<'_>,
    unpacker: &mut Unpacker<'_>,
    depth: Depth,
    report: &mut Report,
) {
    let mut authors = Authors::default();
    for entry in &archive.entries {
        look_at_name(entry, report);
        let part = contents::look_at(entry, unpacker, depth, report);
        if !is_named_xml(&entry.name) {
            look_for_servers(entry, unpacker, report);
        }
        let Some(part) = part else { continue };
        let Some(part) = encoding::xml(&part) else {
            report.damage.get_or_insert(Damage::Ambiguous);
            continue;
        };
        let mut fields = Fields::new(unpacker.limits.field_nesting);
        look_at_part(&part, is_named_xml(&entry.name), &mut fields, &mut authors, report);
        fields.finish(report);
    }
    report.authors = authors.into_names();
}

/// What some parts are for stands in their names, whatever they hold.
fn look_at_name(entry: &Entry<'_>, report: &mut Report) {
    let name = entry.name.to_ascii_lowercase();
    let has = |folder: &[u8]| find(&name, folder).is_some();
    if name.ends_with(b"vbaproject.bin") {
        report.active.push(Active::Macros);
    } else if has(b"/activex/") || has(b"/embeddings/") && name.ends_with(b".bin") {
        report.active.push(Active::OleObject);
    } else if has(b"/embeddings/") && !name.ends_with(b"/") {
        report.active.push(Active::EmbeddedFile);
    }
}

/// Reports file servers that a text names which the document takes in: a page, a mail, an RTF. Readers of
/// these load from style sheets and attributes of many names, so each word counts.
fn look_for_servers(entry: &Entry<'_>, unpacker: &mut Unpacker<'_>, report: &mut Report) {
    let head = beginning(entry, TEXT_BYTES);
    if !is_taken_in(&head) {
        return;
    }
    let text = unpacker.whole(entry).unwrap_or_default();
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>()=;,".contains(byte);
    let mut words = text.split(is_between).filter(|word| names_server(word));
    let is_server = |word: &[u8]| target::parse(&encoding::utf8(word)) == Target::Server;
    if words.any(is_server) {
        report.active.push(Active::ServerName);
    }
}

/// Whether the beginning is that of a page, a mail or an RTF.
fn is_taken_in(head: &[u8]) -> bool {
    let kind = signature::leading(head);
    matches!(kind, Some(Kind::Html | Kind::Rtf)) || find(head, b"MIME-Version:").is_some()
}

/// Whether it is worth to parse a word.
fn names_server(word: &[u8]) -> bool {
    let marks: [&[u8]; 3] = [b"//", b"\\\\", b":"];
    marks.iter().any(|mark| find(word, mark).is_some())
}

/// Bytes that tell what a text is. Mails have some headers first.
const TEXT_BYTES: usize = 1_024;

fn look_at_part(
    part: &[u8],
    is_part: bool,
    fields: &mut Fields,
    authors: &mut Authors,
    report: &mut Report,
) {
    let mut element: &[u8] = b"";
    for event in Events::of(part) {
        if report.damage.is_some() {
            // The file is refused, whatever else is in it.
            return;
        }
        match event {
            // A page that the document takes in may say that it is one.
            Event::Doctype(text) if !is_part && is_page(text) => {}
            Event::Doctype(_) => report.active.push(Active::Doctype),
            Event::Text(text) => match element {
                b"instrText" | b"delInstrText" => fields.add(&xml::unescaped(text)),
                b"t" | b"delText" if fields.take_text() => fields.add(&xml::unescaped(text)),
                b"creator" | b"lastModifiedBy" => authors.add(&xml::unescaped(text)),
                _ => {}
            },
            Event::End => element = b"",
            Event::Start(tag) => {
                element = tag.name();
                if tag.has_duplicates() && is_part {
                    report.damage.get_or_insert(Damage::Ambiguous);
                }
                look_at_element(tag, fields, report);
            }
        }
    }
}

fn is_page(doctype: &[u8]) -> bool {
    let text = doctype.to_ascii_lowercase();
    text.starts_with(b"!doctype html") && !text.contains(&b'[')
}

fn look_at_element(tag: Tag<'_>, fields: &mut Fields, report: &mut Report) {
    match tag.name() {
        b"Relationship" => report.active.extend(relation::active(tag)),
        b"Default" | b"Override" if has_macros(tag) => {
            report.active.push(Active::Macros);
        }
        b"fldSimple" => tag.values(b"instr").for_each(|code| fields::judge(&code, report)),
        b"fldChar" => fields.mark(tag, report),
        b"ins" | b"del" | b"moveFrom" | b"moveTo" | b"cellIns" | b"cellDel" | b"cellMerge" => {
            report.traces.push(Trace::TrackedChanges);
        }
        // Of the properties of a run, a paragraph, a table, a section.
        name if name.ends_with(b"PrChange") => report.traces.push(Trace::TrackedChanges),
        b"comment" => report.traces.push(Trace::Comments),
        // The binary of a package that is written as one XML file.
        b"binaryData" | b"binData" => report.active.push(Active::OleObject),
        b"customUI" => look_at_ribbon(tag, report),
        // Of drawings in VML, and of pages that a document takes in.
        b"imagedata" | b"fill" | b"stroke" | b"img" | b"image" | b"link" | b"script"
        | b"iframe" | b"frame" | b"embed" | b"object" | b"video" | b"audio" | b"source"
        | b"body" | b"input" | b"background" | b"table" | b"td" | b"bgsound" => {
            look_at_source(tag, report);
        }
        _ => {}
    }
}

fn has_macros(tag: Tag<'_>) -> bool {
    let kind = tag.attribute(b"ContentType").to_ascii_lowercase();
    [b"macroenabled".as_slice(), b"vbaproject"].iter().any(|m| find(kind.as_bytes(), m).is_some())
}

/// A ribbon's macros may stand in a template of their own, which is loaded with it.
fn look_at_ribbon(tag: Tag<'_>, report: &mut Report) {
    let values = tag.attributes().filter(|(name, _)| !name.starts_with(b"xmlns"));
    let worst = values.map(|(_, value)| target::parse(&xml::unescaped(value))).max();
    if worst.is_some_and(|worst| worst > Target::Near) {
        report.active.extend(super::loads(Target::Server, Active::ServerName));
    }
}

/// What an element loads by an attribute of its own, without a relation.
fn look_at_source(tag: Tag<'_>, report: &mut Report) {
    const SOURCES: [&[u8]; 6] = [b"src", b"href", b"althref", b"background", b"data", b"poster"];
    for (name, value) in tag.attributes() {
        if SOURCES.contains(&xml::local(name))
            && let target = target::parse(&xml::unescaped(value))
            && target > Target::Near
        {
            report.active.extend(super::loads(target, Active::RemoteContent));
        }
    }
}
