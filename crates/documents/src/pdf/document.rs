use std::{borrow::Cow, cell::Cell, collections::BinaryHeap};

use super::{
    budget::Budget,
    filters,
    indirect::{self, Indirect},
    lexer::Lexer,
    security::Lock,
    value::{Dict, Value},
    xref::{Place, Table},
};
use crate::Limits;

/// A PDF whose objects can be asked for.
pub(super) struct Document<'a> {
    pub(super) trailer: Dict<'a>,
    pub(super) lock: Lock,
    bytes: &'a [u8],
    /// Sorted by number, each once.
    places: Vec<(u32, Place)>,
    /// The object streams.
    unpacked: Vec<Vec<u8>>,
    budget: &'a Budget,
    astray: Cell<bool>,
}

impl<'a> Document<'a> {
    pub(super) fn open(
        bytes: &'a [u8],
        table: Table<'a>,
        limits: &Limits,
        budget: &'a Budget,
    ) -> Self {
        let Table { places, trailer } = table;
        let places = sorted(places);
        let mut document = Self {
            trailer,
            lock: Lock::None,
            bytes,
            places,
            unpacked: Vec::new(),
            budget,
            astray: Cell::new(false),
        };
        document.lock = Lock::of(&document);
        if !matches!(document.lock, Lock::Closed) {
            document.unpack(limits);
        }
        document
    }

    /// Whether an object that was asked for was not where the tables say.
    pub(super) fn is_astray(&self) -> bool {
        self.astray.get()
    }

    /// Every object, by number.
    pub(super) fn objects(&self) -> impl Iterator<Item = Indirect<'_>> {
        self.places.iter().filter_map(|(number, place)| self.read(*number, *place))
    }

    /// The object of this number.
    pub(super) fn object(&self, number: u32) -> Option<Indirect<'_>> {
        let at = self.places.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        let (_, place) = self.places.get(at)?;
        let object = self.read(number, *place).filter(|object| object.number == number);
        if object.is_none() && *place != Place::Free {
            self.astray.set(true);
        }
        object
    }

    fn read(&self, number: u32, place: Place) -> Option<Indirect<'_>> {
        let object = match place {
            Place::Free | Place::Packed(_) => return None,
            Place::At(at) => indirect::read(self.bytes, at)?,
            Place::Unpacked(stream, at) => {
                let mut lexer = Lexer::new(self.unpacked.get(stream)?, at);
                let value = lexer.value()?;
                let end = lexer.at();
                let body = lexer.between(at, end);
                Indirect {
                    number,
                    generation: 0,
                    value,
                    body,
                    is_in_file: false,
                    stream: None,
                    end,
                }
            }
        };
        self.budget.spend(object.body.len() + LOOKING_UP).then_some(object)
    }

    /// What a reference leads to; any other value is itself.
    pub(super) fn resolve<'s>(&'s self, mut value: Value<'s>) -> Value<'s> {
        for _ in 0..MOST_HOPS {
            let Value::Reference(number) = value else { return value };
            value = self.object(number).map_or(Value::Other, |object| object.value);
        }
        Value::Other
    }

    /// What stands under `key`, or where it leads.
    pub(super) fn get<'s>(&'s self, dict: Dict<'s>, key: &[u8]) -> Value<'s> {
        self.resolve(dict.get(key))
    }

    /// The dictionary under `key`, or where it leads.
    pub(super) fn dict<'s>(&'s self, dict: Dict<'s>, key: &[u8]) -> Option<Dict<'s>> {
        match self.get(dict, key) {
            Value::Dict(found) => Some(found),
            _ => None,
        }
    }

    /// The data of a stream as they stand in the file.
    pub(super) fn raw(&self, object: &Indirect) -> Option<&'a [u8]> {
        let Value::Dict(dict) = object.value else { return None };
        let length = match self.get(dict, b"Length") {
            Value::Integer(length) => usize::try_from(length).ok(),
            _ => None,
        };
        let data = indirect::stream(self.bytes, object.stream?, length);
        let is_right = length == Some(data.len());
        (is_right || self.budget.spend(data.len())).then_some(data)
    }

    /// The data of a stream, deciphered.
    pub(super) fn plain(&self, object: &Indirect) -> Option<Cow<'a, [u8]>> {
        let raw = self.raw(object)?;
        let Lock::Open(key) = &self.lock else { return Some(Cow::Borrowed(raw)) };
        let can_be_paid = self.budget.spend(raw.len().saturating_mul(DECIPHERING));
        can_be_paid.then(|| Cow::Owned(key.decipher_stream(object, raw)))
    }

    /// The data of a stream of text or tables, deciphered and unpacked.
    pub(super) fn data(&self, object: &Indirect, limit: usize) -> Option<Vec<u8>> {
        let Value::Dict(dict) = object.value else { return None };
        let data = filters::decoded(dict, &self.plain(object)?, limit)?;
        self.budget.spend(data.len()).then_some(data)
    }

    /// Unpacks the object streams that the tables name, and enters what is in them (7.5.7).
    fn unpack(&mut self, limits: &Limits) {
        // Neighbours mostly stand in one stream, and the set is small where they do not.
        let mut numbers = Numbers::default();
        self.places.iter().filter_map(packed_in).for_each(|number| _ = numbers.add(number));
        let mut room = limits.unpacked_bytes;
        for number in numbers.0 {
            let Some(ObjectStream { data, places }) = self.object_stream(number, room) else {
                continue;
            };
            room -= data.len();
            for (inner, at) in places {
                self.enter(inner, Place::Packed(number), Place::Unpacked(self.unpacked.len(), at));
            }
            self.unpacked.push(data);
        }
    }

    fn object_stream(&self, number: u32, limit: usize) -> Option<ObjectStream> {
        let object = self.object(number)?;
        let Value::Dict(dict) = object.value else { return None };
        let (first, count) = (dict.integer(b"First")?, dict.integer(b"N")?);
        let data = self.data(&object, limit)?;
        let mut lexer = Lexer::new(&data, 0);
        let mut places = Vec::new();
        for _ in 0..count {
            let Some(inner) = lexer.integer().and_then(|number| number.try_into().ok()) else {
                break;
            };
            let Some(at) = lexer.integer() else { break };
            places.push((inner, first.saturating_add(at)));
        }
        Some(ObjectStream { data, places })
    }

    fn enter(&mut self, number: u32, expected: Place, place: Place) {
        if let Ok(at) = self.places.binary_search_by_key(&number, |(number, _)| *number)
            && let Some((_, old)) = self.places.get_mut(at)
            && *old == expected
        {
            *old = place;
        }
    }
}

