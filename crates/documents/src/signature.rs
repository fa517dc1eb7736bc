use crate::{Kind, bytes::after_blank, text};

/// Returns the kind whose signature the file begins with; PDF is left to [`pdf`](crate::pdf),
/// because its header may stand further on.
///
/// The first bytes decide, not what stands further on: the loader of programs, the browser
/// and the unpacker all look here first, so a program or page with `%PDF-` inside is no PDF.
pub(crate) fn leading(bytes: &[u8]) -> Option<Kind> {
    SIGNATURES
        .iter()
        .find(|(signature, _)| bytes.starts_with(signature))
        .map(|(_, kind)| *kind)
        // Word wants no more than this of the mark.
        .or_else(|| after_blank(bytes).starts_with(b"{\\rt").then_some(Kind::Rtf))
        .or_else(|| is_image(bytes).then_some(Kind::Image))
        .or_else(|| (is_tar(bytes) || is_disk(bytes)).then_some(Kind::Archive))
        .or_else(|| text::markup(bytes))
}

const SIGNATURES: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08", Kind::Zip),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Kind::Doc),
    (b"\x89PNG\r\n\x1A\n", Kind::Image),
    (b"\xFF\xD8\xFF", Kind::Image),
    (b"GIF87a", Kind::Image),
    (b"GIF89a", Kind::Image),
    (b"II*\0", Kind::Image),
    (b"MM\0*", Kind::Image),
    (b"MZ", Kind::Executable),
    (b"\x7FELF", Kind::Executable),
    // Mach-O of 32 and 64 bits in both byte orders; the last is also a Java class.
    (b"\xFE\xED\xFA\xCE", Kind::Executable),
    (b"\xFE\xED\xFA\xCF", Kind::Executable),
    (b"\xCE\xFA\xED\xFE", Kind::Executable),
    (b"\xCF\xFA\xED\xFE", Kind::Executable),
    (b"\xCA\xFE\xBA\xBE", Kind::Executable),
    (b"\0asm", Kind::Executable),
    // What OneNote, Windows' help and its registry open.
    (b"\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D", Kind::Executable),
    (b"ITSF", Kind::Executable),
    (b"Windows Registry Editor", Kind::Executable),
    (b"REGEDIT4", Kind::Executable),
    (b"[InternetShortcut]", Kind::Executable),
    (b"[Desktop Entry]", Kind::Executable),
    (b"@echo off", Kind::Executable),
    // A Windows shortcut runs what it points to.
    (b"L\0\0\0\x01\x14\x02\0", Kind::Executable),
    (b"#!", Kind::Executable),
    (b"<?php", Kind::Executable),
    (b"7z\xBC\xAF\x27\x1C", Kind::Archive),
    (b"Rar!\x1A\x07", Kind::Archive),
    (b"\x1F\x8B", Kind::Archive),
    (b"BZh", Kind::Archive),
    (b"\xFD7zXZ\0", Kind::Archive),
    (b"\x28\xB5\x2F\xFD", Kind::Archive),
    (b"MSCF", Kind::Archive),
    // Packages, and the images of disks.
    (b"!<arch>\ndebian", Kind::Archive),
    (b"\xED\xAB\xEE\xDB", Kind::Archive),
    (b"xar!", Kind::Archive),
    (b"conectix", Kind::Archive),
    (b"vhdxfile", Kind::Archive),
    (b"MSWIM\0\0\0", Kind::Archive),
];

/// The image formats whose signature is in two parts.
fn is_image(bytes: &[u8]) -> bool {
    let word = |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
    match (bytes.first_chunk::<4>(), word(4), word(8)) {
        (Some(b"RIFF"), _, Some(form)) => form == b"WEBP",
        (_, Some(b"ftyp"), Some(brand)) => {
            matches!(brand, b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" | b"avif" | b"avis")
        }
        // "BM" alone begins too many texts: the four reserved bytes must be zero too.
        (Some([b'B', b'M', ..]), _, _) => bytes.get(6..10) == Some(&[0; 4]),
        _ => false,
    }
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// The image of a CD, as far as its bytes reach to where it says so.
fn is_disk(bytes: &[u8]) -> bool {
    bytes.get(0x8001..0x8006) == Some(b"CD001")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expect: Option<Kind>) {
        assert_eq!(leading(bytes), expect, "{}", bytes.escape_ascii());
    }

    #[test]
    fn images() {
        check(b"\x89PNG\r\n\x1A\n", Some(Kind::Image));
        check(b"\xFF\xD8\xFF\xE0", Some(Kind::Image));
        check(b"RIFF\x10\0\0\0WEBPVP8 ", Some(Kind::Image));
        check(b"\0\0\0\x18ftypheic\0\0\0\0", Some(Kind::Image));
        check(b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", Some(Kind::Image));
    }

    #[test]
    fn other_riff_movies_and_words_are_no_images() {
        check(b"RIFF\x10\0\0\0WAVEfmt ", None);
        check(b"\0\0\0\x18ftypisom\0\0\0\0", None);
        check(b"BMW Brussels, 2019", None);
    }

    #[test]
    fn programs() {
        check(b"MZ\x90\0", Some(Kind::Executable));
        check(b"\x7FELF\x02\x01\x01", Some(Kind::Executable));
        check(b"\xCF\xFA\xED\xFE", Some(Kind::Executable));
        check(b"#!/bin/sh\n", Some(Kind::Executable));
        check(b"<?php echo 1;", Some(Kind::Executable));
    }

    #[test]
    fn archives() {
        check(b"Rar!\x1A\x07\x01\0", Some(Kind::Archive));
        let mut tar = [0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        check(&tar, Some(Kind::Archive));
    }

    #[test]
    fn part_of_a_signature_is_none() {
        check(b"", None);
        check(b"P", None);
        check(b"\x89PN", None);
        check(b"RIFF", None);
    }
}
