//! `OpenDocument` (ISO/IEC 26300): what `LibreOffice` writes as `.odt`.

use super::{Depth, Found, contents};
use crate::{
    Active, Damage, Encryption, Report, Trace, encoding,
    policy::{self, Use},
    target::Target,
    xml::{self, Event, Events, Tag},
    zip::{Archive, Unpacker, beginning},
};

/// Looks through every entry of a document that is XML, under any name.
pub(super) fn look_through(
    archive: &Archive<'_>,
    unpacker: &mut Unpacker<'_>,
    depth: Depth,
    report: &mut Report,
) {
    if let Some(manifest) = archive.entry(super::MANIFEST)
        && let Some(manifest) = unpacker.whole(manifest)
    {
        let manifest = encoding::xml(&manifest).unwrap_or_default();
        Events::of(&manifest).for_each(|event| look_at_manifest(event, report));
    }
    if report.encryption == Encryption::Password {
        return;
    }
    let mut found = Found::in_document(report, unpacker.limits);
    for entry in &archive.entries {
        let name = entry.name.to_ascii_lowercase();
        let under = |folder: &[u8]| name.starts_with(folder) && *name != *folder;
        if (under(b"basic/") || under(b"scripts/")) && !is_list(&name) {
            found.active(Active::Macros);
        }
        let Some(part) = contents::look_at(entry, unpacker, depth, &mut found) else { continue };
        let Some(part) = encoding::xml(&part) else {
            found.damage(Damage::Ambiguous);
            continue;
        };
        let nesting = contents::is_named_xml(&entry.name).then_some(unpacker.limits.nesting);
        look_at_part(&part, nesting, *entry.name == *b"meta.xml", &mut found);
    }
    found.finish();
}

/// Returns the media types that the manifest gives for the document as a whole.
pub(super) fn roots(archive: &Archive<'_>) -> Vec<String> {
    const LONGEST: usize = 1024 * 1024;
    let entry = archive.entry(super::MANIFEST).map(|entry| beginning(entry, LONGEST));
    let manifest = entry.unwrap_or_default();
    let manifest = encoding::xml(&manifest).unwrap_or_default();
    let mut roots = Vec::new();
    for event in Events::of(&manifest) {
        if let Event::Start(tag) = event
            && tag.name() == b"file-entry"
            && tag.values(b"full-path").any(|path| path == "/")
        {
            roots.extend(tag.values(b"media-type").filter(|kind| is_media_type(kind)));
        }
    }
    roots
}

/// Returns whether this is a media type of `OpenDocument` or of its predecessor.
pub(super) fn is_media_type(text: &str) -> bool {
    let known = ["application/vnd.oasis.opendocument.", "application/vnd.sun.xml."];
    known.iter().any(|known| text.starts_with(known))
}

/// Returns whether a part is the list of a library, which is written without a macro in it too; or
/// a folder.
fn is_list(name: &[u8]) -> bool {
    let lists = [b"/script-lc.xml".as_slice(), b"/script-lb.xml", b"/"];
    lists.iter().any(|list| name.ends_with(list))
}

fn is_author(element: &[u8]) -> bool {
    matches!(element, b"initial-creator" | b"creator" | b"printed-by")
}

fn look_at_manifest(event: Event<'_>, report: &mut Report) {
    let Event::Start(tag) = event else { return };
    let is_object = |kind| kind == "application/vnd.sun.star.oleobject";
    match tag.name() {
        b"encryption-data" => report.encryption = Encryption::Password,
        b"file-entry" if tag.values(b"media-type").any(is_object) => {
            report.active.push(Active::OleObject);
        }
        _ => {}
    }
}

