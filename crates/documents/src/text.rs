use crate::{
    Kind,
    bytes::{after_blank, find, head},
};

/// How far into an XML file the element is looked for that says whether it is a web page.
const PROLOGUE_BYTES: usize = 1024;

/// What browsers take for a page when nothing else says so: the tags of the WHATWG's MIME
/// sniffing standard.
const PAGE_TAGS: &[&[u8]] = &[
    b"!doctype html",
    b"html",
    b"head",
    b"script",
    b"iframe",
    b"h1",
    b"div",
    b"font",
    b"table",
    b"a",
    b"style",
    b"title",
    b"b",
    b"body",
    b"br",
    b"p",
    b"!--",
];

/// Web page or XML, by its first tag.
pub(crate) fn markup(bytes: &[u8]) -> Option<Kind> {
    let markup = after_blank(bytes).strip_prefix(b"<")?;
    if PAGE_TAGS.iter().any(|tag| begins_with_tag(markup, tag)) {
        return Some(Kind::Html);
    }
    if begins_with_tag(markup, b"svg") {
        return Some(Kind::Xml);
    }
    let prologue = head(markup.strip_prefix(b"?xml")?, PROLOGUE_BYTES);
    let page = find(prologue, b"<html").is_some() || find(prologue, b"<!DOCTYPE html").is_some();
    Some(if page { Kind::Html } else { Kind::Xml })
}

/// Returns whether all of the file is printable UTF-8.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| {
        text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{C}'))
    })
}

/// Returns whether a tag of a web page, or a mark of a scripting language, stands anywhere in a
/// text.
pub(crate) fn has_markup(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'<').skip(1).any(|markup| {
        let is_tag = |tag: &&[u8]| begins_with_tag(markup, tag);
        PAGE_TAGS.iter().any(is_tag) || matches!(markup, [b'?' | b'%' | b'!', ..])
    })
}

fn begins_with_tag(markup: &[u8], tag: &[u8]) -> bool {
    let Some((name, rest)) = markup.split_at_checked(tag.len()) else {
        return false;
    };
    let ends = || {
        tag == b"!--" || rest.first().is_some_and(|end| *end == b'>' || end.is_ascii_whitespace())
    };
    name.eq_ignore_ascii_case(tag) && ends()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_first_tag() {
        for page in [
            "<!DOCTYPE html><title>x</title>",
            "\u{FEFF}\r\n\t<HTML lang=fr>",
            "<!-- saved from url --><html>",
            "<script >alert(1)</script>",
            "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">",
        ] {
            assert_eq!(markup(page.as_bytes()), Some(Kind::Html), "{page}");
        }
    }

    #[test]
    fn other_xml_is_xml() {
        for xml in ["<?xml version=\"1.0\"?><note/>", "<svg width=\"1\">"] {
            assert_eq!(markup(xml.as_bytes()), Some(Kind::Xml), "{xml}");
        }
    }

    #[test]
    fn a_smaller_than_sign_is_no_markup() {
        for text in ["<3", "<", "", "<abc>", "a <html>"] {
            assert_eq!(markup(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn text_is_printable_utf8() {
        assert!(is_text("Café\r\n\tà côté\n".as_bytes()));
        assert!(!is_text(b"Caf\xE9"));
        assert!(!is_text(b"a\0b"));
        assert!(!is_text(b"\x1B[31m"));
    }
}
