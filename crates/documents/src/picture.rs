//! Measures a picture by the head of its file.

use crate::bytes::{find, head, position, u16_at, u32_at};

/// Returns how many pixels a picture claims to have; none where its format is not read here.
pub(crate) fn pixels(file: &[u8]) -> u64 {
    let size = match file {
        [0x89, b'P', b'N', b'G', ..] => (big(file, 16), big(file, 20)),
        [b'G', b'I', b'F', b'8', ..] => (short(file, 6), short(file, 8)),
        // The head of the oldest kind has sides of two bytes.
        [b'B', b'M', ..] if u32_at(file, 14) == Some(12) => (short(file, 18), short(file, 20)),
        [b'B', b'M', ..] => (long(file, 18), long(file, 22)),
        [0xFF, 0xD8, rest @ ..] => frame(rest),
        [b'R', b'I', b'F', b'F', ..] => (canvas(file, 24), canvas(file, 27)),
        [0, 0, 0, 0x0C, b'j', b'P', ..] => {
            let in_head = find(file, b"ihdr").map(|at| (big(file, at + 8), big(file, at + 4)));
            // Readers go by the stream inside, which may say another size.
            let stream = find(file, b"\xFF\x4F\xFF\x51").and_then(|at| file.get(at..));
            return stream.map_or(0, pixels).max(area(in_head.unwrap_or_default()));
        }
        [0xFF, 0x4F, 0xFF, 0x51, ..] => (big(file, 8), big(file, 12)),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => sheet(file),
        _ => (None, None),
    };
    area(size)
}

type Size = (Option<u32>, Option<u32>);

fn area((width, height): Size) -> u64 {
    u64::from(width.unwrap_or(0)).saturating_mul(height.unwrap_or(0).into())
}

/// Returns how many pixels a fax in JBIG2 claims to have, the bare stream that stands in a PDF: its page,
/// or the largest of its regions (ITU-T T.88, 7.2).
pub(crate) fn fax_pixels(stream: &[u8]) -> u64 {
    let mut most = 0;
    let mut rest = stream;
    while let [a, b, c, _, flags, referred, after @ ..] = rest {
        // The numbers of other segments take as many bytes as this one's needs. Of many of them, the
        // count stands in four bytes, and a bit for each behind it.
        let width = if *a > 0 || *b > 0 { 4 } else { 1 + usize::from(*c > 0) };
        let count = usize::from(referred >> 5);
        let many = usize::try_from(big(rest, 5).unwrap_or(0) & 0x1FFF_FFFF).unwrap_or(0);
        let numbers = if count == 7 { 4 + many / 8 + many * width } else { count * width };
        let page = if flags & 0x40 == 0 { 1 } else { 4 };
        let length = big(after, numbers + page).and_then(|length| usize::try_from(length).ok());
        let data = after.get(numbers + page + 4..).unwrap_or_default();
        // Text, halftones, bitmaps and their refinements, a page; a dictionary of patterns has no size.
        if matches!(flags & 0x3F, 4..=7 | 20..=23 | 36..=43 | 48) {
            let height = big(data, 4).filter(|side| *side != u32::MAX);
            most = most.max(area((big(data, 0), height)));
        }
        rest = length.and_then(|length| data.get(length..)).unwrap_or_default();
    }
    most
}

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

/// Returns the largest frame among the segments of a JPEG. What stands between them readers skip.
fn frame(segments: &[u8]) -> Size {
    let mut rest = segments;
    let mut size = (None, None);
    while let Some(at) = position(rest, 0xFF) {
        let [marker, after @ ..] = rest.get(at + 1..).unwrap_or_default() else { break };
        if matches!(marker, 0 | 0x01 | 0xD0..=0xD8 | 0xFF) {
            // No segment: filling, or a mark by itself.
            rest = rest.get(at + 1..).unwrap_or_default();
            continue;
        }
        let length = u16_at(after, 0).map_or(0, u16::swap_bytes);
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if is_frame {
            let number = |at| u16_at(after, at).map(|number| u32::from(number.swap_bytes()));
            size = larger(size, (number(5), number(3)));
        }
        if matches!(marker, 0xD9 | 0xDA) {
            break;
        }
        rest = after.get(usize::from(length.max(2))..).unwrap_or_default();
    }
    size
}

fn larger(one: Size, other: Size) -> Size {
    if area(other) > area(one) { other } else { one }
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
        let tiff = b"MM\0*\0\0\0\x08\0\x02\x01\0\0\x03\0\0\0\x01\0\x07\0\0\x01\x01\0\x04\0\0\0\x01\0\x01\0\0";
        assert_eq!(pixels(tiff), 7 * 65_536);
    }

    #[test]
    fn a_size_that_comes_late_or_twice() {
        let frame = |width: u16, height: u16| {
            let [width, height] = [width.to_be_bytes(), height.to_be_bytes()].map(Vec::from);
            [b"\xFF\xC0\0\x08\x08".to_vec(), height, width, vec![1]].concat()
        };
        let jpeg = |parts: &[&[u8]]| pixels(&[&[b"\xFF\xD8".as_slice()], parts].concat().concat());
        let (large, long) = (frame(60_000, 60_000), frame(65_535, 1));
        for before in [b"\xFF".as_slice(), b"\0junk", b"\xFF\xE0\0\x04ab", b"\xFF\0", &long] {
            assert_eq!(jpeg(&[before, &large, &long]), 3_600_000_000, "{before:?}");
        }
        let jpeg_2000 = [
            b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x16ihdr\0\0\0\x01\0\0\0\x01".as_slice(),
            b"\xFF\x4F\xFF\x51\0\x29\0\0\0\0\0\x05\0\0\0\x04",
        ]
        .concat();
        assert_eq!(pixels(&jpeg_2000), 20);
        let bitmap = [b"BM".as_slice(), &[0; 12], &[12, 0, 0, 0, 5, 0, 3, 0, 1, 0, 24, 0]].concat();
        assert_eq!(pixels(&bitmap), 15);
    }

    #[test]
    fn a_fax_by_its_page_and_its_regions() {
        let page = b"\0\0\0\x01\x30\0\x01\0\0\0\x13\0\0\0\x07\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0";
        let symbols = b"\0\0\0\0\0\0\x01\0\0\0\x02ab";
        let region = b"\0\0\0\x02\x26\x20\0\x01\0\0\0\x08\0\0\0\x09\0\0\0\x03";
        assert_eq!(fax_pixels(page), 14);
        assert_eq!(fax_pixels(&[symbols.as_slice(), page].concat()), 14);
        assert_eq!(fax_pixels(&[page.as_slice(), region].concat()), 27);
        let patterns = b"\0\0\0\x01\x10\0\x01\0\0\0\x08\x01\x04\x04\0\0\0\x10\xFF";
        assert_eq!(fax_pixels(&[page.as_slice(), patterns].concat()), 14);
        // Refers to so many that their number does not fit into three bits.
        let many = [
            b"\0\0\0\x02\x26\xE0\0\0\x08\0\0".as_slice(),
            &[1; 8],
            b"\x01\0\0\0\x08\0\0\0\x09\0\0\0\x05",
        ];
        assert_eq!(fax_pixels(&many.concat()), 45);
        (0..page.len()).for_each(|end| _ = fax_pixels(&page[..end]));
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
