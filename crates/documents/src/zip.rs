use alloc::vec::Vec;

mod unpack;

pub(crate) use unpack::{Unpacker, beginning};

use alloc::collections::BinaryHeap;
use core::cmp::Ordering;

use crate::{
    Damage, Limits,
    bytes::{find_last, tail, u16_at, u32_at},
};

/// A ZIP's entries by its directory, or as far as they can be told without it.
pub(crate) struct Archive<'a> {
    pub(crate) entries: Vec<Entry<'a>>,
    pub(crate) damage: Option<Damage>,
}

/// One entry; its sizes and place are checked against the file.
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a [u8],
    /// The content as it stands in the file.
    pub(crate) packed: &'a [u8],
    /// How it is packed: 0 for not at all, 8 for deflated.
    pub(crate) method: u16,
    /// The CRC-32 of the content.
    checksum: u32,
    /// Whether it is encrypted.
    pub(crate) is_locked: bool,
    /// Where the entry's own header begins.
    pub(crate) start: usize,
    /// Where its content ends.
    end: usize,
    is_link: bool,
}

/// Reads the directory of a file that begins as a ZIP.
///
/// Two readers must not be able to see two different archives in one file, so the directory has
/// to agree with itself and with each entry's own header. Writers of documents manage that
/// without exception. The 64-bit extension is not read: nothing below 4 GB needs it, and it is a
/// second set of the same numbers.
pub(crate) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Archive<'a> {
    let Some(end) = end_record(bytes) else {
        return damaged(bytes, Damage::Truncated, limits);
    };
    match directory(bytes, end, limits) {
        Ok(entries) => Archive { damage: contradiction(&entries), entries },
        Err(damage) => damaged(bytes, damage, limits),
    }
}

/// Whether the file ends as a ZIP does, whatever it begins as: an unpacker would open it.
pub(crate) fn ends(bytes: &[u8]) -> bool {
    end_record(bytes).is_some_and(|end| {
        let comment = u16_at(bytes, end + 20).map(usize::from);
        comment.is_some_and(|comment| end + END_BYTES + comment == bytes.len())
    })
}

const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
const CENTRAL: &[u8] = b"PK\x01\x02";
const CENTRAL_BYTES: usize = 46;
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;

/// Where the end record begins: the last one, as unpackers take it. A comment of at most 65,535
/// bytes may follow it.
fn end_record(bytes: &[u8]) -> Option<usize> {
    let last = tail(bytes, END_BYTES + usize::from(u16::MAX));
    let within = find_last(last, END)?;
    let whole = last.len() - within >= END_BYTES;
    whole.then_some(bytes.len() - last.len() + within)
}

fn directory<'a>(bytes: &'a [u8], end: usize, limits: &Limits) -> Result<Vec<Entry<'a>>, Damage> {
    let number = |at: usize| u16_at(bytes, end + at).ok_or(Damage::Directory);
    let place = |at: usize| offset_at(bytes, end + at).ok_or(Damage::Directory);
    let (disk, first_disk, here, in_all) = (number(4)?, number(6)?, number(8)?, number(10)?);
    let (length, start) = (place(12)?, place(16)?);
    if disk != 0 || first_disk != 0 || here != in_all {
        return Err(Damage::Directory);
    }
    if length > limits.zip_directory_bytes || usize::from(in_all) > limits.zip_entries {
        return Err(Damage::DirectoryTooLarge);
    }
    let stop = start.checked_add(length).filter(|stop| *stop <= end);
    let mut rest = stop.and_then(|stop| bytes.get(start..stop)).ok_or(Damage::Directory)?;

    let (content, _) = bytes.split_at_checked(start).ok_or(Damage::Directory)?;
    let mut entries = Vec::with_capacity(usize::from(in_all));
    while !rest.is_empty() {
        if entries.len() == usize::from(in_all) {
            return Err(Damage::Directory);
        }
        let (entry, after) = central(content, rest).ok_or(Damage::Directory)?;
        entries.push(entry);
        rest = after;
    }
    if entries.len() == usize::from(in_all) { Ok(entries) } else { Err(Damage::Directory) }
}