/// The data of an object stream, and where in them which object stands.
struct ObjectStream {
    data: Vec<u8>,
    places: Vec<(u32, usize)>,
}

/// The places by number, the first of two for one number.
///
/// By a heap, for its size: the sorting routines of the standard library weigh four kilobytes in
/// wasm.
fn sorted(places: Vec<(u32, Place)>) -> Vec<(u32, Place)> {
    let ranked = |(rank, (number, _)): (usize, &(u32, Place))| (*number, rank);
    let heap: BinaryHeap<_> = places.iter().enumerate().map(ranked).collect();
    let mut sorted: Vec<(u32, Place)> = Vec::with_capacity(places.len());
    for (number, rank) in heap.into_sorted_vec() {
        let is_new = sorted.last().is_none_or(|(last, _)| *last != number);
        sorted.extend(places.get(rank).filter(|_| is_new));
    }
    sorted
}

/// Numbers of objects, sorted, each once.
#[derive(Default)]
pub(super) struct Numbers(Vec<u32>);

impl Numbers {
    /// Whether this one was not among them.
    pub(super) fn add(&mut self, number: u32) -> bool {
        let Err(at) = self.0.binary_search(&number) else { return false };
        self.0.insert(at, number);
        true
    }
}

/// References to references are not forbidden, and nobody writes more than one.
const MOST_HOPS: usize = 8;

/// Finding an object takes about as long as reading this many bytes.
const LOOKING_UP: usize = 16;

/// Deciphering a byte takes about as long as reading this many.
const DECIPHERING: usize = 16;

fn packed_in((_, place): &(u32, Place)) -> Option<u32> {
    match place {
        Place::Packed(stream) => Some(*stream),
        _ => None,
    }
}
