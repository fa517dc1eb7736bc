//! Writes ASCII armor (RFC 9580, 6.2) with the line ends of mails.

use std::hash::Hasher as _;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc24::Crc24Hasher;

/// The bytes of a line: 76 characters, the most that armor and MIME allow.
const LINE: usize = 57;

/// Armor that is being written. The checksum at its end is optional, but RNP
/// complains where there is none. Where a message is in the format of RFC 9580
/// there must be none.
pub(crate) struct Armor<'o> {
    out: &'o mut Vec<u8>,
    /// The bytes that do not yet fill a line.
    rest: Vec<u8>,
    checksum: Option<Crc24Hasher>,
}

impl<'o> Armor<'o> {
    pub(crate) fn begin(out: &'o mut Vec<u8>, has_checksum: bool) -> Self {
        out.extend_from_slice(b"-----BEGIN PGP MESSAGE-----\r\n\r\n");
        let checksum = has_checksum.then(Crc24Hasher::default);
        Self { out, rest: Vec::with_capacity(LINE), checksum }
    }

    pub(crate) fn end(mut self) {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.line(&rest);
        }
        if let Some(checksum) = self.checksum.take() {
            let [.., high, middle, low] = checksum.finish().to_be_bytes();
            self.out.push(b'=');
            self.line(&[high, middle, low]);
        }
        self.out.extend_from_slice(b"-----END PGP MESSAGE-----\r\n");
    }

    fn line(&mut self, bytes: &[u8]) {
        let mut line = [0; LINE / 3 * 4];
        // A line's bytes always fit.
        let length = STANDARD.encode_slice(bytes, &mut line).unwrap_or_default();
        self.out.extend_from_slice(line.get(..length).unwrap_or_default());
        self.out.extend_from_slice(b"\r\n");
    }
}

impl Write for Armor<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut left = bytes;
        if let Some(checksum) = &mut self.checksum {
            checksum.write(bytes);
        }
        if !self.rest.is_empty() {
            let missing = LINE.saturating_sub(self.rest.len()).min(left.len());
            let (now, later) = left.split_at(missing);
            self.rest.extend_from_slice(now);
            left = later;
            if self.rest.len() < LINE {
                return Ok(bytes.len());
            }
            let full = std::mem::take(&mut self.rest);
            self.line(&full);
        }
        let mut lines = left.chunks_exact(LINE);
        for line in &mut lines {
            self.line(line);
        }
        self.rest = lines.remainder().to_vec();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
