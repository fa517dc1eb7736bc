//! `OpenDocument` (ISO/IEC 26300): what `LibreOffice` writes as `.odt`.

use crate::{
    Active, Encryption, Limits, Report, Trace,
    authors::Authors,
    encoding,
    xml::{self, Event, Events, Tag},
    zip::{Archive, Unpacker},
};

/// Looks through every part of a document that can be read.
pub(super) fn look_through(archive: &Archive, limits: &Limits, report: &mut Report) {
    let mut unpacker = Unpacker::new(limits);
    let mut authors = Authors::default();
    if let Some(manifest) = archive.entry(b"META-INF/manifest.xml")
        && let Some(manifest) = unpacker.whole(manifest)
    {
        Events::of(&manifest).for_each(|event| look_at_manifest(event, report));
    }
    if report.encryption == Encryption::Password {
        return;
    }
    for entry in &archive.entries {
        let under = |folder: &[u8]| entry.name.starts_with(folder) && *entry.name != *folder;
        if (under(b"Basic/") || under(b"Scripts/")) && !is_list(&entry.name) {
            report.active.push(Active::Macros);
        }
        if under(b"Pictures/") && unpacker.is_located(entry) {
            report.traces.push(Trace::Location);
        }
        if !entry.name.ends_with(b".xml") {
            continue;
        }
        let Some(part) = unpacker.whole(entry) else { continue };
        let part = encoding::xml(&part);
        let mut element: &[u8] = b"";
        for event in Events::of(&part) {
            match event {
                Event::Doctype => report.active.push(Active::Doctype),
                Event::Text(text) if is_author(element) && *entry.name == *b"meta.xml" => {
                    authors.add(&xml::unescaped(text));
                }
                Event::Text(_) => {}
                Event::End => element = b"",
                Event::Start(tag) => {
                    element = tag.name();
                    look_at_element(tag, report);
                }
            }
        }
    }
    report.damage = report.damage.or(unpacker.damage);
    report.authors = authors.into_names();
}

/// Whether a part is the list of a library, which is written without a macro in it too; or a
/// folder.
fn is_list(name: &[u8]) -> bool {
    let lists = [b"/script-lc.xml".as_slice(), b"/script-lb.xml", b"/"];
    lists.iter().any(|list| name.ends_with(list))
}

fn is_author(element: &[u8]) -> bool {
    matches!(element, b"initial-creator" | b"creator" | b"printed-by")
}

fn look_at_manifest(event: Event, report: &mut Report) {
    let Event::Start(tag) = event else { return };
    match tag.name() {
        b"encryption-data" => report.encryption = Encryption::Password,
        b"file-entry" if tag.attribute(b"media-type") == "application/vnd.sun.star.oleobject" => {
            report.active.push(Active::OleObject);
        }
        _ => {}
    }
}

fn look_at_element(tag: Tag, report: &mut Report) {
    match tag.name() {
        b"event-listener" => report.active.push(Active::Macros),
        b"dde-connection-decl" | b"dde-source" | b"dde-link" => report.active.push(Active::Dde),
        b"image" | b"section-source" | b"object" | b"object-ole" | b"floating-frame"
        | b"plugin"
            if super::is_far(&tag.attribute(b"href")) =>
        {
            report.active.push(Active::ExternalRelationship);
        }
        b"changed-region" => report.traces.push(Trace::TrackedChanges),
        b"annotation" => report.traces.push(Trace::Comments),
        _ => {}
    }
}
