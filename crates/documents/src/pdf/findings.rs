mod script;

use alloc::vec::Vec;

use super::{
    document::Document,
    filters,
    indirect::Indirect,
    lexer::{Bracket, Lexer, Token},
    value::{Dict, Name, Value},
};
use crate::{Active, Limits, bytes::find, exif};

/// What is found in the objects of a document, whether a page leads to them or not: what hides
/// may be found by a reader too.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) active: Vec<Active>,
    pub(super) has_fonts: bool,
    pub(super) has_pictures: bool,
    /// A picture says where it was taken.
    pub(super) has_location: bool,
}

impl Findings {
    pub(super) fn of(document: &Document, limits: &Limits) -> Self {
        let mut findings = Self::default();
        for object in document.objects() {
            // To look through it once more takes half as long as to find where it ends.
            document.budget().spend(object.body.len() / 2);
            if !findings.look_through(object.body, limits) {
                document.budget().give_up();
            }
            if let (Some(_), Value::Dict(dict)) = (object.stream, object.value) {
                findings.has_location |= is_located(document, &object, dict);
            }
        }
        findings
    }

    /// Goes through an object and all that stands in it; false where it is nested too deeply.
    fn look_through(&mut self, body: &[u8], limits: &Limits) -> bool {
        let mut lexer = Lexer::new(body, 0);
        let mut open: Vec<Within> = Vec::new();
        while let Some(token) = lexer.token() {
            if let Some(Within::Dict(dict)) = open.last_mut() {
                match (dict.key.take(), token) {
                    (None, Token::Name(name)) => {
                        dict.key = Some(name);
                        dict.has_script |= name.is(b"JS");
                        self.key(name);
                        continue;
                    }
                    (Some(key), Token::Name(name)) => {
                        dict.has_script |= key.is(b"S") && name.is(b"JavaScript");
                        self.pair(key, name);
                    }
                    (Some(key), Token::Text(text)) if key.is(b"JS") => {
                        dict.only_formats = script::only_formats(&text.bytes());
                    }
                    _ => {}
                }
            }
            match token {
                Token::Open(_) if open.len() >= limits.nesting => return false,
                Token::Open(Bracket::Array) => open.push(Within::Array),
                Token::Open(Bracket::Dict) => open.push(Within::Dict(Entries::default())),
                Token::Close => self.close(open.pop()),
                _ => {}
            }
        }
        while let Some(within) = open.pop() {
            self.close(Some(within));
        }
        true
    }

    fn close(&mut self, within: Option<Within>) {
        if let Some(Within::Dict(dict)) = within
            && dict.has_script
        {
            self.active.push(Active::JavaScript);
            self.active.extend((!dict.only_formats).then_some(Active::Script));
        }
    }

    fn key(&mut self, key: Name) {
        let active = [
            (b"AA".as_slice(), Active::AdditionalActions),
            (b"OpenAction", Active::OpenAction),
            (b"EF", Active::EmbeddedFile),
            (b"XFA", Active::Xfa),
        ];
        self.active.extend(named(&active, key));
        self.has_fonts |= key.is(b"BaseFont");
    }

    fn pair(&mut self, key: Name, name: Name) {
        let actions = [
            (b"Launch".as_slice(), Active::Launch),
            (b"SubmitForm", Active::SubmitForm),
            (b"GoToR", Active::RemoteGoTo),
            (b"GoToE", Active::RemoteGoTo),
        ];
        if key.is(b"S") {
            self.active.extend(named(&actions, name));
        } else if key.is(b"Type") {
            self.active.extend(named(&[(b"EmbeddedFile", Active::EmbeddedFile)], name));
            self.has_fonts |= name.is(b"Font");
        } else if key.is(b"Subtype") {
            self.has_pictures |= name.is(b"Image");
        }
    }
}

/// Where a token stands.
enum Within<'a> {
    Array,
    Dict(Entries<'a>),
}

/// What has been seen of a dictionary.
#[derive(Default)]
struct Entries<'a> {
    /// The key whose value is to come.
    key: Option<Name<'a>>,
    has_script: bool,
    /// The script is one that is known to be harmless.
    only_formats: bool,
}

fn named(known: &[(&[u8], Active)], name: Name) -> Option<Active> {
    known.iter().find(|(known, _)| name.is(known)).map(|(_, active)| *active)
}

/// Whether a photograph, or what is noted about one, says where it was taken.
fn is_located(document: &Document, object: &Indirect, dict: Dict) -> bool {
    if dict.is(b"Type", b"Metadata") {
        let noted = document.data(object).unwrap_or_default();
        return find(&noted, b"exif:GPSLatitude").is_some();
    }
    let is_photograph = || match *filters::names(dict, &|value| value).as_slice() {
        [Value::Name(filter)] => filter.is(b"DCTDecode") || filter.is(b"DCT"),
        _ => false,
    };
    dict.is(b"Subtype", b"Image")
        && is_photograph()
        && document
            .beginning(object, exif::HEAD_BYTES)
            .is_some_and(|picture| exif::has_location(&picture))
}
