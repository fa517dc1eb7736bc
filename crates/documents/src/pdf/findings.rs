//! Looks through every object for what acts, what is attached and what tells of the author.

mod action;
mod content;
mod drawn;
mod inside;
mod keys;
mod script;

use content::Drawing;
use drawn::Forms;

use super::{
    Depth,
    document::Document,
    indirect::Indirect,
    lexer::{Bracket, Lexer, Token},
    security::Lock,
    strings::Name,
    value::Value,
};
use crate::{
    Active, Damage, Limits,
    names::{FILES, Names},
    zip::Unpacker,
};

/// What is found in the objects of a document, whether a page leads to them or not: what hides
/// may be found by a reader too.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) active: Vec<Active>,
    pub(super) damage: Option<Damage>,
    pub(super) has_fonts: bool,
    pub(super) has_pictures: bool,
    /// A picture says where it was taken.
    pub(super) has_location: bool,
    /// What the files inside are called.
    pub(super) files: Vec<String>,
}

impl Findings {
    pub(super) fn of(document: &mut Document, depth: Depth, limits: &Limits) -> Self {
        let (found, packed) = Search::through(document, depth, limits);
        if packed.is_empty() {
            return found;
        }
        // No table leads to these object streams, and what is in them may change what was read.
        document.open_streams(&packed);
        Search::through(document, depth, limits).0
    }
}

/// A search through every object.
struct Search<'s> {
    document: &'s Document<'s>,
    depth: Depth,
    limits: &'s Limits,
    found: Findings,
    /// Unpacks what is in the files inside.
    unpacker: Unpacker<'s>,
    /// Bytes of streams that are not read here, and how many of them come out of these.
    packed: usize,
    unpacked: usize,
    names: Names,
    /// Where the files inside that have been looked into begin.
    files: Vec<usize>,
    /// Bytes of content that may still be looked into.
    content: usize,
    drawings: Vec<Drawing>,
    /// Where the streams of these begin, each with its place among them.
    places: Vec<(u32, u32)>,
    /// Whether there are forms, or content in parts, so that something may be drawn more than once.
    has_parts: bool,
    forms: Forms<'s>,
}

impl<'s> Search<'s> {
    /// Returns what is found, and where object streams begin that are still packed.
    fn through(document: &Document, depth: Depth, limits: &Limits) -> (Findings, Vec<usize>) {
        let inside = Limits { unpacked_bytes: limits.unpacked_bytes / 2, ..*limits };
        let mut search = Search {
            document,
            depth,
            limits,
            found: Findings::default(),
            unpacker: Unpacker::new(&inside),
            packed: 0,
            unpacked: 0,
            names: Names::at_most(FILES),
            files: Vec::new(),
            content: limits.pdf_content_bytes,
            drawings: Vec::new(),
            places: Vec::new(),
            has_parts: false,
            forms: Forms::default(),
        };
        let mut packed = Vec::new();
        for (at, object) in document.every() {
            // To look through it once more takes half as long as to find where it ends.
            document.budget().spend(object.body.len() / 2);
            if document.budget().is_spent() {
                break;
            }
            if !search.look_through(&object) {
                document.budget().give_up();
            }
            if let (Some(_), Value::Dict(dict)) = (object.stream, object.value) {
                let is_packed = search.look_inside(&object, dict);
                packed.extend(at.filter(|_| is_packed));
            }
        }
        if search.has_parts && !document.budget().is_spent() {
            search.weigh_pages();
        }
        search.found.files = search.names.into_vec();
        (search.found, packed)
    }

    /// Goes through an object and all that stands in it; false where it is nested too deeply.
    fn look_through(&mut self, object: &Indirect<'s>) -> bool {
        // Content may be a list of parts that stands by itself.
        self.has_parts |=
            matches!(object.value, Value::Array(list) if list.begins_with_reference());
        let mut lexer = Lexer::new(object.body, 0);
        let mut open: Vec<Within> = Vec::new();
        let mut is_sound = is_closed(object);
        while let Some(token) = lexer.token() {
            if self.document.budget().is_spent() {
                return true;
            }
            if let Some(Within::Dict(dict)) = open.last_mut() {
                match (dict.key.take(), token) {
                    (None, Token::Name(name)) => {
                        dict.key = Some(name);
                        dict.keep(name, &mut lexer, self.document);
                        self.key(name);
                        continue;
                    }
                    (Some(key), Token::Name(name)) => self.pair(key, name),
                    (Some(key), Token::Open(_)) => self.has_parts |= key.is(b"Contents"),
                    (Some(_), Token::Close(_)) => is_sound = false,
                    _ => {}
                }
            }
            match token {
                Token::Open(_) if open.len() >= self.limits.nesting => return false,
                Token::Open(Bracket::Array) => open.push(Within::Array),
                Token::Open(Bracket::Dict) => open.push(Within::Dict(Entries::default())),
                Token::Close(bracket) => match (bracket, open.pop()) {
                    (Bracket::Dict, Some(Within::Dict(dict))) => self.judge(object, &dict),
                    (Bracket::Array, Some(Within::Array)) => {}
                    (_, other) => {
                        is_sound = false;
                        open.extend(other);
                    }
                },
                Token::Word(word) => is_sound &= open.is_empty() || KNOWN.contains(&word),
                _ => {}
            }
        }
        is_sound &= open.is_empty();
        while let Some(within) = open.pop() {
            if let Within::Dict(dict) = within {
                self.judge(object, &dict);
            }
        }
        if !is_sound {
            self.look_for_names(object);
        }
        true
    }

