use super::Stored;

/// Returns a Word document with a paragraph for each line of `text`.
pub fn docx(text: &str) -> Vec<u8> {
    word(text, "").finish()
}

/// Returns the same with a macro project (whose content no editor would load).
pub fn docm(text: &str) -> Vec<u8> {
    let project =
        r#"<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>"#;
    word(text, project).add("word/vbaProject.bin", b"no project").finish()
}

/// Returns a Word document with these parts beside its own.
pub fn docx_with(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = word("Bonjour", "");
    for (name, content) in parts {
        archive.add(name, content.as_bytes());
    }
    archive.finish()
}

/// Returns an `OpenDocument` text of these parts and its media type.
pub fn odt_of(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = Stored::default();
    archive.add("mimetype", b"application/vnd.oasis.opendocument.text");
    for (name, content) in parts {
        archive.add(name, content.as_bytes());
    }
    archive.finish()
}

/// Returns an `OpenDocument` text with a paragraph for each line of `text`.
pub fn odt(text: &str) -> Vec<u8> {
    let manifest = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <manifest:manifest \
        xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" \
        manifest:version=\"1.2\">\
        <manifest:file-entry manifest:full-path=\"/\" manifest:version=\"1.2\" \
        manifest:media-type=\"application/vnd.oasis.opendocument.text\"/>\
        <manifest:file-entry manifest:full-path=\"content.xml\" \
        manifest:media-type=\"text/xml\"/></manifest:manifest>";
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <office:document-content \
        xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
        office:version=\"1.2\"><office:body><office:text>{}</office:text></office:body>\
        </office:document-content>",
        paragraphs(text, "<text:p>", "</text:p>")
    );
    Stored::default()
        .add("mimetype", b"application/vnd.oasis.opendocument.text")
        .add("META-INF/manifest.xml", manifest.as_bytes())
        .add("content.xml", content.as_bytes())
        .finish()
}

fn word(text: &str, more_types: &str) -> Stored {
    let main_type = if more_types.is_empty() {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    } else {
        "application/vnd.ms-word.document.macroEnabled.main+xml"
    };
    let types = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
        <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
        <Default Extension=\"rels\" \
        ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>{more_types}\
        <Override PartName=\"/word/document.xml\" ContentType=\"{main_type}\"/></Types>"
    );
    let relations = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
        <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Target=\"word/document.xml\" Type=\"http://schemas.\
        openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>";
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document \
        xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
        <w:body>{}</w:body></w:document>",
        paragraphs(text, "<w:p><w:r><w:t xml:space=\"preserve\">", "</w:t></w:r></w:p>")
    );
    let mut archive = Stored::default();
    archive
        .add("[Content_Types].xml", types.as_bytes())
        .add("_rels/.rels", relations.as_bytes())
        .add("word/document.xml", document.as_bytes());
    archive
}

fn paragraphs(text: &str, open: &str, close: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    let between = [close, open].concat();
    [open, &escaped.replace('\n', &between), close].concat()
}
