//! Office Open XML (ECMA-376): what Word writes as `.docx`.

use super::{
    Depth, Found,
    contents::{self, is_named_xml},
    fields::{Fields, Piece},
    package::Package,
    relation, taken_in,
};
use crate::{
    Active, Damage, Report, Trace,
    bytes::find,
    encoding,
    policy::{self, Use},
    target::Target,
    xml::{self, Event, Events, Tag},
    zip::{Archive, Entry, Unpacker},
};

/// Looks through every part of a document, whether a relation leads to it or not: a part is what
/// its bytes are, whatever its name.
pub(super) fn look_through(
    archive: &Archive<'_>,
    package: &Package,
    unpacker: &mut Unpacker<'_>,
    depth: Depth,
    report: &mut Report,
) {
    let limits = unpacker.limits;
    let mut found = Found::in_document(report, limits);
    for entry in &archive.entries {
        look_at_name(entry, &mut found);
        let part = contents::look_at(entry, unpacker, depth, &mut found);
        let is_part = is_named_xml(&entry.name);
        let active = taken_in::active(entry, is_part, package, unpacker, &mut found);
        found.report.active.extend(active);
        let Some(part) = part else { continue };
        let Some(part) = encoding::xml(&part) else {
            found.damage(Damage::Ambiguous);
            continue;
        };
        let nesting = is_part.then_some(limits.nesting);
        look_at_part(&part, nesting, Fields::new(limits.field_nesting), &mut found);
    }
    found.finish();
}

/// What some parts are for stands in their names, whatever they hold.
fn look_at_name(entry: &Entry<'_>, found: &mut Found<'_>) {
    let name = entry.name.to_ascii_lowercase();
    let has = |folder: &[u8]| find(&name, folder).is_some();
    if name.ends_with(b"vbaproject.bin") {
        found.active(Active::Macros);
    } else if has(b"/activex/") || has(b"/embeddings/") && name.ends_with(b".bin") {
        found.active(Active::OleObject);
    } else if has(b"/embeddings/") && !name.ends_with(b"/") {
        found.file(&entry.name);
    }
}

/// Looks at the elements and texts of a part, whose elements are nested so deeply at most; of an XML file
/// that is no part, too, such as a drawing or a page, which may leave out the ends of elements.
fn look_at_part(part: &[u8], nesting: Option<usize>, mut fields: Fields, found: &mut Found<'_>) {
    let is_part = nesting.is_some();
    let mut element: &[u8] = b"";
    let (mut alternatives, mut depth) = (0_usize, 0);
    for event in Events::of(part) {
        depth = event.depth(depth);
        if nesting.is_some_and(|most| depth > most) {
            found.damage(Damage::TooComplex);
        }
        if found.is_decided() {
            return;
        }
        match event {
            // A page that the document takes in may say that it is one.
            Event::Doctype(text) if !is_part && is_page(text) => {}
            Event::Doctype(_) => found.active(Active::Doctype),
            Event::Text(text) => match element {
                b"instrText" if alternatives == 0 => fields.add(&xml::unescaped(text), Piece::Code),
                b"instrText" | b"delInstrText" => fields.add(&xml::unescaped(text), Piece::Perhaps),
                b"t" | b"delText" if fields.take_text() => {
                    fields.add(&xml::unescaped(text), Piece::Perhaps);
                }
                // The form of a SharePoint library, which is opened beside the document.
                b"xsnLocation" => {
                    let target = found.targets.parse(&xml::unescaped(text));
                    found.report.active.extend(policy::active(Use::Runs, target));
                }
                b"creator" | b"lastModifiedBy" => found.authors.add(&xml::unescaped(text)),
                _ => {}
            },
            Event::End(name) => {
                element = b"";
                alternatives = alternatives.saturating_sub(usize::from(is_alternative(name)));
            }
            Event::Start(tag) => {
                if matches!(element, b"instrText" | b"delInstrText") {
                    // An element within a field's code, which some readers skip, and no writer puts there.
                    found.damage(Damage::Ambiguous);
                }
                if !tag.is_empty() {
                    element = tag.name();
                }
                alternatives += usize::from(is_alternative(tag.name()) && !tag.is_empty());
                let (has_duplicates, has_source) = tag.survey(may_be_source);
                if has_duplicates && is_part {
                    found.damage(Damage::Ambiguous);
                    continue;
                }
                look_at_element(tag, &mut fields, found);
                if has_source {
                    look_at_source(tag, found);
                }
            }
        }
    }
    fields.finish(found);
}

/// Returns whether some readers skip what an element holds, or read it by itself.
fn is_alternative(element: &[u8]) -> bool {
    matches!(element, b"AlternateContent" | b"txbxContent")
}

