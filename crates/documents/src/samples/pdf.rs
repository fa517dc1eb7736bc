/// A PDF of one page with `text` in Helvetica, which every reader has.
///
/// Characters outside of Latin-1 become question marks.
pub fn pdf(text: &str) -> Vec<u8> {
    padded(text, &[])
}

/// The same, made `bytes` long by a comment; for tests of size limits. A length that is less
/// than two bytes above the plain document's, or below it, gives the plain document.
pub fn pdf_of_length(text: &str, bytes: usize) -> Vec<u8> {
    match bytes.saturating_sub(pdf(text).len()).checked_sub(2) {
        Some(filling) => padded(text, &[b"%", vec![b'.'; filling].as_slice(), b"\n"].concat()),
        None => pdf(text),
    }
}

fn padded(text: &str, padding: &[u8]) -> Vec<u8> {
    let content = page_content(text);
    let stream_head = format!("<< /Length {} >>\nstream\n", content.len());
    let objects: [&[u8]; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R \
          /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        &[stream_head.as_bytes(), &content, b"\nendstream"].concat(),
    ];

    // The comment of high bytes tells transfer programs that the file is binary.
    let mut file = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let size = objects.len() + 1;
    let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n").into_bytes();
    for (number, object) in (1..).zip(objects) {
        table.extend(format!("{:010} 00000 n \n", file.len()).bytes());
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let table_start = file.len();
    table.extend(format!("trailer\n<< /Size {size} /Root 1 0 R >>\n").bytes());
    file.extend(table);
    file.extend(padding);
    file.extend(format!("startxref\n{table_start}\n%%EOF\n").bytes());
    file
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
