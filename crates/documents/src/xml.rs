//! Reads XML as far as office programs write it: no entities but the five that XML knows, and
//! nothing behind a document type declaration that could define others.

use crate::{bytes::has_twice, encoding};

/// What comes next in a part.
pub(crate) enum Event<'a> {
    /// The beginning of an element, or all of an empty one.
    Start(Tag<'a>),
    /// The end of the element of this name, without its prefix.
    End(&'a [u8]),
    /// Text, as it is written.
    Text(&'a [u8]),
    /// The declaration of a document type, without its marks. It is the last event where it has an
    /// internal subset, since nothing behind that can be relied on.
    Doctype(&'a [u8]),
}

impl Event<'_> {
    /// Returns how deeply nested is what follows, if this stands at a depth.
    pub(crate) fn depth(&self, depth: usize) -> usize {
        match self {
            Event::Start(tag) if !tag.is_empty() => depth.saturating_add(1),
            Event::End(_) => depth.saturating_sub(1),
            _ => depth,
        }
    }
}

/// The events of a part in UTF-8, to its end or to what is no XML.
pub(crate) struct Events<'a> {
    rest: &'a [u8],
}

impl<'a> Events<'a> {
    pub(crate) fn of(part: &'a [u8]) -> Self {
        Self { rest: part }
    }

    /// Returns what stands before `mark`, which is skipped; all of the rest where it is missing.
    fn until(&mut self, mark: &[u8]) -> &'a [u8] {
        let length = crate::bytes::find(self.rest, mark).unwrap_or(self.rest.len());
        let (before, after) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = after.get(mark.len()..).unwrap_or_default();
        before
    }

    /// Returns up to the `>` that stands in no attribute.
    fn tag(&mut self) -> &'a [u8] {
        let mut end = 0;
        loop {
            let rest = self.rest.get(end..).unwrap_or_default();
            let mark = rest.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\''));
            let Some((mark, behind)) = mark.and_then(|at| rest.get(at..)?.split_first()) else {
                end = self.rest.len();
                break;
            };
            end = self.rest.len() - behind.len();
            if *mark == b'>' {
                end -= 1;
                break;
            }
            let closing = behind.iter().position(|byte| byte == mark);
            end += closing.map_or(behind.len(), |at| at + 1);
        }
        let (tag, after) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = after.get(1..).unwrap_or_default();
        tag
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        loop {
            let [first, after @ ..] = self.rest else { return None };
            if *first != b'<' {
                let length = self.rest.iter().position(|byte| *byte == b'<');
                let (text, rest) = self.rest.split_at_checked(length.unwrap_or(self.rest.len()))?;
                self.rest = rest;
                return Some(Event::Text(text));
            }
            self.rest = after;
            match after {
                [b'?', ..] => _ = self.until(b"?>"),
                [b'!', b'-', b'-', ..] => _ = self.until(b"-->"),
                [b'!', b'[', ..] => {
                    return Some(Event::Text(self.until(b"]]>").get(b"![CDATA[".len()..)?));
                }
                [b'!', ..] => {
                    let declaration = self.tag();
                    if declaration.contains(&b'[') {
                        self.rest = &[];
                    }
                    return Some(Event::Doctype(declaration));
                }
                [b'/', ..] => {
                    let name = self.tag().get(1..).unwrap_or_default();
                    return Some(Event::End(local(name.trim_ascii_end())));
                }
                _ => return Some(Event::Start(Tag(self.tag()))),
            }
        }
    }
}

/// An element's name and attributes.
#[derive(Clone, Copy)]
pub(crate) struct Tag<'a>(&'a [u8]);

impl<'a> Tag<'a> {
    /// Returns its name without the prefix: whichever a writer has chosen.
    pub(crate) fn name(self) -> &'a [u8] {
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
        local(self.0.split(is_end).next().unwrap_or_default())
    }

    /// Returns whether the element ends where it begins: `<a/>`.
    pub(crate) fn is_empty(self) -> bool {
        self.0.ends_with(b"/")
    }

    /// Returns the value of the attribute of this name that has no prefix; empty where there is
    /// none. An attribute with a prefix belongs to another namespace and is another attribute.
    pub(crate) fn attribute(self, name: &[u8]) -> String {
        let own = self.attributes().find(|(own, _)| *own == name);
        own.map(|(_, value)| unescaped(value)).unwrap_or_default()
    }

    /// Returns the values of all attributes of this name, whatever their prefixes: for attributes
    /// that have one, since a document may bind any prefix to their namespace.
    pub(crate) fn values(self, name: &[u8]) -> impl Iterator<Item = String> {
        let own = self.attributes().filter(move |(own, _)| local(own) == name);
        own.map(|(_, value)| unescaped(value))
    }

    /// Returns whether two attributes have the same name, of which readers see the first, the last,
    /// or an error; or there are more than any writer has a use for, so that they are not compared.
    pub(crate) fn has_duplicates(self) -> bool {
        self.survey(|_| false).0
    }

    /// Returns the same, and whether an attribute has a name of this kind.
    pub(crate) fn survey(self, is_wanted: fn(&[u8]) -> bool) -> (bool, bool) {
        if self.0.len() < SHORTEST_WITH_ATTRIBUTE {
            return (false, false);
        }
        // Nearly all elements have but a few, for which a list needs no memory of its own.
        let mut few: [&[u8]; 8] = [b""; 8];
        let mut count = 0;
        let mut has_wanted = false;
        for (name, _) in self.attributes() {
            has_wanted |= is_wanted(name);
            if few.iter().take(count).any(|seen| *seen == name) || count == MOST_ATTRIBUTES {
                return (true, true);
            }
            if let Some(free) = few.get_mut(count) {
                *free = name;
            }
            count += 1;
        }
        let has_many = count > few.len();
        let is_there_twice =
            has_many && has_twice(self.attributes().map(|(name, _)| name.to_vec()).collect());
        (is_there_twice, has_wanted)
    }

    /// Returns the name and value of each attribute, as they are written.
    pub(crate) fn attributes(self) -> Attributes<'a> {
        Attributes(self.0)
    }
}

