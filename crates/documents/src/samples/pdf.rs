/// Returns a PDF of one page with `text` in Helvetica, which every reader has.
///
/// Characters outside of Latin-1 become question marks.
pub fn pdf(text: &str) -> Vec<u8> {
    page(text).finish()
}

/// Returns the same, made `bytes` long by a comment; for tests of size limits. A length that is
/// less than two bytes above the plain document's, or below it, gives the plain document.
pub fn pdf_of_length(text: &str, bytes: usize) -> Vec<u8> {
    match bytes.saturating_sub(pdf(text).len()).checked_sub(2) {
        Some(filling) => {
            page(text).padded([b"%", vec![b'.'; filling].as_slice(), b"\n"].concat()).finish()
        }
        None => pdf(text),
    }
}

fn page(text: &str) -> Objects {
    Objects::new()
        .with("<< /Type /Catalog /Pages 2 0 R >>")
        .with("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .with(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R \
             /Resources << /Font << /F1 4 0 R >> >> >>",
        )
        .with("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
        .with_stream("", &page_content(text))
}

/// Returns one of each way to write a PDF, with something to find in each.
pub(super) fn all() -> Vec<Vec<u8>> {
    let told = page("Bonjour")
        .with("<< /Author (Ada \\351) /Title <FEFF00E9> >>")
        .with("<< /Names [(a) << /EF << /F 9 0 R >> >>] /AA << /O << /S /JavaScript >> >> >>")
        .with_stream("/Type /Metadata", b"<dc:creator><rdf:li>Ada</rdf:li></dc:creator>")
        .with_trailer("/Info 6 0 R");
    let locked = told
        .clone()
        .with("<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O (o) /U (u) >>")
        .with_trailer("/Encrypt 9 0 R /ID [(a) (b)]");
    let mut repaired = told.finish();
    repaired.truncate(repaired.len() - 20);
    vec![told.finish(), told.packed(), locked.finish(), locked.packed(), repaired, zlib(b"Bonjour")]
}

/// The objects of a PDF, to be put together in one of the ways that the format knows.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    bodies: Vec<Vec<u8>>,
    trailer: String,
    padding: Vec<u8>,
}

impl Objects {
    /// None yet. The first becomes number 1 and should be the catalogue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one more object.
    #[must_use]
    pub fn with(mut self, body: impl AsRef<[u8]>) -> Self {
        self.bodies.push(body.as_ref().to_vec());
        self
    }

    /// Adds one more object, a stream with these entries in its dictionary beside the length.
    #[must_use]
    pub fn with_stream(self, entries: &str, data: &[u8]) -> Self {
        self.with(stream(entries, data))
    }

    /// Entries of the trailer beside the size and the root.
    #[must_use]
    pub fn with_trailer(mut self, entries: &str) -> Self {
        self.trailer.push_str(entries);
        self
    }

    /// Bytes between the trailer and the end.
    #[must_use]
    fn padded(mut self, padding: Vec<u8>) -> Self {
        self.padding = padding;
        self
    }

    /// Returns the file, with a cross-reference table.
    pub fn finish(&self) -> Vec<u8> {
        let mut file = header();
        let size = self.bodies.len() + 1;
        let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n").into_bytes();
        for (number, body) in (1..).zip(&self.bodies) {
            table.extend(format!("{:010} 00000 n \n", file.len()).bytes());
            file.extend(object(number, body));
        }
        let start = file.len();
        let trailer = &self.trailer;
        table.extend(format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n").bytes());
        file.extend(table);
        file.extend(&self.padding);
        file.extend(end(start));
        file
    }

    /// Returns the file, with all objects but the streams in one object stream, and a
    /// cross-reference stream whose rows are predicted from each other.
    pub fn packed(&self) -> Vec<u8> {
        let mut file = header();
        let stream_number = self.bodies.len() + 1;
        let (mut count, mut numbers, mut inside) = (0, Vec::new(), Vec::new());
        let mut rows = vec![[0, 0, 0, 0]];
        for (number, body) in (1..).zip(&self.bodies) {
            if body.ends_with(b"endstream") {
                rows.push(row(1, file.len()));
                file.extend(object(number, body));
            } else {
                rows.push(row(2, stream_number));
                count += 1;
                numbers.extend(format!("{number} {} ", inside.len()).bytes());
                inside.extend(body);
                inside.push(b' ');
            }
        }
        let entries =
            format!("/Type /ObjStm /N {count} /First {} /Filter /FlateDecode", numbers.len());
        rows.push(row(1, file.len()));
        let data = zlib(&[numbers.as_slice(), &inside].concat());
        file.extend(object(stream_number, &stream(&entries, &data)));

        let start = file.len();
        rows.push(row(1, start));
        let entries = format!(
            "/Type /XRef /Size {} /Root 1 0 R /W [1 3 0] /Filter /FlateDecode \
             /DecodeParms << /Predictor 12 /Columns 4 >> {}",
            rows.len(),
            self.trailer
        );
        file.extend(object(stream_number + 1, &stream(&entries, &zlib(&predicted(&rows)))));
        file.extend(end(start));
        file
    }
}

fn header() -> Vec<u8> {
    // The comment of high bytes tells transfer programs that the file is binary.
    b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec()
}

fn object(number: usize, body: &[u8]) -> Vec<u8> {
    [format!("{number} 0 obj\n").as_bytes(), body, b"\nendobj\n"].concat()
}

fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let dict = format!("<< /Length {} {entries} >>\nstream\n", data.len());
    [dict.as_bytes(), data, b"\nendstream"].concat()
}

fn end(start: usize) -> Vec<u8> {
    format!("startxref\n{start}\n%%EOF\n").into_bytes()
}

fn row(kind: u8, field: usize) -> [u8; 4] {
    let [low, middle, high, ..] = field.to_le_bytes();
    [kind, high, middle, low]
}

/// Returns each row as the difference from the one above (PNG's prediction 2).
fn predicted(rows: &[[u8; 4]]) -> Vec<u8> {
    let mut above = [0; 4];
    let mut bytes = Vec::new();
    for row in rows {
        bytes.push(2);
        bytes.extend(row.iter().zip(above).map(|(byte, above)| byte.wrapping_sub(above)));
        above = *row;
    }
    bytes
}

/// Returns a zlib stream that holds `data` as they are (RFC 1951, 3.2.4), without its checksum.
pub fn zlib(data: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x78, 0x01];
    let mut chunks = data.chunks(0xFFFF).peekable();
    while let Some(chunk) = chunks.next() {
        let [low, high, ..] = chunk.len().to_le_bytes();
        packed.extend([u8::from(chunks.peek().is_none()), low, high, !low, !high]);
        packed.extend(chunk);
    }
    packed
}

fn page_content(text: &str) -> Vec<u8> {
    let mut content = b"BT /F1 12 Tf 14 TL 72 770 Td\n".to_vec();
    for line in text.split('\n') {
        content.push(b'(');
        for c in line.chars() {
            if matches!(c, '(' | ')' | '\\') {
                content.push(b'\\');
            }
            content.push(u8::try_from(c).unwrap_or(b'?'));
        }
        content.extend(b") Tj T*\n");
    }
    content.extend(b"ET");
    content
}