fn look_at_part(part: &[u8], nesting: Option<usize>, tells_authors: bool, found: &mut Found<'_>) {
    let mut element: &[u8] = b"";
    let mut depth = 0_usize;
    for event in Events::of(part) {
        depth = event.depth(depth);
        if nesting.is_some_and(|most| depth > most) {
            found.damage(Damage::TooComplex);
        }
        if found.is_decided() {
            return;
        }
        match event {
            // OpenOffice 2 and 3 named a definition by its address, which no reader fetches. One
            // that is written out may define entities.
            Event::Doctype(text) if text.contains(&b'[') => found.active(Active::Doctype),
            Event::Text(text) if is_author(element) && tells_authors => {
                found.authors.add(&xml::unescaped(text));
            }
            Event::Text(text) if element == b"script" && !text.trim_ascii().is_empty() => {
                found.active(Active::Macros);
            }
            Event::Text(text) if element == b"binary-data" => {
                found.report.active.extend(embedded(text));
            }
            Event::Text(_) | Event::Doctype(_) => {}
            Event::End(_) => element = b"",
            Event::Start(tag) => {
                element = tag.name();
                if tag.has_duplicates() {
                    found.damage(Damage::Ambiguous);
                }
                look_at_element(tag, found);
            }
        }
    }
}

/// Returns what a file is that stands in the text in base 64, by its first letters.
fn embedded(text: &[u8]) -> Option<Active> {
    let letters: Vec<u8> =
        text.iter().filter(|b| !b.is_ascii_whitespace()).take(8).copied().collect();
    match letters.as_slice() {
        [b'T', b'V', b'o' | b'p' | b'q' | b'r', ..] | [b'f', b'0', b'V', b'M', b'R', ..] => {
            Some(Active::Program)
        }
        [b'0', b'M', b'8', b'R', b'4', ..] | [b'U', b'E', b's', b'D', ..] => {
            Some(Active::OleObject)
        }
        _ => None,
    }
}

fn look_at_element(tag: Tag<'_>, found: &mut Found<'_>) {
    match tag.name() {
        b"event-listener" | b"execute-macro" | b"library-embedded" | b"module" | b"applet" => {
            found.active(Active::Macros);
        }
        // A library that stands in another file.
        b"library" | b"library-linked" if tag.values(b"href").next().is_some() => {
            found.active(Active::Macros);
        }
        b"dde-connection-decl" | b"dde-source" | b"dde-link" => found.active(Active::Dde),
        // A form of `XForms` that is sent.
        b"submission" => found.active(Active::SubmitForm),
        b"property" if tag.values(b"property-name").any(|name| name == "TargetURL") => {
            let goes_elsewhere = |text: String| found.targets.parse(&text) > Target::Inside;
            if tag.values(b"string-value").any(goes_elsewhere) {
                found.active(Active::SubmitForm);
            }
        }
        b"changed-region" => found.report.traces.push(Trace::TrackedChanges),
        b"annotation" => found.report.traces.push(Trace::Comments),
        _ => {}
    }
    for (name, value) in tag.attributes() {
        let is_reference = SOURCES.contains(&xml::local(name));
        // Buttons, menus and keys name a macro in attributes of many names.
        let names_script = value.len() > b"macro:".len()
            && value.iter().any(|byte| matches!(byte, b':' | b'%' | b'&'));
        if !is_reference && !names_script {
            continue;
        }
        let text = xml::unescaped(value);
        let target = found.targets.parse(&text);
        if target == Target::Script {
            found.active(Active::Macros);
        } else if is_reference {
            found.report.active.extend(reference(tag.name(), target, &text));
        }
    }
}

/// Attributes that say where something is: links and pictures, data of `XForms`, pictures and tables of
/// forms, tables of fields, and what these are relative to.
const SOURCES: [&[u8]; 6] =
    [b"href", b"src", b"image-data", b"datasource", b"database-name", b"base"];

/// Returns what an element does with the target that it refers to.
fn reference(element: &[u8], target: Target, text: &str) -> Option<Active> {
    match element {
        // A form that is sent, or a button that opens what it names.
        b"form" | b"button" | b"image-frame" => match target {
            Target::Server => Some(Active::ServerName),
            _ => (target > Target::Inside).then_some(Active::SubmitForm),
        },
        // A link, or the hot area of a picture: they wait for a click.
        b"a" | b"area-rectangle" | b"area-circle" | b"area-polygon" => {
            policy::active(Use::Link(text), target)
        }
        b"script" => Some(Active::Macros),
        b"object" | b"object-ole" | b"template" => policy::active(Use::Runs, target),
        // Where it leads is what comes after the document: the same path is the document itself.
        b"auto-reload" if target < Target::Web => None,
        // A picture that stands in the attribute itself.
        _ if text.starts_with("data:image/") => None,
        _ => policy::active(Use::Shows, target),
    }
}