/// One entry of the directory, held against its own header in `content`; and what follows it.
fn central<'a>(content: &'a [u8], directory: &'a [u8]) -> Option<(Entry<'a>, &'a [u8])> {
    if !directory.starts_with(CENTRAL) {
        return None;
    }
    let made_by = u16_at(directory, 4)? >> 8;
    let flags = u16_at(directory, 8)?;
    let method = u16_at(directory, 10)?;
    let checksum = u32_at(directory, 16)?;
    let length = offset_at(directory, 20)?;
    let name_bytes = usize::from(u16_at(directory, 28)?);
    let after_name = usize::from(u16_at(directory, 30)?) + usize::from(u16_at(directory, 32)?);
    let mode = u32_at(directory, 38)? >> 16;
    let start = offset_at(directory, 42)?;
    let (name, rest) = directory.get(CENTRAL_BYTES..)?.split_at_checked(name_bytes)?;
    let rest = rest.get(after_name..)?;

    let (local_name, local_method, data) = local(content.get(start..)?)?;
    if local_name != name || local_method != method {
        return None;
    }
    let (packed, beyond) = data.split_at_checked(length)?;
    let entry = Entry {
        name,
        packed,
        method,
        checksum,
        is_locked: flags & 1 != 0,
        start,
        end: content.len() - beyond.len(),
        is_link: is_unix(made_by) && mode & 0o170_000 == 0o120_000,
    };
    Some((entry, rest))
}

/// Name, method and all that follows, of a local header.
fn local(header: &[u8]) -> Option<(&[u8], u16, &[u8])> {
    if !header.starts_with(LOCAL) {
        return None;
    }
    let method = u16_at(header, 8)?;
    let name_bytes = usize::from(u16_at(header, 26)?);
    let extra_bytes = usize::from(u16_at(header, 28)?);
    let (name, after) = header.get(LOCAL_BYTES..)?.split_at_checked(name_bytes)?;
    Some((name, method, after.get(extra_bytes..)?))
}

/// Unix and macOS, the systems whose ZIPs carry a file's mode.
fn is_unix(made_by: u16) -> bool {
    matches!(made_by, 3 | 19)
}

fn offset_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

/// What the entries, each sound by itself, do to one another or to whoever unpacks them.
fn contradiction(entries: &[Entry<'_>]) -> Option<Damage> {
    if neighbours(entries, by_place, |one, next| one.end > next.start) {
        Some(Damage::OverlappingEntries)
    } else if neighbours(entries, by_name, |one, next| by_name(one, next).is_eq()) {
        Some(Damage::DuplicateNames)
    } else if entries.iter().any(|entry| entry.is_link || escapes(entry.name)) {
        Some(Damage::EscapingPath)
    } else {
        None
    }
}

type Compare = fn(&Entry<'_>, &Entry<'_>) -> Ordering;
type Clash = fn(&Entry<'_>, &Entry<'_>) -> bool;

/// Whether two entries that come to stand side by side `clash`. A heap puts them in order: the
/// sorting routines of the standard library weigh four kilobytes in wasm.
fn neighbours(entries: &[Entry<'_>], order: Compare, clash: Clash) -> bool {
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

/// Without regard to case, as names are compared in an Office Open XML package.
fn by_name(one: &Entry<'_>, other: &Entry<'_>) -> Ordering {
    let name = one.name.iter().map(u8::to_ascii_lowercase);
    name.cmp(other.name.iter().map(u8::to_ascii_lowercase))
}

/// Whether unpacking a name under a folder would write outside of it, on any system.
fn escapes(name: &[u8]) -> bool {
    let rooted = matches!(name, [b'/' | b'\\', ..] | [_, b':', ..]);
    let mut segments = name.split(|byte| matches!(byte, b'/' | b'\\'));
    rooted || name.contains(&0) || segments.any(|segment| segment == b"..")
}

/// An archive without a usable directory, its entries told by their own headers: a broken DOCX
/// shall be called a broken DOCX, not a broken ZIP.
fn damaged<'a>(bytes: &'a [u8], damage: Damage, limits: &Limits) -> Archive<'a> {
    let headers = bytes.windows(LOCAL.len()).enumerate();
    let starts = headers.filter(|(_, at)| *at == LOCAL).map(|(start, _)| start);
    let entry = |start: usize| {
        let (name, method, packed) = local(bytes.get(start..)?)?;
        Some(Entry {
            name,
            packed,
            method,
            checksum: 0,
            is_locked: false,
            start,
            end: bytes.len(),
            is_link: false,
        })
    };
    Archive {
        entries: starts.filter_map(entry).take(limits.zip_entries).collect(),
        damage: Some(damage),
    }
}

#[cfg(test)]
mod tests;
