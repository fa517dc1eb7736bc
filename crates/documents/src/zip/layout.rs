//! Holds the entries of a ZIP against each other and against the bytes of the file.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::{Entry, entry::LOCAL};
use crate::{
    Damage, Limits,
    bytes::{find, has_twice, u32_at},
    target,
};

/// Returns what is wrong with the entries together, each of which is sound by itself, or with where they
/// would be unpacked.
/// `content` is the file up to the directory.
pub(super) fn damage(content: &[u8], entries: &[Entry<'_>], limits: &Limits) -> Option<Damage> {
    let in_all = entries.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.length));
    if neighbours(entries, by_place, &|one, next| one.end > next.start) {
        Some(Damage::OverlappingEntries)
    } else if has_twice(entries.iter().map(|entry| part_name(&entry.name)).collect()) {
        Some(Damage::DuplicateNames)
    } else if entries.iter().any(|entry| entry.is_link || escapes(&entry.name)) {
        Some(Damage::EscapingPath)
    } else if entries.iter().any(is_packed_unlike_others) {
        Some(Damage::Content)
    } else if has_unclaimed_bytes(content, entries)
        || entries.iter().any(|entry| is_piece(entry) || has_header(entry))
    {
        Some(Damage::Ambiguous)
    } else {
        (in_all > limits.zip_declared_bytes).then_some(Damage::TooComplex)
    }
}

/// Returns whether bytes before the directory belong to no entry: a reader that goes from header to
/// header may find entries there that the directory does not list.
fn has_unclaimed_bytes(content: &[u8], entries: &[Entry<'_>]) -> bool {
    let first = entries.iter().map(|entry| entry.start).min().unwrap_or(content.len());
    let is_followed = |entry: &Entry<'_>, next| is_gap(content, entry, next);
    let last = entries.iter().max_by_key(|entry| entry.start);
    first > 0
        || neighbours(entries, by_place, &|one, next| is_followed(one, next.start))
        || last.is_some_and(|last| is_followed(last, content.len()))
}

/// Returns whether there is more between an entry and what follows it than its descriptor or zeros.
fn is_gap(content: &[u8], entry: &Entry<'_>, next: usize) -> bool {
    let between = content.get(entry.end..next).unwrap_or_default();
    let descriptor = between.strip_prefix(b"PK\x07\x08").unwrap_or(between);
    let is_descriptor = entry.has_descriptor
        && matches!(descriptor.len(), 12 | 20)
        && u32_at(descriptor, 0) == Some(entry.checksum);
    !is_descriptor && between.iter().any(|byte| *byte != 0)
}

/// Returns whether an entry is packed in a way that documents are not (ECMA-376, part 2, 7.3.4): some
/// readers can unpack it, and it cannot be looked into here.
fn is_packed_unlike_others(entry: &Entry<'_>) -> bool {
    !entry.is_locked && !matches!(entry.method, 0 | 8)
}

/// Returns whether an entry is one of the pieces that a part may be cut into (ECMA-376, part 2,
/// 7.2.4), which no writer does and some readers put together.
fn is_piece(entry: &Entry<'_>) -> bool {
    entry.name.ends_with(b".piece") && find(&entry.name, b"/[").is_some()
}

/// Returns whether an entry's own header stands in the packed data of another. A reader that goes from
/// header to header goes on where the deflated data end, which may be there.
fn has_header(entry: &Entry<'_>) -> bool {
    entry.method != 0 && find(entry.packed, LOCAL).is_some()
}

type Compare = fn(&Entry<'_>, &Entry<'_>) -> Ordering;
type Clash<'c> = &'c dyn Fn(&Entry<'_>, &Entry<'_>) -> bool;

/// Returns whether two entries that come to stand side by side `clash`. A heap puts them in order:
/// the sorting routines of the standard library weigh four kilobytes in wasm.
fn neighbours(entries: &[Entry<'_>], order: Compare, clash: Clash<'_>) -> bool {
    let ranked = |entry| Ranked { entry, order };
    let mut heap: BinaryHeap<_> = entries.iter().map(ranked).collect();
    let Some(mut next) = heap.pop() else { return false };
    while let Some(one) = heap.pop() {
        if clash(one.entry, next.entry) {
            return true;
        }
        next = one;
    }
    false
}

/// An entry in one of the orders.
struct Ranked<'a> {
    entry: &'a Entry<'a>,
    order: Compare,
}

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.order)(self.entry, other.entry)
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Ranked<'_> {}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

fn by_place(one: &Entry<'_>, other: &Entry<'_>) -> Ordering {
    one.start.cmp(&other.start)
}

/// Returns a name as it is compared: in a package (ECMA-376, part 2, 6.2.2) without regard to case, to
/// percent-encoding and to dots at a segment's end; by file systems without double slashes and without
/// blanks at a segment's end.
fn part_name(name: &[u8]) -> Vec<u8> {
    let mut decoded = name.to_ascii_lowercase();
    target::percent_decode(&mut decoded);
    let is_dropped = |byte: &u8| matches!(byte, b'.' | b' ');
    let mut name = Vec::with_capacity(decoded.len());
    for segment in decoded.split(|byte| matches!(byte, b'/' | b'\\')).filter(|it| !it.is_empty()) {
        let kept = segment.iter().rposition(|byte| !is_dropped(byte)).map_or(0, |last| last + 1);
        name.extend(segment.get(..kept).unwrap_or_default());
        name.push(b'/');
    }
    name
}

/// Returns whether unpacking a name under a folder would write outside of it, on any system.
pub(super) fn escapes(name: &[u8]) -> bool {
    let rooted = matches!(name, [b'/', ..] | [_, b':', ..]);
    let mut segments = name.split(|byte| *byte == b'/');
    rooted || name.contains(&0) || segments.any(|segment| matches!(segment, b"." | b".."))
}