/// Bytes of `a b=`: a tag with fewer has no attribute, and a part may have millions of these.
const SHORTEST_WITH_ATTRIBUTE: usize = 4;

/// Attributes of one element. The root of a document of `LibreOffice` has 45.
const MOST_ATTRIBUTES: usize = 512;

/// The attributes of a tag, in order. Pages leave out the quotes.
pub(crate) struct Attributes<'a>(&'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let equals = self.0.iter().position(|byte| *byte == b'=')?;
        let (before, after) = self.0.split_at_checked(equals)?;
        let after = after.get(1..)?.trim_ascii_start();
        let name = before.trim_ascii_end().rsplit(u8::is_ascii_whitespace).next()?;
        let (value, rest) = match after.split_first()? {
            (quote @ (b'"' | b'\''), quoted) => until(quoted, |byte| byte == quote),
            _ => until(after, u8::is_ascii_whitespace),
        };
        self.0 = rest;
        Some((name, value))
    }
}

/// Returns what stands before the first byte that is an end, and what behind it.
fn until(bytes: &[u8], is_end: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    let mut parts = bytes.splitn(2, is_end);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// Returns a name without its prefix.
pub(crate) fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}

/// Returns the text that stands for itself once its entities are replaced; an unknown one stays.
pub(crate) fn unescaped(written: &[u8]) -> String {
    let mut pieces = written.split(|byte| *byte == b'&');
    let mut text = encoding::utf8(pieces.next().unwrap_or_default());
    for piece in pieces {
        let end = piece.iter().position(|byte| *byte == b';').unwrap_or(piece.len());
        let (name, after) = piece.split_at_checked(end).unwrap_or_default();
        let known = entity(name);
        text.push(known.unwrap_or('&'));
        let rest = if known.is_some() { after.get(1..) } else { Some(piece) };
        text.push_str(&encoding::utf8(rest.unwrap_or_default()));
    }
    text
}

pub(crate) fn entity(name: &[u8]) -> Option<char> {
    match name {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        [b'#', b'x', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    }
}

/// Returns the character of this number, written in this base.
pub(crate) fn number(digits: &[u8], base: u32) -> Option<char> {
    let number = digits.iter().try_fold(0_u32, |number, digit| {
        number.checked_mul(base)?.checked_add(char::from(*digit).to_digit(base)?)
    });
    char::from_u32(number?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes events down, one letter and its content each.
    fn told(part: &str) -> Vec<String> {
        let told = |event| match event {
            Event::Start(tag) => format!("<{}", encoding::utf8(tag.name())),
            Event::End(_) => ">".into(),
            Event::Text(text) => format!("'{}", unescaped(text)),
            Event::Doctype(_) => "!".into(),
        };
        Events::of(part.as_bytes()).map(told).collect()
    }

    #[test]
    fn what_office_programs_write() {
        assert_eq!(
            told("<?xml version='1.0'?><w:p a='>'><!-- <x> --><w:t>A &amp; B</w:t><br/></w:p>"),
            ["<p", "<t", "'A & B", ">", "<br", ">"]
        );
        assert_eq!(told("<a><![CDATA[<b>]]></a>"), ["<a", "'<b>", ">"]);
    }

    #[test]
    fn nothing_is_read_behind_a_document_type() {
        let part = "<!DOCTYPE x [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><x>&b;</x>";
        assert_eq!(told(part), ["!"]);
        assert_eq!(told("<!DOCTYPE x SYSTEM 'a>b'><x/>"), ["!", "<x"]);
    }

    #[test]
    fn what_is_no_xml_ends() {
        for part in ["<", "<a", "<a b='", "<!--", "<![CDATA[", "<?", "</", "<a b=", "&", "<>"] {
            told(part);
        }
    }

    #[test]
    fn attributes_by_name() {
        let part = "<r x:Target='no' Id = \"1\" Target='a&#233;&lt;&#xE9;&unknown;' Empty=''/>";
        let Some(Event::Start(tag)) = Events::of(part.as_bytes()).next() else { panic!() };
        assert_eq!(tag.attribute(b"Id"), "1");
        assert_eq!(tag.attribute(b"Target"), "aé<é&unknown;");
        assert_eq!(tag.attribute(b"Empty"), "");
        assert_eq!(tag.attribute(b"Missing"), "");
        assert_eq!(tag.values(b"Target").collect::<Vec<_>>(), ["no", "aé<é&unknown;"]);
        assert!(!tag.has_duplicates());
    }

    #[test]
    fn attributes_that_come_twice() {
        let many = "<r a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' i=''/>";
        let (twice, once) = ("<r a='1' b='2' a='3'/>", "<r a='1' x:a='2'/>");
        for (part, expect) in [(twice, true), (once, false), (many, true)] {
            let Some(Event::Start(tag)) = Events::of(part.as_bytes()).next() else { panic!() };
            assert_eq!(tag.has_duplicates(), expect, "{part}");
        }
    }
}
