//! Compound files ([MS-CFB]): a small file system in a file. Word wrote its documents into one
//! until 2007, and Office puts documents under a password into one to this day.

use crate::{
    Limits,
    bytes::{u16_at, u32_at},
    encoding,
};

/// The files and folders of a compound file.
pub(crate) struct Compound<'a> {
    bytes: &'a [u8],
    /// Bytes of a sector.
    sector: usize,
    /// Sectors of a stream that are read.
    most_of_one: usize,
    /// For each sector, the one that follows it.
    next: Vec<u32>,
    /// The same for the small sectors in which short streams stand.
    next_small: Vec<u32>,
    /// The content of all small sectors.
    small: Vec<u8>,
    pub(crate) entries: Vec<Entry>,
}

/// A stream, or a folder of some.
pub(crate) struct Entry {
    pub(crate) name: String,
    class: [u8; 16],
    start: u32,
    length: usize,
}

impl<'a> Compound<'a> {
    /// Returns the directory of a file that begins as a compound file; nothing where it cannot be
    /// read.
    pub(crate) fn read(bytes: &'a [u8], limits: &Limits) -> Option<Self> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Self {
            bytes,
            sector,
            most_of_one: limits.compound_bytes / sector,
            next: Vec::new(),
            next_small: Vec::new(),
            small: Vec::new(),
            entries: Vec::new(),
        };
        file.next = file.allocation()?;
        let directory = file.chain(u32_at(bytes, 48)?);
        let records = directory.as_chunks::<RECORD>().0.iter().take(limits.zip_entries);
        file.entries = records.filter_map(entry).collect();
        file.next_small = words(&file.chain(u32_at(bytes, 60)?));
        // The first entry is the root, whose stream has the small sectors.
        file.small = file.chain(file.entries.first()?.start);
        Some(file)
    }

    /// Returns whether it is a package of Windows' Installer, by the class of its root.
    pub(crate) fn is_installer(&self) -> bool {
        const REST: [u8; 15] = [0x10, 0x0C, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
        let root = self.entries.first();
        root.is_some_and(
            |root| matches!(root.class, [0x82 | 0x84 | 0x86, rest @ ..] if rest == REST),
        )
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Returns the content of the first stream of this name.
    pub(crate) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entry(name)?;
        let mut content = if entry.length < LEAST_LARGE {
            self.small_chain(entry.start)
        } else {
            self.chain(entry.start)
        };
        content.truncate(entry.length);
        Some(content)
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Returns which sector follows which: the header names the first 109 sectors that say so, and
    /// a chain of its own the others.
    fn allocation(&self) -> Option<Vec<u32>> {
        // A word for each sector suffices, however often one of those that say so is named.
        let enough = self.most_sectors() / (self.sector / 4) + 1;
        let mut sectors = words(self.bytes.get(76..512)?);
        let mut more = u32_at(self.bytes, 68)?;
        while sectors.len() < enough
            && let Some(part) = self.sector(more)
        {
            sectors.extend(words(part));
            more = sectors.pop()?;
        }
        let mut all = Vec::new();
        for number in sectors.into_iter().take(enough) {
            let Some(part) = self.sector(number) else { break };
            all.extend(words(part));
        }
        Some(all)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = (usize::try_from(number).ok()?).checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(start..start.checked_add(self.sector)?)
    }

    fn most_sectors(&self) -> usize {
        self.bytes.len() / self.sector
    }

    /// Returns what stands in a sector and those that follow it: never more than there are, so that
    /// a chain that bites its tail ends.
    fn chain(&self, start: u32) -> Vec<u8> {
        let mut content = Vec::new();
        for number in follow(&self.next, start).take(self.most_sectors().min(self.most_of_one)) {
            let Some(part) = self.sector(number) else { break };
            content.extend(part);
        }
        content
    }

    fn small_chain(&self, start: u32) -> Vec<u8> {
        let mut content = Vec::new();
        let sectors = self.small.as_chunks::<SMALL_SECTOR>().0;
        for number in follow(&self.next_small, start).take(LEAST_LARGE / SMALL_SECTOR) {
            let part = usize::try_from(number).ok().and_then(|number| sectors.get(number));
            let Some(part) = part else { break };
            content.extend(part);
        }
        content
    }
}

/// Bytes of an entry in the directory.
const RECORD: usize = 128;
const SMALL_SECTOR: usize = 64;
/// Streams shorter than this stand in small sectors.
const LEAST_LARGE: usize = 4096;

fn follow(next: &[u32], start: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(start), |at| next.get(usize::try_from(*at).ok()?).copied())
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect()
}

fn entry(record: &[u8; RECORD]) -> Option<Entry> {
    let name_bytes = usize::from(u16_at(record, 64)?).checked_sub(2)?;
    Some(Entry {
        name: encoding::utf16(record.get(..name_bytes.min(62))?, u16::from_le_bytes),
        class: *record.get(80..)?.first_chunk()?,
        start: u32_at(record, 116)?,
        length: usize::try_from(u32_at(record, 120)?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    /// A file of one megabyte whose allocation is named a hundred times and leads to one long stream.
    #[test]
    fn no_stream_and_no_allocation_is_read_beyond_the_limit() {
        let mut file = samples::doc();
        file.resize(1 << 20, 0);
        for at in (76..512).step_by(4) {
            file[at..at + 4].copy_from_slice(&0_u32.to_le_bytes());
        }
        file[68..72].copy_from_slice(&1_u32.to_le_bytes());
        let limits = Limits { compound_bytes: 4096, ..Limits::default() };
        for sector in 0..128_u32 {
            let at = 512 + 4 * usize::try_from(sector).unwrap();
            file[at..at + 4].copy_from_slice(&((sector + 1) % 128).to_le_bytes());
        }
        let read = Compound::read(&file, &limits).unwrap();
        assert!(read.next.len() <= 2 * file.len() / 512);
        assert!(read.small.len() <= 4096);
    }
}
