//! Archives of stored files (APPNOTE 6.3.10) whose bytes pass elsewhere: this
//! module writes what stands before, between and after them.
//!
//! Size and CRC-32 of a file are known before its bytes come, so that they can
//! be streamed. ZIP64 records appear where an offset or a count needs them.

use rules::Timestamp;
use rules::deadline::Zone;

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// Its path, with `/` between folders.
    pub name: &'a str,
    /// Its size.
    pub bytes: u64,
    /// The CRC-32 of its bytes.
    pub crc32: u32,
    /// When it was changed, as archives say it.
    pub changed: DosTime,
}

/// A moment as MS-DOS wrote it: to two seconds, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DosTime {
    time: u16,
    date: u16,
}

impl DosTime {
    /// Returns the moment of `instant` on the clocks of `zone`.
    pub fn of(instant: Timestamp, zone: &Zone) -> Self {
        let local = zone.local(instant);
        let year = local.date.year.clamp(1980, 2107).saturating_sub(1980);
        let part = |value: i64, shift: u32| u16::try_from(value << shift).unwrap_or(0);
        Self {
            time: part(local.hour.into(), 11) | part(local.minute.into(), 5),
            date: part(year.into(), 9)
                | part(local.date.month.into(), 5)
                | part(local.date.day.into(), 0),
        }
    }
}

/// An archive in the making.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    offset: u64,
    entries: u64,
    directory: Vec<u8>,
}

/// Names are UTF-8 (bit 11).
const FLAGS: u16 = 1 << 11;
/// Stored as it is.
const STORED: u16 = 0;
/// ZIP64 needs version 4.5.
const VERSION: u16 = 45;
/// A folder's file as Unix makes it: read and written by its owner.
const UNIX: u16 = 3 << 8 | VERSION;
const MODE: u32 = 0o100_600 << 16;
const FULL_32: u32 = u32::MAX;
const FULL_16: u16 = u16::MAX;

impl Archive {
    /// Returns what stands before the bytes of `file`, which must follow.
    pub fn begin(&mut self, file: &File<'_>) -> Vec<u8> {
        let name = name_bytes(file.name);
        let mut header = Vec::with_capacity(30 + 20 + name.len());
        let large = file.bytes >= FULL_32.into();
        put(&mut header, &0x0403_4B50_u32.to_le_bytes());
        put(&mut header, &VERSION.to_le_bytes());
        about(&mut header, file, large);
        put(&mut header, &length(name));
        put(&mut header, &(if large { 20_u16 } else { 0 }).to_le_bytes());
        put(&mut header, name);
        if large {
            put(&mut header, &[1, 0, 16, 0]);
            put(&mut header, &file.bytes.to_le_bytes());
            put(&mut header, &file.bytes.to_le_bytes());
        }
        self.list(file, name, large);
        let length = u64::try_from(header.len()).unwrap_or(u64::MAX);
        self.offset = self.offset.saturating_add(length).saturating_add(file.bytes);
        header
    }

    /// Returns what stands after the last file.
    pub fn end(self) -> Vec<u8> {
        let size = u64::try_from(self.directory.len()).unwrap_or(u64::MAX);
        let mut end = self.directory;
        let needs_64 = self.entries >= FULL_16.into()
            || size >= FULL_32.into()
            || self.offset >= FULL_32.into();
        if needs_64 {
            put(&mut end, &0x0606_4B50_u32.to_le_bytes());
            put(&mut end, &44_u64.to_le_bytes());
            put(&mut end, &UNIX.to_le_bytes());
            put(&mut end, &VERSION.to_le_bytes());
            put(&mut end, &[0; 8]);
            put(&mut end, &self.entries.to_le_bytes());
            put(&mut end, &self.entries.to_le_bytes());
            put(&mut end, &size.to_le_bytes());
            put(&mut end, &self.offset.to_le_bytes());
            put(&mut end, &0x0706_4B50_u32.to_le_bytes());
            put(&mut end, &[0; 4]);
            put(&mut end, &self.offset.saturating_add(size).to_le_bytes());
            put(&mut end, &1_u32.to_le_bytes());
        }
        let entries = u16::try_from(self.entries).unwrap_or(FULL_16).to_le_bytes();
        put(&mut end, &0x0605_4B50_u32.to_le_bytes());
        put(&mut end, &[0; 4]);
        put(&mut end, &entries);
        put(&mut end, &entries);
        put(&mut end, &u32::try_from(size).unwrap_or(FULL_32).to_le_bytes());
        put(&mut end, &u32::try_from(self.offset).unwrap_or(FULL_32).to_le_bytes());
        put(&mut end, &[0; 2]);
        end
    }

