use crate::{Kind, zip::Archive};

/// What document, if any, a ZIP's entries make up.
///
/// Of a damaged archive part of the entries may be missing; what is left then suffices to name
/// the kind it was meant to be.
pub(crate) fn kind(archive: &Archive<'_>) -> Kind {
    open_document(archive).or_else(|| open_xml(archive)).unwrap_or(Kind::Zip)
}

/// `OpenDocument` puts its media type first and unpacked, so that it stands at a fixed place.
fn open_document(archive: &Archive<'_>) -> Option<Kind> {
    let first = archive.entries.iter().min_by_key(|entry| entry.start)?;
    if first.name != b"mimetype" || !first.stored {
        return None;
    }
    let whole = archive.damage.is_none();
    let kind = first.packed.strip_prefix(b"application/vnd.oasis.opendocument.")?;
    let is = |name: &[u8]| {
        if whole {
            kind.trim_ascii_end() == name
        } else {
            // Without the directory nobody says where the content ends.
            kind.starts_with(name)
        }
    };
    if whole && !archive.has(b"content.xml") {
        return None;
    }
    if is(b"text") {
        Some(Kind::Odt)
    } else if is(b"spreadsheet") {
        Some(Kind::Spreadsheet)
    } else if is(b"presentation") {
        Some(Kind::Presentation)
    } else {
        None
    }
}

/// Office Open XML: the main part may bear any name, but stands in the folder of its program.
fn open_xml(archive: &Archive<'_>) -> Option<Kind> {
    if !archive.has(b"[Content_Types].xml") {
        return None;
    }
    let folders =
        (archive.has_under(b"word/"), archive.has_under(b"xl/"), archive.has_under(b"ppt/"));
    match folders {
        (true, false, false) if archive.has_ending(b"vbaProject.bin") => Some(Kind::Docm),
        (true, false, false) => Some(Kind::Docx),
        (false, true, false) => Some(Kind::Spreadsheet),
        (false, false, true) => Some(Kind::Presentation),
        // None, or several: then only the relations could tell, and no program writes that.
        _ => None,
    }
}

/// Part names are compared without regard to case (ECMA-376, part 2).
impl Archive<'_> {
    fn has(&self, name: &[u8]) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    fn has_under(&self, folder: &[u8]) -> bool {
        self.entries.iter().any(|entry| {
            let start = entry.name.get(..folder.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(folder))
        })
    }

    fn has_ending(&self, ending: &[u8]) -> bool {
        self.entries.iter().any(|entry| {
            let start = entry.name.len().checked_sub(ending.len());
            let end = start.and_then(|start| entry.name.get(start..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Kind, Limits, inspect, samples};

    const ODT: &str = "application/vnd.oasis.opendocument.text";

    #[track_caller]
    fn check(parts: &[(&str, &str)], expect: Kind) {
        let report = inspect(&samples::zip(parts), &Limits::default());
        assert_eq!((report.kind, report.damage), (expect, None));
    }

    #[test]
    fn word() {
        let types = ("[Content_Types].xml", "<Types/>");
        check(&[types, ("word/document.xml", "")], Kind::Docx);
        check(&[("word/document2.xml", ""), types], Kind::Docx);
        check(&[types, ("WORD/Document.xml", "")], Kind::Docx);
        check(&[types, ("word/document.xml", ""), ("word/vbaProject.bin", "")], Kind::Docm);
        check(&[("word/document.xml", "")], Kind::Zip);
        check(&[types, ("words/document.xml", "")], Kind::Zip);
    }

    #[test]
    fn word_siblings() {
        let types = ("[Content_Types].xml", "<Types/>");
        check(&[types, ("xl/workbook.xml", "")], Kind::Spreadsheet);
        check(&[types, ("ppt/presentation.xml", "")], Kind::Presentation);
        check(&[types, ("ppt/presentation.xml", ""), ("word/document.xml", "")], Kind::Zip);
    }

    #[test]
    fn open_document() {
        let content = ("content.xml", "<x/>");
        check(&[("mimetype", ODT), content], Kind::Odt);
        check(&[("mimetype", &format!("{ODT}\n")), content], Kind::Odt);
        check(&[("mimetype", &format!("{ODT}-template")), content], Kind::Zip);
        check(&[("mimetype", &ODT.replace("text", "spreadsheet")), content], Kind::Spreadsheet);
        check(&[("mimetype", &ODT.replace("text", "presentation")), content], Kind::Presentation);
        check(&[("mimetype", "application/epub+zip"), content], Kind::Zip);
    }

    #[test]
    fn the_media_type_must_come_first_and_unpacked() {
        let content = ("content.xml", "<x/>");
        check(&[content, ("mimetype", ODT)], Kind::Zip);
        check(&[("mimetype", ODT)], Kind::Zip);
        let mut packed = samples::odt("Bonjour");
        for (signature, method) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
            let header = packed.windows(4).position(|at| at == signature).unwrap();
            packed[header + method] = 8;
        }
        let report = inspect(&packed, &Limits::default());
        assert_eq!((report.kind, report.damage), (Kind::Zip, None));
    }

    #[test]
    fn a_broken_document_keeps_its_kind() {
        for (whole, kind) in [
            (samples::docx("Bonjour"), Kind::Docx),
            (samples::odt("Bonjour"), Kind::Odt),
            (samples::docm("Bonjour"), Kind::Docm),
        ] {
            let broken = &whole[..whole.len() - 30];
            let report = inspect(broken, &Limits::default());
            assert_eq!(report.kind, kind);
            assert!(report.damage.is_some());
        }
    }
}