    /// Looks for names that act in an object that readers take apart in different ways: a bracket is
    /// missing or does not match, or a word stands where none belongs.
    fn look_for_names(&mut self, object: &Indirect) {
        let mut lexer = Lexer::new(object.rest, 0);
        for _ in 0..MOST_TOKENS {
            match lexer.token() {
                Some(Token::Name(name)) if name.is(b"JavaScript") => {
                    self.found.active.push(Active::Script);
                }
                Some(Token::Name(name)) => {
                    let told = named(&action::TOLD, name);
                    // It is not known what such an action waits for.
                    if told.is_some() || name.among(&action::LOUD).is_some() {
                        self.found.active.push(Active::Automatic);
                    }
                    self.found.active.extend(told);
                }
                Some(Token::Word(b"endobj")) if ends(&mut lexer) => break,
                None => break,
                _ => {}
            }
        }
        self.document.budget().spend(lexer.reach());
    }

    fn key(&mut self, key: Name) {
        let active = [
            (b"AA".as_slice(), Active::AdditionalActions),
            (b"OpenAction", Active::OpenAction),
            (b"EF", Active::EmbeddedFile),
            (b"XFA", Active::Xfa),
            (b"AlternatePresentations", Active::Automatic),
            // The script of a 3D model.
            (b"OnInstantiate", Active::Script),
        ];
        self.found.active.extend(named(&active, key));
        self.found.has_fonts |= key.is(b"BaseFont");
        if matches!(self.document.lock, Lock::None) && key.is(b"Encrypt") {
            // A reader that takes this trailer reads other texts than we do.
            self.found.damage.get_or_insert(Damage::Ambiguous);
        }
    }

    fn pair(&mut self, key: Name, name: Name) {
        self.found.has_fonts |= key.is(b"Type") && name.is(b"Font");
        self.found.has_pictures |= key.is(b"Subtype") && name.is(b"Image");
        self.has_parts |= key.is(b"Subtype") && name.is(b"Form");
    }
}

/// The words that belong into an array or a dictionary.
const KNOWN: [&[u8]; 4] = [b"R", b"true", b"false", b"null"];

/// Tokens of an unsound object that are looked at. Large tables have as many.
const MOST_TOKENS: usize = 1 << 16;

/// Returns whether behind an object comes what belongs there. A container is looked through to its
/// end; a name or a number may be the beginning of something that is cut into two objects.
fn is_closed(object: &Indirect) -> bool {
    let is_plain = !matches!(object.value, Value::Array(_) | Value::Dict(_));
    let mut lexer = Lexer::new(object.rest.get(object.body.len()..).unwrap_or_default(), 0);
    !object.is_in_file || !is_plain || lexer.word(b"endobj") || ends(&mut lexer)
}

/// Returns whether an object ends here: another one, a table or nothing follows.
fn ends(lexer: &mut Lexer) -> bool {
    let before = lexer.at();
    let follows = lexer.token();
    lexer.go_to(before);
    match follows {
        Some(Token::Integer(_)) | None => true,
        Some(Token::Word(word)) => [b"xref".as_slice(), b"trailer", b"startxref"].contains(&word),
        _ => false,
    }
}

/// To judge a value takes about as long as to read this many bytes.
const JUDGING: usize = 64;

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
    /// The entries that matter to what acts, all of them where a key stands twice.
    kept: Vec<(Name<'a>, Value<'a>)>,
}

impl<'a> Entries<'a> {
    /// Keeps the value that comes next if its key matters.
    fn keep(&mut self, key: Name<'a>, lexer: &mut Lexer<'a>, document: &Document) {
        if key.among(&action::KEYS).is_none() || document.budget().is_spent() {
            return;
        }
        let before = lexer.at();
        let value = lexer.value();
        document.budget().spend(lexer.at() - before + JUDGING);
        lexer.go_to(before);
        self.kept.extend(value.map(|value| (key, value)));
    }
}

fn named(known: &[(&[u8], Active)], name: Name) -> Option<Active> {
    let is_escaped = name.0.contains(&b'#');
    let is = |(known, _): &&(&[u8], Active)| name.0 == *known || is_escaped && name.is(known);
    known.iter().find(is).map(|(_, active)| *active)
}
