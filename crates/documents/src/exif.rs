//! Where a photograph was taken, as cameras write it into a JPEG.

use crate::bytes::find;

/// Bytes at the beginning of a picture in which cameras say where it was taken.
pub(crate) const HEAD_BYTES: usize = 128 * 1024;

/// Returns whether a JPEG says where it was taken: in its Exif data (CIPA DC-008, 4.6.6) or in XMP.
pub(crate) fn has_location(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.strip_prefix(b"\xFF\xD8").unwrap_or_default();
    // Segments follow each other up to the picture itself.
    while let [0xFF, marker, high, low, after @ ..] = rest
        && *marker != START_OF_SCAN
    {
        let length = usize::from(u16::from_be_bytes([*high, *low])).saturating_sub(2);
        let Some((segment, next)) = after.split_at_checked(length) else { break };
        if *marker == APP1 && is_located(segment) {
            return true;
        }
        rest = next;
    }
    false
}

const START_OF_SCAN: u8 = 0xDA;
const APP1: u8 = 0xE1;

fn is_located(segment: &[u8]) -> bool {
    match segment.strip_prefix(b"Exif\0\0") {
        Some(tiff) => latitude(tiff).is_some(),
        None => find(segment, b"exif:GPSLatitude").is_some(),
    }
}

/// Returns the entry for the latitude in the directory of positions, which the first directory
/// names.
fn latitude(tiff: &[u8]) -> Option<u32> {
    const POSITIONS: u16 = 0x8825;
    const LATITUDE: u16 = 2;
    let tiff = Tiff { bytes: tiff, big_endian: tiff.starts_with(b"MM") };
    let first = tiff.u32_at(4)?;
    let positions = tiff.entry(first, POSITIONS)?;
    tiff.entry(positions, LATITUDE)
}

/// Directories of numbered entries (TIFF 6.0, section 2).
struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Tiff<'_> {
    /// Returns the value of an entry in the directory at `at`.
    fn entry(&self, at: u32, tag: u16) -> Option<u32> {
        let at = usize::try_from(at).ok()?;
        let count = usize::from(self.u16_at(at)?);
        let entries = (0..count).map_while(|number| at.checked_add(2 + number * 12));
        let mut found = entries.filter(|entry| self.u16_at(*entry) == Some(tag));
        self.u32_at(found.next()?.checked_add(8)?)
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        let field = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(field) } else { u16::from_le_bytes(field) })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        let field = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn cameras_write_either_byte_order() {
        for big_endian in [false, true] {
            assert!(has_location(&samples::photograph(Some(big_endian))));
        }
        assert!(!has_location(&samples::photograph(None)));
    }

    #[test]
    fn a_position_in_xmp_counts() {
        let packet = b"http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude='46,12N'/>";
        assert!(has_location(&samples::jpeg(packet)));
        assert!(!has_location(&samples::jpeg(b"http://ns.adobe.com/xap/1.0/\0<x/>")));
    }

    #[test]
    fn no_cut_and_no_change_panics() {
        let whole = samples::photograph(Some(true));
        for at in 0..whole.len() {
            has_location(&whole[..at]);
            for byte in [0, 1, 0x7F, 0xFF] {
                let mut changed = whole.clone();
                changed[at] = byte;
                has_location(&changed);
            }
        }
    }
}
