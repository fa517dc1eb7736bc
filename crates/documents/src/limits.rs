/// How far [`inspect`](crate::inspect) follows what a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries in a ZIP's central directory. A long illustrated DOCX has a few hundred; each
    /// entry read costs time and a few bytes of memory, and 65,535 fit in a file of 5 MB.
    pub zip_entries: usize,
    /// Bytes of a ZIP's central directory. A typical entry takes 60 to 120 bytes, so this leaves
    /// room for `zip_entries` with long names and stays far below the Worker's 128 MB.
    pub zip_directory_bytes: usize,
    /// Bytes at the end of a PDF in which its end mark is looked for. Scanners and mail gateways
    /// append junk (11 KB is the most seen in the test corpora), while a mark further up may
    /// belong to the beginning of a linearised PDF whose rest is missing.
    pub pdf_tail_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { zip_entries: 4_096, zip_directory_bytes: 1024 * 1024, pdf_tail_bytes: 16 * 1024 }
    }
}
