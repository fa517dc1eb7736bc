//! Pages, drawings and style sheets inside documents.

use miniz_oxide::deflate::compress_to_vec;

use super::look;
use crate::{
    Active, Damage, Limits, inspect,
    samples::{WordPackage, open_text},
};

/// Returns what is found where a drawing stands in a DOCX, and in an ODT.
fn drawing(inside: &str) -> [Vec<Active>; 2] {
    let svg = format!("<svg xmlns:xlink='http://www.w3.org/1999/xlink'>{inside}</svg>");
    let word = WordPackage::default().related("image", "media/a.svg", "");
    let word = word.with("word/media/a.svg", svg.as_bytes()).finish();
    [word, open_text("", &[("Pictures/a.svg", svg.as_bytes())])].map(|file| look(&file).active)
}

#[test]
fn scripts_of_drawings_are_refused() {
    for inside in [
        "<script>alert(1)</script>",
        "<script xlink:href='a.js'/>",
        "<SCRIPT/>",
        "<rect onload='alert(1)'/>",
        "<rect ONCLICK='x'/>",
        "<a xlink:href='javascript:alert(1)'/>",
        "<a xlink:href='&#106;ava&Tab;script:alert(1)'/>",
        "<a xlink:href=' java&#0;script&#58;alert(1)'/>",
        "<image href='VBScript:x'/>",
        "<a href='vb&NewLine;script&colon;x'/>",
        "<animate attributeName='href' values='#a;javascript:alert(1)'/>",
        "<set attributeName='onmouseover' to='alert(1)'/>",
        "<foreignObject><body onload='x'/></foreignObject>",
    ] {
        for active in drawing(inside) {
            assert!(active.contains(&Active::Program), "{inside}: {active:?}");
        }
    }
}

#[test]
fn what_drawings_load() {
    for (inside, expect) in [
        ("<image xlink:href='http://a/x.png'/>", Active::RemoteContent),
        ("<style>@import 'http://a/x.css';</style>", Active::RemoteContent),
        ("<style>@\\69mport/**/url(http://a/x.css)</style>", Active::RemoteContent),
        ("<rect style='fill:u\\72l(http://a/x.svg#b)'/>", Active::RemoteContent),
        ("<rect fill='url(&quot;http://a/x.svg#b&quot;)'/>", Active::RemoteContent),
        ("<foreignObject><iframe src='http://a'/></foreignObject>", Active::RemoteContent),
        ("<rect style='fill:url(\\2f\\2fh/x)'/>", Active::ServerName),
        ("<style>p{background:url(\\5c\\5ch\\5cx)}</style>", Active::ServerName),
        ("<use href='//h/a.svg#b'/>", Active::ServerName),
    ] {
        for active in drawing(inside) {
            assert!(active.contains(&expect), "{inside}: {active:?}");
        }
    }
    for inside in [
        "<linearGradient id='g'/><rect fill='url(#g)' style='stroke:url(#g)'/>",
        "<style>.a{fill:red} @media print {p{color:red}}</style>",
        "<image xlink:href='data:image/png;base64,iVBORw0KGgo='/>",
        "<foreignObject><div>Bonjour</div></foreignObject>",
        "<a xlink:href='https://a'><text>on</text></a>",
    ] {
        assert_eq!(drawing(inside), [vec![], vec![]], "{inside}");
    }
}

/// Returns what is found in a page that the document takes in.
fn page(html: &[u8]) -> Vec<Active> {
    let word = WordPackage::of("<w:altChunk r:id='r0'/>").related("aFChunk", "a.html", "");
    look(&word.with("word/a.html", html).finish()).active
}

