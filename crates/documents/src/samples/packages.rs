use super::Stored;

/// A Word document from nothing but what a test gives: relations of the main part, other parts, and
/// what stands in the main part's body.
#[derive(Clone, Debug, Default)]
pub struct WordPackage {
    body: String,
    relations: String,
    types: String,
    parts: Vec<(String, Vec<u8>)>,
}

impl WordPackage {
    /// Returns a document whose body is this.
    pub fn of(body: &str) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// With a relation of the main part, by the last word of its type. The mode is left out where
    /// it is empty.
    #[must_use]
    pub fn related(mut self, kind: &str, target: &str, mode: &str) -> Self {
        let mode = if mode.is_empty() { String::new() } else { format!(" TargetMode=\"{mode}\"") };
        let target = target.replace('&', "&amp;").replace('"', "&quot;");
        let number = self.relations.len();
        let relation = format!(
            "<Relationship Id=\"r{number}\" Type=\"http://schemas.openxmlformats.org/\
             officeDocument/2006/relationships/{kind}\" Target=\"{target}\"{mode}/>"
        );
        self.relations.push_str(&relation);
        self
    }

    /// With this among its relations, as it is.
    #[must_use]
    pub fn with_relations(mut self, xml: &str) -> Self {
        self.relations.push_str(xml);
        self
    }

    /// With this among its content types, as it is.
    #[must_use]
    pub fn with_types(mut self, xml: &str) -> Self {
        self.types.push_str(xml);
        self
    }

    /// With another part.
    #[must_use]
    pub fn with(mut self, name: &str, content: &[u8]) -> Self {
        self.parts.push((name.into(), content.to_vec()));
        self
    }

    /// Returns the whole, as an archive to which more can be added.
    pub fn archive(&self) -> Stored {
        self.archive_at("word/document.xml")
    }

    /// Returns the same with another name for the main part.
    pub fn archive_at(&self, main: &str) -> Stored {
        let (folder, name) = main.rsplit_once('/').unwrap_or(("", main));
        let mut archive = Stored::default();
        let types = format!(
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Override PartName=\"/{main}\" ContentType=\"application/vnd.openxmlformats-\
             officedocument.wordprocessingml.document.main+xml\"/>{}</Types>",
            self.types
        );
        let root = relations(&format!(
            "<Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/\
             relationships/officeDocument\" Target=\"{main}\"/>"
        ));
        let document = format!(
            "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
             <w:body><w:p><w:r><w:t>Bonjour</w:t></w:r></w:p>{}</w:body></w:document>",
            self.body
        );
        archive.add("[Content_Types].xml", types.as_bytes());
        archive.add("_rels/.rels", root.as_bytes());
        archive.add(main, document.as_bytes());
        if !self.relations.is_empty() {
            let name = format!("{folder}/_rels/{name}.rels");
            archive.add(&name, relations(&self.relations).as_bytes());
        }
        for (name, content) in &self.parts {
            archive.add(name, content);
        }
        archive
    }

    /// Returns the file.
    pub fn finish(&self) -> Vec<u8> {
        self.archive().finish()
    }
}

fn relations(inside: &str) -> String {
    format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         {inside}</Relationships>"
    )
}

/// Returns an `OpenDocument` text whose body is this, with these parts beside it.
pub fn open_text(body: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Stored::default();
    archive.add("mimetype", b"application/vnd.oasis.opendocument.text");
    let manifest = "<manifest:manifest \
        xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">\
        <manifest:file-entry manifest:full-path=\"/\" \
        manifest:media-type=\"application/vnd.oasis.opendocument.text\"/></manifest:manifest>";
    if parts.iter().all(|(name, _)| *name != "META-INF/manifest.xml") {
        archive.add("META-INF/manifest.xml", manifest.as_bytes());
    }
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
         xmlns:xlink=\"http://www.w3.org/1999/xlink\"><office:body><office:text>\
         <text:p>Bonjour</text:p>{body}</office:text></office:body></office:document-content>"
    );
    archive.add("content.xml", content.as_bytes());
    for (name, content) in parts {
        archive.add(name, content);
    }
    archive.finish()
}