    /// Adds `file`, which begins at the present offset, to the directory.
    fn list(&mut self, file: &File<'_>, name: &[u8], large: bool) {
        let far = self.offset >= FULL_32.into();
        let mut extra = Vec::new();
        if large {
            put(&mut extra, &file.bytes.to_le_bytes());
            put(&mut extra, &file.bytes.to_le_bytes());
        }
        if far {
            put(&mut extra, &self.offset.to_le_bytes());
        }
        let directory = &mut self.directory;
        put(directory, &0x0201_4B50_u32.to_le_bytes());
        put(directory, &UNIX.to_le_bytes());
        put(directory, &VERSION.to_le_bytes());
        about(directory, file, large);
        put(directory, &length(name));
        let extra_length = u16::try_from(extra.len()).unwrap_or(0);
        let whole = if extra.is_empty() { 0 } else { extra_length.saturating_add(4) };
        put(directory, &whole.to_le_bytes());
        // No comment, one disk, no internal attributes.
        put(directory, &[0; 6]);
        put(directory, &MODE.to_le_bytes());
        let offset = if far { FULL_32 } else { u32::try_from(self.offset).unwrap_or(FULL_32) };
        put(directory, &offset.to_le_bytes());
        put(directory, name);
        if !extra.is_empty() {
            put(directory, &1_u16.to_le_bytes());
            put(directory, &extra_length.to_le_bytes());
            put(directory, &extra);
        }
        self.entries = self.entries.saturating_add(1);
    }
}

/// What local header and directory say alike, from the flags to the sizes.
fn about(into: &mut Vec<u8>, file: &File<'_>, large: bool) {
    let size = if large { FULL_32 } else { u32::try_from(file.bytes).unwrap_or(FULL_32) };
    put(into, &FLAGS.to_le_bytes());
    put(into, &STORED.to_le_bytes());
    put(into, &file.changed.time.to_le_bytes());
    put(into, &file.changed.date.to_le_bytes());
    put(into, &file.crc32.to_le_bytes());
    put(into, &size.to_le_bytes());
    put(into, &size.to_le_bytes());
}

fn put(into: &mut Vec<u8>, bytes: &[u8]) {
    into.extend_from_slice(bytes);
}

/// A name longer than an archive can say is cut.
fn name_bytes(name: &str) -> &[u8] {
    let mut end = name.len().min(FULL_16.into());
    while !name.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    name.as_bytes().get(..end).unwrap_or_default()
}

fn length(name: &[u8]) -> [u8; 2] {
    u16::try_from(name.len()).unwrap_or(FULL_16).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    const NOON: DosTime = DosTime { time: 12 << 11, date: 45 << 9 | 7 << 5 | 15 };

    fn file(name: &str, bytes: u64, crc32: u32) -> File<'_> {
        File { name, bytes, crc32, changed: NOON }
    }

    /// The names and contents that another reader finds, which checks the sums.
    fn read(archive: Vec<u8>) -> Vec<(String, String)> {
        let mut archive = ::zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
        let content = |name: String| {
            let mut text = String::new();
            archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
            (name, text)
        };
        names.into_iter().map(content).collect()
    }

    #[test]
    fn another_reader_finds_the_files() {
        let mut archive = Archive::default();
        let mut bytes = archive.begin(&file("001_É/été.txt", 9, 0xCBF4_3926));
        bytes.extend(b"123456789");
        bytes.extend(archive.begin(&file("empty", 0, 0)));
        bytes.extend(archive.end());
        let files = [("001_É/été.txt", "123456789"), ("empty", "")];
        assert_eq!(read(bytes), files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn nothing_is_an_archive_too() {
        assert_eq!(read(Archive::default().end()), []);
    }

    #[test]
    fn many_files_need_zip64() {
        let mut archive = Archive::default();
        let mut bytes = Vec::new();
        for number in 0..70_000 {
            bytes.extend(archive.begin(&file(&format!("{number}"), 0, 0)));
        }
        bytes.extend(archive.end());
        assert_eq!(read(bytes).len(), 70_000);
    }

    #[test]
    fn a_far_file_has_its_offset_in_the_extra_field() {
        let mut archive = Archive::default();
        archive.begin(&file("large", 5_000_000_000, 1));
        let header = archive.begin(&file("far", 1, 1));
        assert_eq!(header.len(), 33);
        let offset = 30 + 5 + 20 + 5_000_000_000_u64;
        let end = archive.end();
        let holds = |wanted: &[u8]| end.windows(wanted.len()).any(|window| window == wanted);
        assert!(holds(&[&b"far\x01\0\x08\0"[..], &offset.to_le_bytes()].concat()));
        assert!(holds(&[0x50, 0x4B, 6, 6]) && holds(&[0x50, 0x4B, 6, 7]));
    }
}
