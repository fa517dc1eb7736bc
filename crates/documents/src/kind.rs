use serde::{Deserialize, Serialize};

/// What a file is. Kinds that no posting accepts are told apart where it helps to say what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Portable Document Format.
    Pdf,
    /// Word document (Office Open XML) without macros.
    Docx,
    /// Word document (Office Open XML) with a macro project.
    Docm,
    /// `OpenDocument` text.
    Odt,
    /// OLE compound file: Word before 2007, its siblings, or a DOCX under a password.
    Doc,
    /// Rich Text Format.
    Rtf,
    /// Workbook in a ZIP (Office Open XML or `OpenDocument`).
    Spreadsheet,
    /// Slides in a ZIP (Office Open XML or `OpenDocument`).
    Presentation,
    /// ZIP of none of the kinds above.
    Zip,
    /// Other archive or compressed file: 7z, RAR, gzip, bzip2, xz, zstd, CAB, tar.
    Archive,
    /// PNG, JPEG, GIF, WEBP, HEIC, AVIF, TIFF or BMP.
    Image,
    /// Program or script.
    Executable,
    /// Web page.
    Html,
    /// Other XML.
    Xml,
    /// Printable text.
    Text,
    /// No bytes at all.
    Empty,
    /// None of these.
    Unknown,
}

impl Kind {
    pub(crate) const ALL: [Self; 17] = [
        Self::Pdf,
        Self::Docx,
        Self::Docm,
        Self::Odt,
        Self::Doc,
        Self::Rtf,
        Self::Spreadsheet,
        Self::Presentation,
        Self::Zip,
        Self::Archive,
        Self::Image,
        Self::Executable,
        Self::Html,
        Self::Xml,
        Self::Text,
        Self::Empty,
        Self::Unknown,
    ];

    /// Returns the name under which clients and locales know the kind: `pdf`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Docm => "docm",
            Self::Odt => "odt",
            Self::Doc => "doc",
            Self::Rtf => "rtf",
            Self::Spreadsheet => "spreadsheet",
            Self::Presentation => "presentation",
            Self::Zip => "zip",
            Self::Archive => "archive",
            Self::Image => "image",
            Self::Executable => "executable",
            Self::Html => "html",
            Self::Xml => "xml",
            Self::Text => "text",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the kind of this name, as [`Kind::as_str`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Returns the kind a file of this extension (without its dot, in any case) claims to be.
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.bears(extension))
    }

    /// Returns the extensions a file of this kind may bear: lower case, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx"],
            Self::Docm => &["docm", "dotm"],
            Self::Odt => &["odt"],
            Self::Doc => &["doc", "dot"],
            Self::Rtf => &["rtf"],
            Self::Spreadsheet => &["xlsx", "xlsm", "ods"],
            Self::Presentation => &["pptx", "pptm", "odp"],
            Self::Zip => &["zip"],
            Self::Archive => &["7z", "rar", "gz", "tgz", "bz2", "xz", "zst", "cab", "tar"],
            Self::Image => {
                &["jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "avif", "tif", "tiff", "bmp"]
            }
            Self::Executable => &[
                "exe", "com", "scr", "dll", "sh", "php", "bat", "cmd", "js", "vbs", "lnk", "msi",
                "jar", "ps1", "apk", "app",
            ],
            Self::Html => &["html", "htm", "xhtml"],
            Self::Xml => &["xml", "svg"],
            Self::Text => &["txt", "text", "md"],
            Self::Empty | Self::Unknown => &[],
        }
    }

    /// Returns the usual extension, where one name fits every file of the kind.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Self::Spreadsheet
            | Self::Presentation
            | Self::Archive
            | Self::Image
            | Self::Executable => None,
            _ => self.extensions().first().copied(),
        }
    }

    /// Returns the media type to send a file of this kind under.
    ///
    /// A kind that covers several formats, or that a mail reader or browser might run, goes as
    /// bare bytes: nothing then opens it by its type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Docm => "application/vnd.ms-word.document.macroEnabled.12",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Doc => "application/msword",
            Self::Rtf => "application/rtf",
            Self::Zip => "application/zip",
            Self::Text => "text/plain",
            _ => "application/octet-stream",
        }
    }

    pub(crate) fn bears(self, extension: &str) -> bool {
        self.extensions().iter().any(|known| known.eq_ignore_ascii_case(extension))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_belongs_to_one_kind() {
        for kind in Kind::ALL {
            for extension in kind.extensions() {
                assert_eq!(Kind::from_extension(extension), Some(kind), "{extension}");
            }
        }
    }

    #[test]
    fn extensions_are_read_in_any_case() {
        assert_eq!(Kind::from_extension("PDF"), Some(Kind::Pdf));
        assert_eq!(Kind::from_extension("Docx"), Some(Kind::Docx));
        assert_eq!(Kind::from_extension("pages"), None);
        assert_eq!(Kind::from_extension(""), None);
    }

    #[test]
    fn a_kind_is_its_name_in_snake_case() {
        for kind in Kind::ALL {
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("{:?}", kind.as_str()));
            assert_eq!(Kind::from_name(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::from_name("PDF"), None);
        assert_eq!(serde_json::to_string(&Kind::Pdf).unwrap(), r#""pdf""#);
        assert_eq!(serde_json::from_str::<Kind>(r#""odt""#).unwrap(), Kind::Odt);
    }
}
