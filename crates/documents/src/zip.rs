//! Reads ZIP archives, and only those in which every reader finds the same entries.

use std::borrow::Cow;

mod end;
mod entry;
mod layout;
mod unpack;

pub use unpack::crc32;
pub(crate) use unpack::{Unpacker, beginning};

use crate::{Damage, Limits};
use end::Directory;

/// A ZIP's entries by its directory, or as far as they can be told without it.
pub(crate) struct Archive<'a> {
    pub(crate) entries: Vec<Entry<'a>>,
    pub(crate) damage: Option<Damage>,
}

/// One entry; its sizes and place are checked against the file.
pub(crate) struct Entry<'a> {
    /// Its name, with `/` for the `\` that some writers on Windows put in its place.
    pub(crate) name: Cow<'a, [u8]>,
    /// The content as it stands in the file.
    pub(crate) packed: &'a [u8],
    /// How it is packed: 0 for not at all, 8 for deflated.
    pub(crate) method: u16,
    /// The CRC-32 of the content.
    checksum: u32,
    /// How long the content is, by the directory.
    pub(crate) length: u64,
    /// Whether it is encrypted.
    pub(crate) is_locked: bool,
    /// Where the entry's own header begins.
    pub(crate) start: usize,
    /// Where its content ends.
    end: usize,
    /// Whether a descriptor with sizes and checksum may follow the content.
    has_descriptor: bool,
    is_link: bool,
}

/// Reads the directory of a file that begins as a ZIP.
///
/// Two readers must not be able to see two different archives in one file. Some find the directory
/// by the offset in the end record, some by its length before that record, and some read from one
/// local header to the next. So directory and end record must meet, the entries must fill the file
/// up to the directory, and each local header must agree with the directory. Writers of documents
/// manage that without exception.
pub(crate) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Archive<'a> {
    let Some(end) = end::record(bytes) else {
        return damaged(bytes, Damage::Truncated, limits);
    };
    match entries(bytes, end, limits) {
        Ok((content, entries)) => {
            Archive { damage: layout::damage(content, &entries, limits), entries }
        }
        Err(damage) => damaged(bytes, damage, limits),
    }
}

/// Returns where a ZIP's end record stands in a file of any kind: an unpacker would open it.
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    end::record(bytes)
}

/// Returns what stands before the directory, and the entries that the directory lists.
fn entries<'a>(
    bytes: &'a [u8],
    end: usize,
    limits: &Limits,
) -> Result<(&'a [u8], Vec<Entry<'a>>), Damage> {
    let Directory { start, length, count } = end::directory(bytes, end)?;
    if length > limits.zip_directory_bytes || count > limits.zip_entries {
        return Err(Damage::DirectoryTooLarge);
    }
    let (content, after) = bytes.split_at_checked(start).ok_or(Damage::Directory)?;
    let mut rest = after.get(..length).ok_or(Damage::Directory)?;
    let mut entries = Vec::with_capacity(count);
    while !rest.is_empty() {
        if entries.len() == count {
            return Err(Damage::Directory);
        }
        let (entry, after) = entry::central(content, rest).ok_or(Damage::Directory)?;
        entries.push(entry);
        rest = after;
    }
    if entries.len() == count { Ok((content, entries)) } else { Err(Damage::Directory) }
}

/// Returns an archive without a usable directory, its entries told by their own headers: a broken
/// DOCX shall be called a broken DOCX, not a broken ZIP.
fn damaged<'a>(bytes: &'a [u8], damage: Damage, limits: &Limits) -> Archive<'a> {
    let headers = bytes.windows(entry::LOCAL.len()).enumerate();
    let starts = headers.filter(|(_, at)| *at == entry::LOCAL).map(|(start, _)| start);
    let entry = |start: usize| {
        let local = entry::local(bytes.get(start..)?)?;
        Some(Entry {
            name: entry::normalised(local.name),
            packed: local.data,
            method: local.method,
            checksum: 0,
            length: 0,
            is_locked: false,
            start,
            end: bytes.len(),
            has_descriptor: false,
            is_link: false,
        })
    };
    Archive {
        entries: starts.filter_map(entry).take(limits.zip_entries).collect(),
        damage: Some(damage),
    }
}

#[cfg(test)]
mod tests;