#[test]
fn servers_in_pages_by_any_spelling() {
    for page_text in [
        "<p style='background:u\\rl(\\2f\\2fh/x)'>",
        "<style>body{background:\\000075rl('file:\\2f \\2f h/x')}</style>",
        "<style>p{background:url(\\5c\\5ch\\5cx)}</style>",
        "<style>@\\69mport 'f\\69le:\\2f/h/a.css';</style>",
        "<style>@import/**/url('file:/\\/h/a.css');</style>",
        "<img src='&#92&#92h&#92x.png'>",
        "<img src='&#x5C&#X5c;h&bsol;x.png'>",
        "<img src='&sol;&sol;h/x.png'>",
        "<img src='\\\n\\h/x.png'>",
        "<img src='file&colon;&Tab;//h/x.png'>",
    ] {
        let active = page(format!("<html><body>{page_text}</body></html>").as_bytes());
        assert!(active.contains(&Active::ServerName), "{page_text}: {active:?}");
    }
}

#[test]
fn pages_in_other_encodings_and_with_scripts() {
    for text in [
        "<html><meta charset='UTF-7'>+ADw-img src=+ACIAXABc-h+AFw-x+ACI-+AD4-</html>",
        "<html><script>x</script></html>",
        "<p onclick='x'>a</p>",
    ] {
        assert!(page(text.as_bytes()).contains(&Active::Program), "{text}");
    }
    for text in
        ["<html><style>p{color:red}</style><p>Bonjour&nbsp;!</p></html>", "<p>a & b &c; &#x;</p>"]
    {
        assert_eq!(page(text.as_bytes()), [Active::EmbeddedFile], "{text}");
    }
}

/// Returns a text in base 64.
fn base64(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32, place: u32| char::from(LETTERS[(bits >> place & 63) as usize]);
    let four = |three: &[u8]| {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        [18, 12, 6, 0].map(|place| letter(bits, place))
    };
    text.as_bytes().chunks(3).flat_map(four).collect()
}

#[test]
fn what_stands_in_an_address_is_looked_into() {
    let script = "<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>";
    let percent = "%3Csvg%20onload%3D%22x%22%3E%3C/svg%3E";
    let nested = format!("<svg><image href='data:image/svg+xml;base64,{}'/></svg>", base64(script));
    for address in [
        format!("data:image/svg+xml;base64,{}", base64(script)),
        format!("DATA:Image/SVG+xml;charset=utf-8; Base64 ,{}", base64(script).replace('S', "%53")),
        format!("data:image/png;base64,{}", base64(&format!(" \n{script}"))),
        format!("d&#97;ta:image/svg+xml;base64&#44;{}", base64("<svg onload='x'/>")),
        format!("data:image/svg+xml,{percent}"),
        format!("data:application/xhtml+xml,{percent}"),
        format!("data:image/svg+xml;base64,{}", base64(&nested)),
    ] {
        for element in ["image href", "iframe src", "object data", "embed src", "img srcset"] {
            let text = format!("<{element}=\"{address}\"/>");
            for active in drawing(&text) {
                assert!(active.contains(&Active::Program), "{text}: {active:?}");
            }
        }
    }
    let plain = base64("<svg><rect fill='red'/></svg>");
    for inside in [
        format!("<image xlink:href='data:image/svg+xml;base64,{plain}'/>"),
        "<image xlink:href='data:image/svg+xml,%3Csvg%3E%3Crect/%3E%3C/svg%3E'/>".to_owned(),
        "<style>@font-face{src:url(data:font/woff2;base64,d09GMgABAAAAAA)}</style>".to_owned(),
    ] {
        assert_eq!(drawing(&inside), [vec![], vec![]], "{inside}");
    }
}

#[test]
fn addresses_within_each_other_are_bounded() {
    let wrapped = |inner: String, _| {
        format!("<svg><image href='data:image/svg+xml;base64,{}'/></svg>", base64(&inner))
    };
    for (times, expect) in [(3, None), (4, Some(Damage::TooComplex)), (8, Some(Damage::TooComplex))]
    {
        let svg = (0..times).fold("<svg/>".to_owned(), wrapped);
        let report = look(&open_text("", &[("Pictures/a.svg", svg.as_bytes())]));
        assert_eq!(report.damage, expect, "{times}");
    }
}

/// Returns the content packed with gzip, with a name in its header.
fn gzip(content: &[u8]) -> Vec<u8> {
    let header = b"\x1F\x8B\x08\x08\0\0\0\0\0\x03a\0";
    [header.as_slice(), &compress_to_vec(content, 6), &[0; 8]].concat()
}

