use std::borrow::Cow;

use super::{Archive, Entry};
use crate::{
    Damage, Limits,
    bytes::head,
    exif,
    inflate::{self, End},
    picture::pixels,
};

/// What is unpacked from an archive, within the limits on all of it together.
pub(crate) struct Unpacker<'a> {
    pub(crate) limits: &'a Limits,
    room: usize,
    /// Files inside that may still be opened.
    files: usize,
    /// Bytes of the PDFs inside that may still be read as syntax.
    pub(crate) reading: usize,
    /// Bytes of pictures that are still looked into.
    pictures: usize,
    checksum: Checksum,
    /// Why an entry could not be unpacked: the first reason.
    pub(crate) damage: Option<Damage>,
}

impl<'a> Unpacker<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            room: limits.unpacked_bytes,
            files: limits.files_inside,
            reading: limits.pdf_read_bytes / 4,
            pictures: limits.picture_bytes,
            checksum: Checksum::new(),
            damage: None,
        }
    }

    /// Returns whether another file inside may be opened, which is then counted.
    pub(crate) fn opens_another(&mut self) -> bool {
        let left = self.files.checked_sub(1);
        self.files = left.unwrap_or(0);
        left.is_some()
    }

    /// Returns the head of a picture, in which its size stands and where it was taken.
    pub(crate) fn picture<'e>(&mut self, entry: &Entry<'e>) -> Cow<'e, [u8]> {
        let mut head = beginning(entry, exif::HEAD_BYTES.min(self.pictures));
        if head.starts_with(b"\xFF\xD8") && pixels(&head) == 0 {
            // Long notes stand before its size.
            head = beginning(entry, self.pictures);
        }
        self.pictures = self.pictures.saturating_sub(head.len());
        head
    }

    /// Returns the content of an entry, whole and as its checksum has it; nothing where it is not,
    /// which is then the archive's damage. The size that the archive claims is not believed, but it
    /// must be right: some readers stop there.
    pub(crate) fn whole<'e>(&mut self, entry: &Entry<'e>) -> Option<Cow<'e, [u8]>> {
        let result = self.unpack(entry);
        if let Err(damage) = result {
            self.damage.get_or_insert(damage);
        }
        result.ok()
    }

    /// Returns the content of an entry that is packed once more with gzip (RFC 1952).
    pub(crate) fn gzip(&mut self, entry: &Entry<'_>) -> Option<Vec<u8>> {
        let content = self.whole(entry)?;
        let packed = inflate::gzip_data(&content)?;
        let limit = packed.len().saturating_mul(self.limits.zip_ratio);
        let limit = limit.max(self.limits.zip_always_bytes).min(self.room);
        let unpacked = inflate::raw(packed, limit);
        self.room -= unpacked.bytes.len().min(self.room);
        match unpacked.end {
            End::Whole => Some(unpacked.bytes),
            End::Broken => None,
            End::OverLimit => {
                self.damage.get_or_insert(Damage::TooComplex);
                None
            }
        }
    }

    fn unpack<'e>(&mut self, entry: &Entry<'e>) -> Result<Cow<'e, [u8]>, Damage> {
        let content = match entry.method {
            0 => Cow::Borrowed(entry.packed),
            DEFLATED => {
                let by_ratio = entry.packed.len().saturating_mul(self.limits.zip_ratio);
                let limit = by_ratio.max(self.limits.zip_always_bytes).min(self.room);
                let unpacked = inflate::raw(entry.packed, limit);
                match unpacked.end {
                    End::Whole => Cow::Owned(unpacked.bytes),
                    End::OverLimit => return Err(Damage::TooComplex),
                    End::Broken => return Err(Damage::Content),
                }
            }
            _ => return Err(Damage::Content),
        };
        self.room = self.room.checked_sub(content.len()).ok_or(Damage::TooComplex)?;
        // Random changes hardly ever have the right checksum, and shall be read all the same.
        let is_right = cfg!(fuzzing)
            || self.checksum.of(&content) == entry.checksum && content.len() as u64 == entry.length;
        if is_right { Ok(content) } else { Err(Damage::Content) }
    }
}

/// Returns the beginning of an entry's content, as far as it can be had.
pub(crate) fn beginning<'e>(entry: &Entry<'e>, length: usize) -> Cow<'e, [u8]> {
    match entry.method {
        DEFLATED => Cow::Owned(inflate::raw(entry.packed, length).bytes),
        _ => Cow::Borrowed(head(entry.packed, length)),
    }
}

const DEFLATED: u16 = 8;

impl<'a> Archive<'a> {
    /// Returns the entry of this name, without regard to case as part names are compared (ECMA-376,
    /// part 2).
    pub(crate) fn entry(&self, name: &[u8]) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }
}

/// Returns the CRC-32 of `bytes`, as ZIP has it.
pub fn crc32(bytes: &[u8]) -> u32 {
    Checksum::new().of(bytes)
}

/// The checksum of ZIP, four bytes at a time.
struct Checksum {
    /// For a byte, and for one with one, two or three zeros behind it, what it does to the sum.
    tables: [[u32; 256]; 4],
}

impl Checksum {
    fn new() -> Self {
        let mut tables = [[0; 256]; 4];
        let mut before = [0; 256];
        for (byte, sum) in (0..).zip(&mut before) {
            *sum = (0..8).fold(byte, shifted);
        }
        let first = before;
        for table in &mut tables {
            *table = before;
            before = before.map(|sum| stepped(&first, sum));
        }
        Self { tables }
    }

    fn of(&self, bytes: &[u8]) -> u32 {
        let [first, second, third, fourth] = &self.tables;
        let (words, rest) = bytes.as_chunks::<4>();
        let sum = words.iter().fold(u32::MAX, |sum, word| {
            let [a, b, c, d] = (sum ^ u32::from_le_bytes(*word)).to_le_bytes();
            at(fourth, a) ^ at(third, b) ^ at(second, c) ^ at(first, d)
        });
        !rest.iter().fold(sum, |sum, byte| stepped(first, sum ^ u32::from(*byte)))
    }
}

fn shifted(sum: u32, _bit: i32) -> u32 {
    (sum >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(sum & 1))
}

fn stepped(table: &[u32; 256], sum: u32) -> u32 {
    let [low, ..] = sum.to_le_bytes();
    at(table, low) ^ (sum >> 8)
}

fn at(table: &[u32; 256], byte: u8) -> u32 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_of_the_check_string() {
        assert_eq!(Checksum::new().of(b"123456789"), 0xCBF4_3926);
    }
}
