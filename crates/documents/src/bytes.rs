use std::collections::BinaryHeap;

/// Returns the little-endian number of two bytes at `at`, if the file reaches that far.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*field))
}

/// Returns the little-endian number of four bytes at `at`, if the file reaches that far.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*field))
}

/// Where `needle` first occurs.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle.first()?;
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        at += rest.iter().position(|byte| byte == first)?;
        if bytes.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

/// Where `needle` last occurs.
pub(crate) fn find_last(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).rposition(|at| at == needle)
}

/// Returns the first `length` bytes, or all of a shorter file.
pub(crate) fn head(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(..length).unwrap_or(bytes)
}

/// Returns the last `length` bytes, or all of a shorter file.
pub(crate) fn tail(bytes: &[u8], length: usize) -> &[u8] {
    let start = bytes.len().saturating_sub(length);
    bytes.get(start..).unwrap_or(bytes)
}

/// Returns what follows a byte-order mark and white space.
pub(crate) fn after_blank(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.trim_ascii_start()
}

/// Returns the bytes without the blanks and NULs that mail gateways and editors append.
pub(crate) fn without_blank_end(bytes: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let end = bytes.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
    head(bytes, end)
}

/// Returns whether a name is there twice. A heap weighs less in the page than a set.
pub(crate) fn has_twice(mut all: BinaryHeap<Vec<u8>>) -> bool {
    let mut last = all.pop();
    while let Some(one) = all.pop() {
        if last.as_ref() == Some(&one) {
            return true;
        }
        last = Some(one);
    }
    false
}
