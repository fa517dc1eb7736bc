//! Finds a ZIP's directory by the records at its end (APPNOTE 4.3.14 to 4.3.16).

use crate::{
    Damage,
    bytes::{find_last, tail, u16_at, u32_at, without_blank_end},
};

/// Where the directory is, and how many entries it lists.
pub(super) struct Directory {
    pub(super) start: usize,
    pub(super) length: usize,
    pub(super) count: usize,
}

pub(super) const END_BYTES: usize = 22;
const END: &[u8] = b"PK\x05\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";
const LOCATOR_BYTES: usize = 20;
const WIDE_END: &[u8] = b"PK\x06\x06";

/// Where the end record begins: the last one, as unpackers take it. A comment of at most 65,535
/// bytes may follow it.
pub(super) fn record(bytes: &[u8]) -> Option<usize> {
    let last = tail(bytes, END_BYTES + usize::from(u16::MAX));
    let within = find_last(last, END)?;
    let whole = last.len() - within >= END_BYTES;
    whole.then_some(bytes.len() - last.len() + within)
}

/// Reads the end record at `end`, and the 64-bit one before it where there is one. The directory
/// must end where these records begin.
pub(super) fn directory(bytes: &[u8], end: usize) -> Result<Directory, Damage> {
    let narrow = narrow(bytes, end).ok_or(Damage::Directory)?;
    if is_doubtful(bytes, end) {
        return Err(Damage::Ambiguous);
    }
    let locator = end.checked_sub(LOCATOR_BYTES);
    let locator = locator.filter(|at| bytes.get(*at..).is_some_and(|at| at.starts_with(LOCATOR)));
    let (numbers, records) = match locator {
        Some(locator) => {
            let (wide, start) = wide(bytes, locator).ok_or(Damage::Directory)?;
            // A field that needs no more bits says the same in both records.
            let agrees = narrow.iter().zip(wide).zip(LARGEST);
            if !agrees.clone().all(|((narrow, wide), most)| *narrow == wide || *narrow == most) {
                return Err(Damage::Directory);
            }
            (wide, start)
        }
        None => (narrow, end),
    };
    let [disk, first_disk, here, count, length, start] = numbers;
    if disk != 0 || first_disk != 0 || here != count {
        return Err(Damage::Directory);
    }
    let size = |number: u64| usize::try_from(number).map_err(|_| Damage::Directory);
    let (start, length, count) = (size(start)?, size(length)?, size(count)?);
    match start.checked_add(length) {
        Some(stop) if stop == records => Ok(Directory { start, length, count }),
        // Readers that go by the length find another directory than those that go by the offset.
        Some(stop) if stop < records => Err(Damage::Ambiguous),
        _ => Err(Damage::Directory),
    }
}

/// Returns whether the comment is not as long as the record says while there is another record
/// before it, which readers that insist on the length take instead; or something follows the comment
/// that no mail gateway appends.
fn is_doubtful(bytes: &[u8], end: usize) -> bool {
    let comment = u16_at(bytes, end + 20).map_or(0, usize::from);
    let (before, after) = bytes.split_at_checked(end).unwrap_or_default();
    let stop = comment + END_BYTES;
    let is_followed = !without_blank_end(after.get(stop..).unwrap_or_default()).is_empty();
    is_followed || stop != after.len() && record(before).is_some()
}

/// Of each number, the value that sends a reader to the 64-bit record.
const LARGEST: [u64; 6] = [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF];

/// This disk, that of the directory, entries here, entries in all, length, start.
fn narrow(bytes: &[u8], end: usize) -> Option<[u64; 6]> {
    let short = |at: usize| u16_at(bytes, end + at).map(u64::from);
    let long = |at: usize| u32_at(bytes, end + at).map(u64::from);
    Some([short(4)?, short(6)?, short(8)?, short(10)?, long(12)?, long(16)?])
}

/// Returns the same numbers by the 64-bit record that ends where its locator begins, and where it
/// starts.
fn wide(bytes: &[u8], locator: usize) -> Option<([u64; 6], usize)> {
    const BEFORE_SIZE: usize = 12;
    let start = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
    let record = bytes.get(start..locator)?;
    let size = usize::try_from(u64_at(record, 4)?).ok()?;
    let is_sound = record.starts_with(WIDE_END)
        && size.checked_add(BEFORE_SIZE)? == record.len()
        && u32_at(bytes, locator + 4)? == 0
        && u32_at(bytes, locator + 16)? <= 1;
    let long = |at: usize| u32_at(record, at).map(u64::from);
    let numbers = [
        long(16)?,
        long(20)?,
        u64_at(record, 24)?,
        u64_at(record, 32)?,
        u64_at(record, 40)?,
        u64_at(record, 48)?,
    ];
    is_sound.then_some((numbers, start))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*field))
}
