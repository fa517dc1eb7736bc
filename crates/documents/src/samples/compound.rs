/// The names and contents of streams.
pub type Streams<'a> = &'a [(&'a str, Vec<u8>)];

/// Returns a Word document as written before 2007, with nothing but the head of its text.
pub fn doc() -> Vec<u8> {
    compound(&[("WordDocument", word_document(0)), ("1Table", Vec::new())])
}

/// Returns a compound file of these streams, each in sectors of its own or, if short, in small
/// ones.
pub fn compound(streams: Streams) -> Vec<u8> {
    let short: Vec<u8> =
        streams.iter().filter(|(_, data)| is_short(data)).fold(Vec::new(), |mut all, (_, data)| {
            all.extend(padded(data, SMALL_SECTOR));
            all
        });
    // The allocation comes first, then directory, small allocation and small sectors.
    let mut chains = Chains::default();
    chains.next.push(ALLOCATION);
    let mut entries = Vec::new();
    let mut small_next = Vec::new();
    for (name, data) in streams {
        let start = if is_short(data) {
            let start = small_next.len();
            let sectors = data.len().div_ceil(SMALL_SECTOR);
            small_next.extend((1..=sectors).map(|at| link(start, at, sectors)));
            small_number(if sectors == 0 { usize::MAX } else { start })
        } else {
            chains.add(data)
        };
        entries.push(entry(name, 2, start, data.len()));
    }
    let small_start = chains.add(&short);
    let small_allocation = chains.add(&words(&small_next));
    entries.insert(0, entry("Root Entry", 5, small_start, short.len()));
    let directory = chains.add(&entries.concat());

    let mut header = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    header.resize(24, 0);
    header.extend(b"\x3E\0\x03\0\xFE\xFF\x09\0\x06\0");
    header.resize(44, 0);
    header.extend(words(&[1, directory, 0, 4096, small_allocation, 1, END, 0]));
    header.extend(words(&[0]));
    header.resize(SECTOR, 0xFF);
    let allocation = padded(&words(&chains.next), SECTOR);
    [header, allocation, chains.data].concat()
}

/// Returns the head of a document's text, with these flags.
pub fn word_document(flags: u16) -> Vec<u8> {
    let mut text = b"\xEC\xA5\xC1\0\0\0\0\0\0\0".to_vec();
    text.extend(flags.to_le_bytes());
    text.resize(64, 0);
    text
}

const SECTOR: usize = 512;
const SMALL_SECTOR: usize = 64;
const LEAST_LARGE: usize = 4096;
const END: u32 = 0xFFFF_FFFE;
const ALLOCATION: u32 = 0xFFFF_FFFD;

/// Sectors behind the header, and which follows which.
#[derive(Default)]
struct Chains {
    next: Vec<u32>,
    data: Vec<u8>,
}

impl Chains {
    /// Gives the first sector of the data.
    fn add(&mut self, data: &[u8]) -> u32 {
        let start = self.next.len();
        let sectors = data.len().div_ceil(SECTOR);
        self.next.extend((1..=sectors).map(|at| link(start, at, sectors)));
        self.data.extend(padded(data, SECTOR));
        small_number(if sectors == 0 { usize::MAX } else { start })
    }
}

fn link(start: usize, at: usize, sectors: usize) -> u32 {
    if at == sectors { END } else { small_number(start + at) }
}

fn entry(name: &str, kind: u8, start: u32, length: usize) -> Vec<u8> {
    let mut record: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name_bytes = record.len() + 2;
    record.resize(64, 0);
    record.extend([name_bytes.to_le_bytes()[0], 0, kind]);
    record.resize(116, 0);
    record.extend(words(&[start, small_number(length), 0]));
    record
}

fn is_short(data: &[u8]) -> bool {
    data.len() < LEAST_LARGE
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A number that does not fit becomes the end of a chain.
fn small_number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(END)
}

fn padded(data: &[u8], to: usize) -> Vec<u8> {
    let mut data = data.to_vec();
    data.resize(data.len().next_multiple_of(to), 0);
    data
}
