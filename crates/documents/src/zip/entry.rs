//! Reads one entry of a ZIP by both of its headers (APPNOTE 4.3.7, 4.3.12).

use std::borrow::Cow;

use super::{Entry, end::u64_at};
use crate::bytes::{u16_at, u32_at};

pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
const CENTRAL: &[u8] = b"PK\x01\x02";
const CENTRAL_BYTES: usize = 46;

/// What stands in place of a size or an offset that needs 64 bits.
const LARGEST: u64 = 0xFFFF_FFFF;
const LOCKED: u16 = 1;
const DESCRIPTOR: u16 = 1 << 3;
/// Strong encryption, and headers whose numbers are masked for it.
const STRONGLY_LOCKED: u16 = 1 << 6 | 1 << 13;

/// Returns one entry of the directory, held against its own header in `content`; and what follows
/// it.
pub(super) fn central<'a>(content: &'a [u8], directory: &'a [u8]) -> Option<(Entry<'a>, &'a [u8])> {
    if !directory.starts_with(CENTRAL) {
        return None;
    }
    let made_by = u16_at(directory, 4)? >> 8;
    let flags = u16_at(directory, 8)?;
    let method = u16_at(directory, 10)?;
    let checksum = u32_at(directory, 16)?;
    let name_bytes = usize::from(u16_at(directory, 28)?);
    let extra_bytes = usize::from(u16_at(directory, 30)?);
    let comment_bytes = usize::from(u16_at(directory, 32)?);
    let mode = u32_at(directory, 38)? >> 16;
    let (name, rest) = directory.get(CENTRAL_BYTES..)?.split_at_checked(name_bytes)?;
    let (extra, rest) = rest.split_at_checked(extra_bytes)?;
    let rest = rest.get(comment_bytes..)?;
    let number = |at: usize| u32_at(directory, at).map(u64::from);
    let [length, packed, start] = widened(extra, [number(24)?, number(20)?, number(42)?])?;

    let start = usize::try_from(start).ok()?;
    let own = local(content.get(start..)?)?;
    if !own.agrees(name, method, flags, [u64::from(checksum), length, packed])
        || has_other_name(extra, name)
        || has_other_name(own.extra, name)
        || method == 0 && length != packed
    {
        return None;
    }
    let (packed, beyond) = own.data.split_at_checked(usize::try_from(packed).ok()?)?;
    let entry = Entry {
        name: normalised(name),
        packed,
        method,
        checksum,
        length,
        is_locked: flags & (LOCKED | STRONGLY_LOCKED) != 0,
        start,
        end: content.len() - beyond.len(),
        has_descriptor: (flags | own.flags) & DESCRIPTOR != 0,
        is_link: is_unix(made_by) && mode & 0o170_000 == 0o120_000,
    };
    Some((entry, rest))
}

/// What an entry's own header says, and all that follows it.
pub(super) struct Local<'a> {
    pub(super) name: &'a [u8],
    pub(super) method: u16,
    pub(super) data: &'a [u8],
    flags: u16,
    /// Checksum, length, packed length.
    numbers: [u64; 3],
    extra: &'a [u8],
}

impl Local<'_> {
    /// Returns whether the directory says the same. Numbers that only became known after the
    /// content was written stand as zeros here and follow the content in a descriptor.
    fn agrees(&self, name: &[u8], method: u16, flags: u16, numbers: [u64; 3]) -> bool {
        let streamed = self.flags & DESCRIPTOR != 0;
        let mut pairs = self.numbers.iter().zip(numbers);
        self.name == name
            && self.method == method
            && (self.flags ^ flags) & (LOCKED | STRONGLY_LOCKED) == 0
            && pairs.all(|(own, listed)| *own == listed || streamed && *own == 0)
    }
}

pub(super) fn local(header: &[u8]) -> Option<Local<'_>> {
    if !header.starts_with(LOCAL) {
        return None;
    }
    let name_bytes = usize::from(u16_at(header, 26)?);
    let extra_bytes = usize::from(u16_at(header, 28)?);
    let (name, after) = header.get(LOCAL_BYTES..)?.split_at_checked(name_bytes)?;
    let (extra, data) = after.split_at_checked(extra_bytes)?;
    let number = |at: usize| u32_at(header, at).map(u64::from);
    let [length, packed, _] = widened(extra, [number(22)?, number(18)?, 0])?;
    Some(Local {
        name,
        method: u16_at(header, 8)?,
        data,
        flags: u16_at(header, 6)?,
        numbers: [number(14)?, length, packed],
        extra,
    })
}

/// Returns those of the numbers that need 64 bits, from the extra field that has them in this
/// order.
fn widened(extra: &[u8], numbers: [u64; 3]) -> Option<[u64; 3]> {
    const WIDE: u16 = 1;
    if !numbers.contains(&LARGEST) {
        return Some(numbers);
    }
    let mut wide = field(extra, WIDE)?;
    let mut all = numbers;
    for number in all.iter_mut().filter(|number| **number == LARGEST) {
        *number = u64_at(wide, 0)?;
        wide = wide.get(8..)?;
    }
    Some(all)
}

/// Returns whether an extra field has a name of its own for the entry, by which some readers go.
fn has_other_name(extra: &[u8], name: &[u8]) -> bool {
    const UNICODE_PATH: u16 = 0x7075;
    // A version and a checksum of the plain name come first.
    field(extra, UNICODE_PATH).is_some_and(|field| field.get(5..) != Some(name))
}

/// Returns the content of the extra field of this number.
fn field(extra: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut rest = extra;
    loop {
        let length = usize::from(u16_at(rest, 2)?);
        let (field, after) = rest.get(4..)?.split_at_checked(length)?;
        if u16_at(rest, 0)? == wanted {
            return Some(field);
        }
        rest = after;
    }
}

/// Returns the name with `/` between folders, as readers on Windows see it.
pub(super) fn normalised(name: &[u8]) -> Cow<'_, [u8]> {
    if !name.contains(&b'\\') {
        return Cow::Borrowed(name);
    }
    let slash = |byte: &u8| if *byte == b'\\' { b'/' } else { *byte };
    Cow::Owned(name.iter().map(slash).collect())
}

/// Unix and macOS, the systems whose ZIPs carry a file's mode.
fn is_unix(made_by: u16) -> bool {
    matches!(made_by, 3 | 19)
}
