/// Writes a ZIP without compression, dated 1980-01-01.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    content: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

impl Stored {
    /// Adds a file.
    pub fn add(&mut self, name: &str, content: &[u8]) -> &mut Self {
        self.add_with_mode(name, content, 0o100_644)
    }

    /// Adds a file that is packed in this way (8: deflated), and claims to be `content`.
    pub fn add_packed(
        &mut self,
        name: &str,
        method: u8,
        packed: &[u8],
        content: &[u8],
    ) -> &mut Self {
        let start = self.content.len();
        let mut header = local_header(name, content);
        repack(&mut header, 8, method, packed);
        self.content.extend(header);
        self.content.extend(packed);
        let listed = self.directory.len();
        self.list(name, content, start, 0o100_644);
        repack(&mut self.directory, listed + 10, method, packed);
        self
    }

    /// Adds a symbolic link.
    pub fn add_link(&mut self, name: &str, target: &str) -> &mut Self {
        self.add_with_mode(name, target.as_bytes(), 0o120_777)
    }

    /// Returns the whole archive.
    pub fn finish(&self) -> Vec<u8> {
        let mut file = [self.content.as_slice(), &self.directory].concat();
        file.extend(b"PK\x05\x06\0\0\0\0");
        file.extend(self.entries.to_le_bytes());
        file.extend(self.entries.to_le_bytes());
        file.extend(small(self.directory.len()));
        file.extend(small(self.content.len()));
        file.extend([0; 2]);
        file
    }

    /// Adds a file that contains another's header and content, and lists both: the two share
    /// their bytes.
    pub fn add_overlapping(&mut self, outer: &str, inner: &str, content: &[u8]) -> &mut Self {
        let quoted = [local_header(inner, content).as_slice(), content].concat();
        self.add(outer, &quoted);
        let start = self.content.len() - quoted.len();
        self.list(inner, content, start, 0o100_644)
    }

    fn add_with_mode(&mut self, name: &str, content: &[u8], mode: u32) -> &mut Self {
        let start = self.content.len();
        self.content.extend(local_header(name, content));
        self.content.extend(content);
        self.list(name, content, start, mode)
    }

    fn list(&mut self, name: &str, content: &[u8], start: usize, mode: u32) -> &mut Self {
        // Made by Unix, so that the mode counts.
        self.directory.extend(b"PK\x01\x02\x14\x03");
        self.directory.extend(shared_fields(name, content));
        self.directory.extend([0; 6]);
        self.directory.extend((mode << 16).to_le_bytes());
        self.directory.extend(small(start));
        self.directory.extend(name.bytes());
        self.entries += 1;
        self
    }
}

/// Writes method and packed length into a header whose method stands at `at`.
fn repack(header: &mut Vec<u8>, at: usize, method: u8, packed: &[u8]) {
    header.splice(at..=at, [method]);
    header.splice(at + 10..at + 14, small(packed.len()));
}

fn local_header(name: &str, content: &[u8]) -> Vec<u8> {
    let shared = shared_fields(name, content);
    [b"PK\x03\x04", shared.as_slice(), name.as_bytes()].concat()
}

/// From the version needed to the length of the extra field: alike in both headers.
fn shared_fields(name: &str, content: &[u8]) -> Vec<u8> {
    // Version 2.0; names in UTF-8 (bit 11); stored; midnight; the first day of 1980.
    let mut fields = b"\x14\0\0\x08\0\0\0\0\x21\0".to_vec();
    fields.extend(crc32(content).to_le_bytes());
    fields.extend(small(content.len()));
    fields.extend(small(content.len()));
    let [low, high, ..] = small(name.len());
    fields.extend([low, high, 0, 0]);
    fields
}

/// Returns a length as ZIP writes it. No sample comes near 4 GB.
fn small(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
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
