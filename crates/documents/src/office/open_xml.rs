//! Office Open XML (ECMA-376): what Word writes as `.docx`.

use super::{
    Depth,
    contents::{self, is_named_xml},
    fields::{self, Fields},
    relation,
};
use crate::{
    Active, Damage, Report, Trace,
    authors::Authors,
    bytes::find,
    encoding,
    target::{self, Target},
    xml::{self, Event, Events, Tag},
    zip::{Archive, Entry, Unpacker},
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
        let Some(part) = contents::look_at(entry, unpacker, depth, report) else { continue };
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
