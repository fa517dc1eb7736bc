//! Measures a picture by the head of its file.

use crate::bytes::{find, head, u16_at, u32_at};

/// Returns how many pixels a picture claims to have; none where its format is not read here.
pub(crate) fn pixels(file: &[u8]) -> u64 {
    let (width, height) = match file {
        [0x89, b'P', b'N', b'G', ..] => (big(file, 16), big(file, 20)),
        [b'G', b'I', b'F', b'8', ..] => (short(file, 6), short(file, 8)),
        [b'B', b'M', ..] => (long(file, 18), long(file, 22)),
        [0xFF, 0xD8, rest @ ..] => frame(rest),
        [b'R', b'I', b'F', b'F', ..] => (canvas(file, 24), canvas(file, 27)),
        [0, 0, 0, 0x0C, b'j', b'P', ..] => match find(file, b"ihdr") {
            Some(at) => (big(file, at + 8), big(file, at + 4)),
            None => (None, None),
        },
        // The bare stream of a JPEG 2000, and of a JBIG2 that begins with its page.
        [0xFF, 0x4F, 0xFF, 0x51, ..] => (big(file, 8), big(file, 12)),
        [_, _, _, _, 0x30, ..] => (big(file, 11), big(file, 15).filter(|side| *side != u32::MAX)),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => sheet(file),
        _ => (None, None),
    };
    u64::from(width.unwrap_or(0)).saturating_mul(height.unwrap_or(0).into())
}

type Size = (Option<u32>, Option<u32>);

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32_at(bytes, at)?.swap_bytes())
}

fn short(bytes: &[u8], at: usize) -> Option<u32> {
    u16_at(bytes, at).map(u32::from)
}

/// Returns a side of the canvas of an extended WEBP, in three bytes and one too small.
fn canvas(file: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = *file.get(at..)?.first_chunk()?;
    find(head(file, 16), b"WEBPVP8X").map(|_| u32::from_le_bytes([low, middle, high, 0]) + 1)
}

/// A bitmap may stand on its head: its height is then negative.
fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32_at(bytes, at)?.cast_signed().unsigned_abs())
}

/// Returns the widest frame among the segments of a JPEG.
fn frame(segments: &[u8]) -> Size {
    let mut rest = segments;
    let mut size = (None, None);
    while let [0xFF, marker, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).saturating_sub(2);
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if is_frame
            && let [_precision, height @ .., _parts] = head(after, 6)
            && let [high, low, wide, narrow] = *height
        {
            let pair = |high, low| Some(u32::from(u16::from_be_bytes([high, low])));
            size = size.max((pair(wide, narrow), pair(high, low)));
        }
        rest = after.get(length..).unwrap_or_default();
    }
    size
}

/// Returns the first image of a TIFF.
fn sheet(tiff: &[u8]) -> Size {
    const WIDTH: u32 = 256;
    const HEIGHT: u32 = 257;
    let is_big = find(tiff, b"MM") == Some(0);
    let two = |at| u16_at(tiff, at).map(|two| if is_big { two.swap_bytes() } else { two });
    let four = |at| u32_at(tiff, at).map(|four| if is_big { four.swap_bytes() } else { four });
    let start = four(4).and_then(|start| usize::try_from(start).ok()).unwrap_or(usize::MAX);
    let number = |wanted: u32| {
        let count = usize::from(two(start)?);
        let mut entries = (0..count).map(|place| start.saturating_add(2 + 12 * place));
        let entry = entries.find(|at| two(*at).map(u32::from) == Some(wanted))?;
        if two(entry + 2)? == 3 { two(entry + 8).map(u32::from) } else { four(entry + 8) }
    };
    (number(WIDTH), number(HEIGHT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_by_format() {
        let png =
            [b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".as_slice(), &[0, 1, 0, 0, 0, 0, 2, 0]].concat();
        assert_eq!(pixels(&png), 65_536 * 512);
        assert_eq!(pixels(b"GIF89a\x02\0\x03\0"), 6);
        let bitmap = [b"BM".as_slice(), &[0; 16], &[5, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF]].concat();
        assert_eq!(pixels(&bitmap), 10);
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC2\0\x0B\x08\x01\x02\x00\x03\x01";
        assert_eq!(pixels(jpeg), 0x102 * 3);
        let webp = b"RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\xFF\xFF\0\x01\0\0";
        assert_eq!(pixels(webp), 65_536 * 2);
        let jpeg_2000 = b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x16jp2hihdr\0\0\x01\0\0\0\0\x03";
        assert_eq!(pixels(jpeg_2000), 256 * 3);
        let stream = b"\xFF\x4F\xFF\x51\0\x29\0\0\0\0\0\x05\0\0\0\x04";
        assert_eq!(pixels(stream), 20);
        let fax = b"\0\0\0\0\x30\0\x01\0\0\0\x13\0\0\0\x07\0\0\0\x02";
        assert_eq!(pixels(fax), 14);
        let tiff = b"MM\0*\0\0\0\x08\0\x02\x01\0\0\x03\0\0\0\x01\0\x07\0\0\x01\x01\0\x04\0\0\0\x01\0\x01\0\0";
        assert_eq!(pixels(tiff), 7 * 65_536);
    }

    #[test]
    fn no_cut_panics() {
        for file in
            [b"II*\0\xFF\xFF\xFF\xFF".as_slice(), b"MM\0*\0\0\0\x08\xFF\xFF", b"\xFF\xD8\xFF\xC0"]
        {
            (0..file.len()).for_each(|end| _ = pixels(&file[..end]));
        }
    }
}
