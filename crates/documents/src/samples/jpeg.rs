/// Returns the head of a JPEG with one application segment (APP1).
pub fn jpeg(segment: &[u8]) -> Vec<u8> {
    let length = u16::try_from(segment.len() + 2).unwrap_or(u16::MAX);
    [b"\xFF\xD8\xFF\xE1", length.to_be_bytes().as_slice(), segment, b"\xFF\xDA"].concat()
}

/// Returns the head of a photograph, with a position in this byte order, or without.
pub fn photograph(big_endian: Option<bool>) -> Vec<u8> {
    let order = big_endian.unwrap_or_default();
    let short = |number: u16| if order { number.to_be_bytes() } else { number.to_le_bytes() };
    let long = |number: u32| if order { number.to_be_bytes() } else { number.to_le_bytes() };
    let entry =
        |tag: u16, value: u32| [&short(tag), short(4).as_slice(), &long(1), &long(value)].concat();
    let positions = if big_endian.is_some() { 0x8825 } else { 0x8769 };
    let directory = |entry: Vec<u8>| [&short(1), entry.as_slice(), &long(0)].concat();
    let exif = [
        b"Exif\0\0".as_slice(),
        if order { b"MM" } else { b"II" },
        &short(42),
        &long(8),
        &directory(entry(positions, 26)),
        &directory(entry(2, 44)),
    ];
    jpeg(&exif.concat())
}
