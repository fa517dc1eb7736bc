/// How far [`inspect`](crate::inspect) follows what a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries in a ZIP's central directory. A long illustrated DOCX has a few hundred; each
    /// entry read costs time and a few bytes of memory, and 65,535 fit in a file of 5 MB.
    pub zip_entries: usize,
    /// Bytes of a ZIP's central directory. A typical entry takes 60 to 120 bytes, so this leaves
    /// room for `zip_entries` with long names and stays far below the Worker's 128 MB.
    pub zip_directory_bytes: usize,
    /// Bytes that a part of a document may unpack to for each byte that it is packed in. XML packs
    /// to a tenth, seldom to a hundredth; deflate can do a thousandth.
    pub zip_ratio: usize,
    /// Bytes that a part may unpack to whatever the ratio: an empty table packs well.
    pub zip_always_bytes: usize,
    /// Bytes that all entries of a ZIP together say that they unpack to. A long document full of
    /// uncompressed pictures has 100 MB; a computer of a few GB cannot open much more than this.
    pub zip_declared_bytes: u64,
    /// Pixels of a picture. A sheet of A0 scanned at 300 dots an inch has 140 million; each takes
    /// four bytes once it is shown.
    pub picture_pixels: u64,
    /// Files inside a document that are looked into. Word stores one behind each chart.
    pub files_inside: usize,
    /// Targets of links, pictures and fields that are judged in one document; of a long one, each
    /// 64 bytes count. A thesis with a field for each reference has 20,000. A million of the worst
    /// take more than a second in a browser.
    pub targets: usize,
    /// Bytes of pages, drawings, mails and RTF inside one document that are looked through, each as often
    /// as it is: most are once for what runs, and once more for file servers where Word takes them in.
    /// All of it takes as long as text of twice its length.
    pub page_bytes: usize,
    /// Fields of a document within each other. Form letters have four or five.
    pub field_nesting: usize,
    /// Bytes at the end of a PDF in which its end mark is looked for. Scanners and mail gateways
    /// append junk (11 KB is the most seen in the test corpora), while a mark further up may
    /// belong to the beginning of a linearised PDF whose rest is missing.
    pub pdf_tail_bytes: usize,
    /// Objects of a PDF. A tagged document has some fifty per page; a file of 20 MB that has more
    /// than this leaves 40 bytes for each.
    pub pdf_objects: usize,
    /// Tables of a PDF that follow each other, one for each time that it was changed and saved.
    pub pdf_revisions: usize,
    /// Bytes of a PDF that are read as syntax or unpacked, each as often as it is; see
    /// `pdf::budget`. 4 MB suffice for every PDF of the test corpora, since most bytes of a
    /// document are pictures and text that are not read here. All of it takes 120 ms.
    pub pdf_read_bytes: usize,
    /// Bytes that page contents, fonts and other streams of a PDF, which are not read here, unpack
    /// to together. A book with its fonts has 100 MB.
    pub pdf_declared_bytes: usize,
    /// Bytes of page contents that are looked into for pictures that stand in them.
    pub pdf_content_bytes: usize,
    /// Bytes that come out of everything packed in one file that is read here: text, not
    /// pictures. A book of 5,000 pages has as many; the most in the test corpora are 15 MB. Well
    /// below the Worker's 128 MB.
    pub unpacked_bytes: usize,
    /// Bytes of the pictures in a document that are unpacked to look for where they were taken: the
    /// heads of a hundred photographs.
    pub picture_bytes: usize,
    /// Bytes of a stream of a compound file that are read: the text of a book. What is looked for
    /// stands at the beginning, but for fields.
    pub compound_bytes: usize,
    /// Containers within each other: PDF's arrays and dictionaries, XML's elements. Writers need
    /// a dozen, and readers give up at some hundred.
    pub nesting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            zip_entries: 4_096,
            zip_directory_bytes: 1024 * 1024,
            zip_ratio: 200,
            zip_always_bytes: 4 * 1024 * 1024,
            zip_declared_bytes: 256 * 1024 * 1024,
            picture_pixels: 250_000_000,
            files_inside: 256,
            targets: 1 << 17,
            page_bytes: 8 * 1024 * 1024,
            field_nesting: 32,
            pdf_tail_bytes: 16 * 1024,
            pdf_objects: 1 << 19,
            pdf_revisions: 1_024,
            pdf_read_bytes: 16 * 1024 * 1024,
            pdf_declared_bytes: 256 * 1024 * 1024,
            pdf_content_bytes: 2 * 1024 * 1024,
            unpacked_bytes: 24 * 1024 * 1024,
            picture_bytes: 12 * 1024 * 1024,
            compound_bytes: 4 * 1024 * 1024,
            nesting: 256,
        }
    }
}
