use std::borrow::Cow;

use super::{Archive, Entry};
use crate::{
    Damage, Limits,
    inflate::{self, End},
};

/// What is unpacked from an archive, within the limits on all of it together.
pub(crate) struct Unpacker<'a> {
    limits: &'a Limits,
    room: usize,
    /// Why an entry could not be unpacked: the first reason.
    pub(crate) damage: Option<Damage>,
}

impl<'a> Unpacker<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self { limits, room: limits.unpacked_bytes, damage: None }
    }

    /// The content of an entry, whole and as its checksum has it; nothing where it is not, which
    /// is then the archive's damage. The size that the archive claims is not looked at.
    pub(crate) fn whole<'e>(&mut self, entry: &Entry<'e>) -> Option<Cow<'e, [u8]>> {
        let result = self.unpack(entry);
        if let Err(damage) = result {
            self.damage.get_or_insert(damage);
        }
        result.ok()
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
        if crc32(&content) == entry.checksum { Ok(content) } else { Err(Damage::Content) }
    }
}

/// The beginning of an entry's content, as far as it can be had.
pub(crate) fn beginning<'e>(entry: &Entry<'e>, length: usize) -> Cow<'e, [u8]> {
    match entry.method {
        DEFLATED => Cow::Owned(inflate::raw(entry.packed, length).bytes),
        _ => Cow::Borrowed(entry.packed),
    }
}

const DEFLATED: u16 = 8;

impl<'a> Archive<'a> {
    /// The entry of this name, without regard to case as part names are compared (ECMA-376,
    /// part 2).
    pub(crate) fn entry(&self, name: &[u8]) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }
}

/// The checksum of ZIP, four bits at a time: a table of all bytes would take longer to make than
/// most parts take to check.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = [
        0x0000_0000,
        0x1DB7_1064,
        0x3B6E_20C8,
        0x26D9_30AC,
        0x76DC_4190,
        0x6B6B_51F4,
        0x4DB2_6158,
        0x5005_713C,
        0xEDB8_8320,
        0xF00F_9344,
        0xD6D6_A3E8,
        0xCB61_B38C,
        0x9B64_C2B0,
        0x86D3_D2D4,
        0xA00A_E278,
        0xBDBD_F21C,
    ];
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let half = |crc: u32| {
            let [low, ..] = crc.to_le_bytes();
            TABLE.get(usize::from(low & 15)).copied().unwrap_or_default() ^ (crc >> 4)
        };
        half(half(crc ^ u32::from(*byte)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_of_the_check_string() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
