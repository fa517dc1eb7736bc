//! Finds every object that any reader could find, whichever table it goes by.
//!
//! Readers differ: some count offsets from the header, some take another of several tables, some
//! search the whole file where a table is damaged, and of two objects with one number some take the
//! first. So all objects are listed here, and what acts is looked for in each of them.

use std::mem;

use super::{Document, MOST_HOPS, ordered};
use crate::{
    Limits,
    bytes::find,
    pdf::{
        indirect::{Indirect, NO_NUMBER},
        lexer::{Lexer, is_blank},
        repair,
        value::Value,
        xref::{self, Place},
    },
};

impl Document<'_> {
    /// Lists every object, by all tables and by a search through the whole file. `header` is where
    /// the PDF's header stands.
    pub(in crate::pdf) fn find_every(&mut self, header: usize, limits: &Limits) {
        if self.budget.is_spent() {
            return;
        }
        xref::every(self.bytes, header, limits, self.budget, &mut self.every);
        let (mut in_file, mut places) = taken_apart(&self.every);
        self.every = Vec::new();
        let is_found = search(self.bytes, self.most_objects.saturating_mul(2), &mut in_file);
        if !is_found {
            self.budget.give_up();
            return;
        }
        let mut in_file = ordered(in_file, (0, 0));
        in_file.dedup();
        let mut last = None;
        places.extend(in_file.into_iter().map(|(at, number)| {
            let is_again = last.replace(at) == Some(at);
            let at = at as usize;
            (number, if is_again { Place::Again(at) } else { Place::At(at) })
        }));
        self.every = places;
        self.opened = ordered(mem::take(&mut self.opened), (0, 0));
        self.sort_every();
    }

    fn sort_every(&mut self) {
        let places = mem::take(&mut self.every);
        self.every = ordered(places, (0, Place::Free));
    }

    /// Unpacks the object streams that begin at these bytes of the file.
    pub(in crate::pdf) fn open_streams(&mut self, found: &[usize]) {
        for at in found {
            if let Some(object) = self.read(NO_NUMBER, Place::At(*at))
                && let Some(stream) = self.contents(&object)
            {
                self.keep(stream);
            }
            if self.every.len() > self.most_objects.saturating_mul(2) {
                self.budget.give_up();
                break;
            }
        }
        self.sort_every();
    }

    /// Returns whether an object stream is still packed.
    pub(in crate::pdf) fn is_packed(&self, object: &Indirect) -> bool {
        let Some(start) = object.stream else { return false };
        let opened = self.opened.binary_search_by_key(&start, |(start, _)| *start as usize);
        opened.is_err()
    }

    /// Returns whether this byte of the file lies in a stream that is an archive from its first byte on,
    /// as it stands in the file. Such a one is looked into as a file inside.
    pub(in crate::pdf) fn is_in_archive(&self, byte: usize) -> bool {
        self.every().any(|(_, object)| {
            let Value::Dict(dict) = object.value else { return false };
            let data = self.raw(&object).unwrap_or_default().len();
            object.stream.is_some_and(|start| (start..start.saturating_add(data)).contains(&byte))
                && dict.each(b"Filter").next().is_none()
                && self.beginning(&object, 4).is_some_and(|head| *head == *b"PK\x03\x04")
        })
    }

    /// Returns every value that some reader could take for this one: those of all objects of a
    /// reference's number, or the value itself, which stands in `home`.
    pub(in crate::pdf) fn readings<'s>(
        &'s self,
        value: Value<'s>,
        home: &Indirect<'s>,
    ) -> Vec<Indirect<'s>> {
        let mut found = Vec::new();
        self.add_readings(value, home, MOST_HOPS, &mut found);
        found
    }

    fn add_readings<'s>(
        &'s self,
        value: Value<'s>,
        home: &Indirect<'s>,
        hops: usize,
        found: &mut Vec<Indirect<'s>>,
    ) {
        let Value::Reference(number) = value else {
            found.push(Indirect { value, stream: None, ..*home });
            return;
        };
        let from = self.every.partition_point(|(other, _)| *other < number);
        let same = self.every.iter().skip(from).take_while(|(other, _)| *other == number);
        for (number, place) in same {
            if hops > 0
                && let Some(object) = self.read(*number, *place)
            {
                match object.value {
                    Value::Reference(_) => {
                        self.add_readings(object.value, &object, hops - 1, found);
                    }
                    _ => found.push(object),
                }
            }
        }
    }

    /// Returns every object that some reader could find, with where it begins if it stands in the
    /// file.
    pub(in crate::pdf) fn every(&self) -> impl Iterator<Item = (Option<usize>, Indirect<'_>)> {
        self.every.iter().filter_map(|(number, place)| {
            let at = match place {
                Place::Again(_) => return None,
                Place::At(at) => Some(*at),
                _ => None,
            };
            Some((at, self.read(*number, *place)?))
        })
    }
}

/// What stands before a trailer: some readers take a catalogue that stands in it.
const TRAILER: &[u8] = b"trailer";

/// Where objects begin in the file, each with its number behind it.
type Starts = Vec<(u32, u32)>;

/// Returns the places in the file, with their numbers behind them, and those in object streams.
fn taken_apart(places: &[(u32, Place)]) -> (Starts, Vec<(u32, Place)>) {
    let in_file = places.iter().filter_map(|(number, place)| match place {
        Place::At(at) => Some((u32::try_from(*at).ok()?, *number)),
        _ => None,
    });
    let unpacked = places.iter().filter(|(_, place)| matches!(place, Place::Unpacked(..)));
    (in_file.collect(), unpacked.copied().collect())
}

/// Where an object begins whose `obj` stands at `word`. A comment may stand before the word.
fn start(bytes: &[u8], word: usize) -> Option<usize> {
    repair::start(bytes, word).or_else(|| {
        let before = bytes.get(..word)?.trim_ascii_end();
        let line = before.iter().rposition(|byte| matches!(byte, b'\r' | b'\n'));
        let line = line.map_or(0, |end| end + 1).max(before.len().saturating_sub(LONGEST_COMMENT));
        let comment = before.get(line..)?.iter().position(|byte| *byte == b'%')?;
        repair::start(bytes, line + comment)
    })
}

/// Bytes of a comment between an object's number and `obj`; no writer puts one there.
const LONGEST_COMMENT: usize = 256;

/// Adds where in the file objects and trailers begin, each with its number behind it. False where
/// there would be more than `most`.
fn search(bytes: &[u8], most: usize, found: &mut Starts) -> bool {
    for mark in [b"obj".as_slice(), TRAILER] {
        let mut next = 0;
        while let Some(at) = find(bytes.get(next..).unwrap_or_default(), mark) {
            let word = next + at;
            next = word + mark.len();
            // Not the beginning of `object`, as in the comments of qpdf's QDF files.
            let is_word = || {
                word.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|byte| is_blank(*byte))
                    && !bytes.get(next).is_some_and(u8::is_ascii_alphabetic)
            };
            let (start, number) = match start(bytes, word) {
                Some(start) => (start, Lexer::new(bytes, start).integer()),
                None if mark == TRAILER || is_word() => (word, None),
                None => continue,
            };
            let number = number.and_then(|number| u32::try_from(number).ok());
            let Ok(start) = u32::try_from(start) else { return true };
            found.push((start, number.unwrap_or(NO_NUMBER)));
            if found.len() > most {
                return false;
            }
        }
    }
    true
}