#[test]
fn drawings_that_are_packed_once_more() {
    let look = |content: &[u8]| look(&open_text("", &[("Pictures/a.svgz", &gzip(content))]));
    let mut enhanced = vec![0; 100];
    enhanced.splice(40..44, *b" EMF");
    for drawing in [b"<svg/>".as_slice(), &enhanced, b"\xD7\xCD\xC6\x9A\0\0"] {
        assert_eq!(look(drawing).active, [], "{}", drawing.escape_ascii());
    }
    for other in [b"<svg><script/></svg>".as_slice(), b"MZ\x90\0", b"x", &[0; 600]] {
        assert_eq!(look(other).active, [Active::Program], "{}", other.escape_ascii());
    }
    let bomb = [b"<svg>".to_vec(), vec![b' '; 64 << 20]].concat();
    assert_eq!(look(&bomb).damage, Some(Damage::TooComplex));
}

#[test]
fn films_and_sounds_elsewhere_are_told() {
    for (element, expect) in [
        ("<draw:plugin xlink:href='http://a/x.mp4'/>", Active::RemoteContent),
        ("<presentation:sound xlink:href='http://a/x.mp3'/>", Active::RemoteContent),
        ("<anim:audio xlink:href='https://a/x.mp3'/>", Active::RemoteContent),
        ("<draw:plugin xlink:href='file:///C:/x.mp4'/>", Active::ExternalRelationship),
        ("<draw:plugin xlink:href='//h/x.mp4'/>", Active::ServerName),
        ("<anim:video xlink:href='smb://h/x'/>", Active::ServerName),
    ] {
        assert_eq!(look(&open_text(element, &[])).active, [expect], "{element}");
    }
}

#[test]
fn an_element_within_the_code_of_a_field_is_ambiguous() {
    for code in ["DD<w:x/>EAUTO", "DD<w:x>z</w:x>EAUTO"] {
        let body = format!(
            "<w:p><w:r><w:fldChar w:fldCharType='begin'/><w:instrText>{code}</w:instrText>\
             <w:fldChar w:fldCharType='end'/></w:r></w:p>"
        );
        assert_eq!(
            look(&WordPackage::of(&body).finish()).damage,
            Some(Damage::Ambiguous),
            "{code}"
        );
    }
}

#[test]
fn marks_without_an_end_are_read_once() {
    // Were all of the rest read for each mark, this would never end.
    for mark in ["@import", "url(\"", "@import url(x", "\\'@import", " //", "<!a>", "&#x41;"] {
        let text = format!("<html>{}", mark.repeat(300_000 / mark.len()));
        let word = WordPackage::of("<w:altChunk r:id='r0'/>").related("aFChunk", "a.html", "");
        look(&word.with("word/a.html", text.as_bytes()).finish());
        look(&open_text("", &[("Pictures/a.html", text.as_bytes())]));
    }
}

#[test]
fn long_pages_are_not_looked_through() {
    let page = b"<html><p>Bonjour</p></html>";
    let word = WordPackage::of("<w:altChunk r:id='r0'/>").related("aFChunk", "a.html", "");
    let word = word.with("word/a.html", page).finish();
    // Once for what runs, once for servers.
    for (page_bytes, expect) in
        [(2 * page.len(), None), (2 * page.len() - 1, Some(Damage::TooComplex))]
    {
        let limits = Limits { page_bytes, ..Limits::default() };
        assert_eq!(inspect(&word, &limits).damage, expect);
    }
}

#[test]
fn the_words_that_may_be_servers_are_bounded() {
    let mail = format!("MIME-Version: 1.0\n\n{}", " // ./".repeat(2_000));
    let word = WordPackage::of("<w:altChunk r:id='r0'/>").related("aFChunk", "a.mht", "");
    let word = word.with("word/a.mht", mail.as_bytes()).finish();
    for (targets, expect) in [(1 << 20, None), (1_000, Some(Damage::TooComplex))] {
        let limits = Limits { targets, ..Limits::default() };
        assert_eq!(inspect(&word, &limits).damage, expect);
    }
}
