use crate::{
    Damage, Limits,
    bytes::{after_blank, find, head, tail},
    zip,
};

/// Readers look for the header within the first 1,024 bytes (Adobe's implementation note 13 to
/// PDF 1.7), so a file that has it there opens as a PDF.
const HEADER_BYTES: usize = 1024;

/// Where the PDF header stands, if the file has one where readers accept it.
pub(crate) fn header(bytes: &[u8]) -> Option<usize> {
    // The header itself may begin as late as byte 1,023.
    find(head(bytes, HEADER_BYTES + MARK.len() - 1), MARK)
}

/// What is wrong with a PDF whose header stands at `header`.
pub(crate) fn damage(bytes: &[u8], header: usize, limits: &Limits) -> Option<Damage> {
    if !is_blank(head(bytes, header)) {
        return Some(Damage::LeadingJunk);
    }
    // Either mark will do: old writers end without %%EOF, and repairing readers need only one.
    let end = tail(bytes, limits.pdf_tail_bytes);
    if find(end, b"%%EOF").is_none() && find(end, b"startxref").is_none() {
        return Some(Damage::Truncated);
    }
    zip::ends(bytes).then_some(Damage::Polyglot)
}

const MARK: &[u8] = b"%PDF-";

/// A byte-order mark, white space and NULs are what editors and mail gateways leave behind, and
/// no other format begins with them. Anything else before the header is how one file is made to
/// be two; in some 590 PDFs of test corpora none has it.
fn is_blank(junk: &[u8]) -> bool {
    after_blank(junk).iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

#[cfg(test)]
mod tests {
    use crate::{Damage, Kind, Limits, inspect, samples};

    #[track_caller]
    fn check(bytes: &[u8], kind: Kind, damage: Option<Damage>) {
        let report = inspect(bytes, &Limits::default());
        assert_eq!((report.kind, report.damage), (kind, damage));
    }

    fn after(junk: &[u8]) -> Vec<u8> {
        [junk, &samples::pdf("Bonjour")].concat()
    }

    #[test]
    fn a_whole_pdf_is_sound() {
        check(&samples::pdf("Bonjour"), Kind::Pdf, None);
    }

    #[test]
    fn blank_before_the_header_is_harmless() {
        check(&after(b"\xEF\xBB\xBF\r\n \0\0"), Kind::Pdf, None);
    }

    #[test]
    fn junk_before_the_header_is_damage() {
        check(&after(b"HTTP/1.1 200 OK\r\n\r\n"), Kind::Pdf, Some(Damage::LeadingJunk));
        check(&after(&[0x80; 7]), Kind::Pdf, Some(Damage::LeadingJunk));
    }

    #[test]
    fn a_header_counts_within_the_first_1024_bytes() {
        check(&after(&[b' '; 1023]), Kind::Pdf, None);
        check(&after(&[b' '; 1024]), Kind::Unknown, None);
    }

    #[test]
    fn what_begins_as_something_else_is_that() {
        check(&after(b"MZ\x90\0"), Kind::Executable, None);
        check(&after(b"\x7FELF"), Kind::Executable, None);
        check(&after(b"#!/bin/sh\nexit\n"), Kind::Executable, None);
        check(&after(b"GIF89a"), Kind::Image, None);
        check(&after(b"<html><!--"), Kind::Html, None);
        check(&after(b"PK\x03\x04"), Kind::Zip, Some(Damage::Truncated));
    }

    #[test]
    fn a_pdf_without_its_end_is_truncated() {
        let whole = samples::pdf("Bonjour");
        let half = &whole[..whole.len() / 2];
        check(half, Kind::Pdf, Some(Damage::Truncated));
    }

    #[test]
    fn a_little_after_the_end_is_harmless() {
        let padded = [samples::pdf("Bonjour"), vec![0; 4096]].concat();
        check(&padded, Kind::Pdf, None);
    }

    #[test]
    fn an_end_far_from_the_end_does_not_count() {
        // A linearised PDF has an end mark near its beginning too.
        let limits = Limits::default();
        let padded = [samples::pdf("Bonjour"), vec![b'x'; limits.pdf_tail_bytes]].concat();
        check(&padded, Kind::Pdf, Some(Damage::Truncated));
    }

    #[test]
    fn a_zip_behind_the_pdf_is_a_polyglot() {
        let both = [samples::pdf("Bonjour"), samples::docx("Bonjour")].concat();
        check(&both, Kind::Pdf, Some(Damage::Polyglot));
    }

    #[test]
    fn a_zip_attached_inside_a_pdf_is_none() {
        let inside =
            [b"%PDF-1.7\n", samples::docx("Bonjour").as_slice(), b"\nstartxref\n0\n%%EOF\n"]
                .concat();
        check(&inside, Kind::Pdf, None);
    }
}