fn is_page(doctype: &[u8]) -> bool {
    let text = doctype.to_ascii_lowercase();
    text.starts_with(b"!doctype html") && !text.contains(&b'[')
}

fn look_at_element(tag: Tag<'_>, fields: &mut Fields, found: &mut Found<'_>) {
    match tag.name() {
        b"Relationship" => {
            let active = relation::active(tag, &mut found.targets);
            found.report.active.extend(active);
        }
        b"Default" | b"Override" if has_macros(tag) => found.active(Active::Macros),
        b"fldSimple" => tag.values(b"instr").for_each(|code| fields.simple(&code, found)),
        b"fldChar" => fields.mark(tag, found),
        // Of a table inside.
        b"ddeLink" => found.active(Active::Dde),
        b"ins" | b"del" | b"moveFrom" | b"moveTo" | b"cellIns" | b"cellDel" | b"cellMerge" => {
            found.report.traces.push(Trace::TrackedChanges);
        }
        // Of the properties of a run, a paragraph, a table, a section.
        name if name.ends_with(b"PrChange") => found.report.traces.push(Trace::TrackedChanges),
        b"comment" => found.report.traces.push(Trace::Comments),
        // The binary of a package that is written as one XML file, and a control.
        b"binaryData" | b"binData" | b"ocx" => found.active(Active::OleObject),
        // A film from the web, as a page in an attribute.
        b"webVideoPr" => found.active(Active::RemoteContent),
        b"customUI" | b"button" | b"command" | b"reference" => look_at_values(tag, found),
        // Where the records of a mail merge are.
        b"connectString" | b"udl" | b"query" if tag.values(b"val").next().is_some() => {
            found.active(Active::ExternalRelationship);
            look_at_values(tag, found);
        }
        // A schema, and the program that belongs to it.
        b"schema" => {
            for text in tag.values(b"schemaLocation").chain(tag.values(b"manifestLocation")) {
                let target = found.targets.parse(&text);
                found.report.active.extend(policy::active(Use::Runs, target));
            }
        }
        // The program of a document that is one (VSTO).
        b"property" if tag.attribute(b"name").starts_with("_Assembly") => {
            found.active(Active::RemoteTemplate);
        }
        _ => {}
    }
}

fn has_macros(tag: Tag<'_>) -> bool {
    let kind = tag.attribute(b"ContentType").to_ascii_lowercase();
    [b"macro".as_slice(), b"vbaproject"].iter().any(|m| find(kind.as_bytes(), m).is_some())
}

/// Looks for a file server in any attribute. The macros of a ribbon may stand in a template of their
/// own, which is loaded with it; apps and records too have places that are no links.
fn look_at_values(tag: Tag<'_>, found: &mut Found<'_>) {
    for (_, value) in tag.attributes().filter(|(name, _)| !name.starts_with(b"xmlns")) {
        let text = xml::unescaped(value);
        // `Provider=x;Data Source=\\h\s`
        let mut pieces = text.split([';', '=']);
        if pieces.any(|piece| found.targets.parse(piece) == Target::Server) {
            found.active(Active::ServerName);
        }
    }
}

/// Attributes by which an element loads something itself, or links to it.
const SOURCES: [&[u8]; 6] = [b"src", b"href", b"althref", b"background", b"data", b"poster"];

/// Returns whether an attribute's name ends as one of these does. Nearly none does.
fn may_be_source(name: &[u8]) -> bool {
    matches!(
        name,
        [.., b's', b'r', b'c']
            | [.., b'r', b'e', b'f']
            | [.., b'u', b'n', b'd']
            | [.., b'a', b't', b'a']
            | [.., b't', b'e', b'r']
    )
}

/// What an element loads by an attribute of its own, without a relation: of drawings in VML and SVG,
/// and of pages that a document takes in.
fn look_at_source(tag: Tag<'_>, found: &mut Found<'_>) {
    for (name, value) in tag.attributes() {
        let name = xml::local(name);
        if !SOURCES.contains(&name) {
            continue;
        }
        let text = xml::unescaped(value);
        let target = found.targets.parse(&text);
        if name == b"href" && waits_for_click(tag.name()) {
            found.report.active.extend(policy::active(Use::Link(&text), target));
        } else if target > Target::Near {
            found.report.active.extend(policy::active(Use::Shows, target));
        }
    }
}

/// Returns whether an element's `href` is a link: in pages, and on the shapes of VML.
fn waits_for_click(element: &[u8]) -> bool {
    const LINKS: [&[u8]; 13] = [
        b"a",
        b"area",
        b"shape",
        b"shapetype",
        b"rect",
        b"roundrect",
        b"oval",
        b"line",
        b"polyline",
        b"arc",
        b"curve",
        b"group",
        b"base",
    ];
    LINKS.contains(&element)
}
