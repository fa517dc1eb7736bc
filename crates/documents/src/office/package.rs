//! Reads what an Office Open XML package says of its parts (ECMA-376, part 2).

use crate::{
    Kind,
    bytes::find,
    encoding,
    xml::{Event, Events, Tag},
    zip::{Archive, beginning},
};

/// What a package's content types and the relations of its root say.
pub(super) struct Package {
    /// The kind of document, by the content type of the part that the root leads to.
    pub(super) kind: Option<Kind>,
    /// Whether two readers may take two different parts for the main one.
    pub(super) is_ambiguous: bool,
    types: Types,
}

impl Package {
    /// Reads the package, if the archive is one.
    pub(super) fn read(archive: &Archive<'_>) -> Option<Self> {
        let types = Types::read(&part(archive, b"[Content_Types].xml")?);
        let roots = roots(&part(archive, b"_rels/.rels").unwrap_or_default());
        let kind = roots.first().and_then(|root| types.of(root)).and_then(|name| kind(&name));
        let has_several = roots.iter().skip(1).any(|root| Some(root) != roots.first());
        Some(Self { kind, is_ambiguous: types.has_duplicates || has_several, types })
    }

    /// Returns the content type of a part, in lower case.
    pub(super) fn content_type(&self, part: &[u8]) -> String {
        let part = encoding::utf8(part).to_ascii_lowercase();
        self.types.of(&part).unwrap_or_default().to_ascii_lowercase()
    }
}

/// Returns a part in UTF-8, as far as its beginning goes. What is cut off here is longer than any
/// list of parts, and is looked through as a part all the same.
fn part(archive: &Archive<'_>, name: &[u8]) -> Option<Vec<u8>> {
    const LONGEST: usize = 1024 * 1024;
    let content = beginning(archive.entry(name)?, LONGEST);
    Some(encoding::xml(&content).unwrap_or_default().into_owned())
}

/// The content types by part and by extension, in lower case.
#[derive(Default)]
struct Types {
    parts: Vec<(String, String)>,
    extensions: Vec<(String, String)>,
    has_duplicates: bool,
}

impl Types {
    fn read(part: &[u8]) -> Self {
        let mut types = Self::default();
        for event in Events::of(part) {
            let Event::Start(tag) = event else { continue };
            let (list, name) = match tag.name() {
                b"Override" => (&mut types.parts, lower(tag, b"PartName")),
                b"Default" => (&mut types.extensions, lower(tag, b"Extension")),
                _ => continue,
            };
            // So many are not compared.
            if list.len() == MOST_TYPES || list.iter().any(|(listed, _)| *listed == name) {
                types.has_duplicates = true;
                break;
            }
            list.push((name, tag.attribute(b"ContentType")));
        }
        types
    }

    /// Returns the content type of a part, which is named from the root without its slash.
    fn of(&self, part: &str) -> Option<String> {
        let own = self.parts.iter().find(|(name, _)| name.trim_start_matches('/') == part);
        let extension = part.rsplit('.').next().unwrap_or_default();
        let by_extension = || self.extensions.iter().find(|(name, _)| name == extension);
        own.or_else(by_extension).map(|(_, content_type)| content_type.clone())
    }
}

/// Content types of one package. A long illustrated document names fifty.
const MOST_TYPES: usize = 4_096;

fn lower(tag: Tag<'_>, attribute: &[u8]) -> String {
    let slash = |c: char| if c == '\\' { '/' } else { c.to_ascii_lowercase() };
    tag.attribute(attribute).chars().map(slash).collect()
}

/// Returns the parts that the root calls its document, in lower case.
fn roots(relations: &[u8]) -> Vec<String> {
    let mut roots = Vec::new();
    for event in Events::of(relations) {
        let Event::Start(tag) = event else { continue };
        if tag.name() == b"Relationship" && tag.attribute(b"Type").ends_with("/officeDocument") {
            let target = lower(tag, b"Target");
            let target = target.trim_start_matches("./").trim_start_matches('/');
            roots.push(String::from(target));
        }
    }
    roots
}

fn kind(content_type: &str) -> Option<Kind> {
    let content_type = content_type.to_ascii_lowercase();
    let has = |mark: &str| find(content_type.as_bytes(), mark.as_bytes()).is_some();
    if has("wordprocessingml") || has("ms-word") {
        Some(if has("macroenabled") { Kind::Docm } else { Kind::Docx })
    } else if has("spreadsheetml") || has("ms-excel") {
        Some(Kind::Spreadsheet)
    } else if has("presentationml") || has("ms-powerpoint") {
        Some(Kind::Presentation)
    } else {
        None
    }
}
