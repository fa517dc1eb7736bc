//! The same of what `LibreOffice` writes.

use super::look;
use crate::{Active, Encryption, Kind, Trace, samples};

const MANIFEST: (&str, &str) = ("META-INF/manifest.xml", "<manifest:manifest/>");

#[test]
fn what_acts_and_what_tells() {
    let cases: [(&str, &str, &[Active], &[Trace]); 14] = [
        ("Basic/Standard/Module1.xml", "<x/>", &[Active::Macros], &[]),
        ("Scripts/python/a.py", "", &[Active::Macros, Active::Program], &[]),
        ("Basic/", "", &[], &[]),
        ("Basic/script-lc.xml", "<x/>", &[], &[]),
        ("Basic/Standard/script-lb.xml", "<x/>", &[], &[]),
        ("a.xml", "<script:event-listener xlink:href='x'/>", &[Active::Macros], &[]),
        ("a.xml", "<text:dde-connection-decl/>", &[Active::Dde], &[]),
        ("a.xml", "<draw:image xlink:href='http://a/b'/>", &[Active::RemoteContent], &[]),
        ("a.xml", "<draw:image xlink:href='Pictures/a.png'/>", &[], &[]),
        ("a.xml", "<text:a xlink:href='http://a/b'>x</text:a>", &[], &[]),
        ("a.xml", "<text:changed-region/>", &[], &[Trace::TrackedChanges]),
        ("a.xml", "<office:annotation/>", &[], &[Trace::Comments]),
        ("meta.xml", "<meta:initial-creator>Ada</meta:initial-creator>", &[], &[Trace::Author]),
        ("content2.xml", "<dc:creator>Ada</dc:creator>", &[], &[]),
    ];
    for (name, part, active, traces) in cases {
        let file = samples::odt_of(&[MANIFEST, ("content.xml", "<x/>"), (name, part)]);
        let report = look(&file);
        assert_eq!(report.kind, Kind::Odt);
        assert_eq!((&*report.active, &*report.traces), (active, traces), "{name} {part}");
    }
}

#[test]
fn an_object_of_another_program() {
    let manifest = "<m><manifest:file-entry manifest:full-path='Object 1' \
                    manifest:media-type='application/vnd.sun.star.oleobject'/></m>";
    let file = samples::odt_of(&[("META-INF/manifest.xml", manifest), ("content.xml", "<x/>")]);
    assert_eq!(look(&file).active, [Active::OleObject]);
}

#[test]
fn the_manifest_tells_of_a_password() {
    let manifest = "<m><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></m>";
    // What is encrypted is no XML.
    let file = samples::odt_of(&[("META-INF/manifest.xml", manifest), ("content.xml", "\u{1}<!x")]);
    let report = look(&file);
    assert_eq!((report.encryption, report.damage), (Encryption::Password, None));
    assert_eq!(report.active, []);
}

#[test]
fn photographs_keep_their_place() {
    let photograph = samples::photograph(Some(true));
    let mut archive = samples::Stored::default();
    archive.add("mimetype", b"application/vnd.oasis.opendocument.text");
    archive.add(MANIFEST.0, MANIFEST.1.as_bytes()).add("content.xml", b"<x/>");
    assert_eq!(
        look(&archive.add("Pictures/a.jpg", &photograph).finish()).traces,
        [Trace::Location]
    );
}
