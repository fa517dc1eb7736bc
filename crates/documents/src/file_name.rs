use crate::Kind;

/// What stands behind the last dot of a file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extension {
    /// The name has none; phones and share sheets produce such names.
    Missing,
    /// In lower case, without dot.
    Named(String),
    /// The name was made to be read otherwise than it is: control characters, text turned
    /// around. No extension can be trusted.
    Deceptive,
}

/// Returns whether a file of this name may be of this kind.
///
/// A missing extension promises nothing, and agrees with every kind. A deceptive name agrees
/// with none.
pub fn name_agrees(file_name: &str, kind: Kind) -> bool {
    match extension_of(file_name) {
        Extension::Missing => true,
        Extension::Named(extension) => kind.bears(&extension),
        Extension::Deceptive => false,
    }
}

/// Returns the extension of a file's name, as the system that opens the file would take it.
///
/// - A name may arrive percent-encoded, `cv.pdf%2Eexe` is an `exe` and `a%00.pdf` deceives.
/// - A path's last segment counts: old browsers send `C:\fakepath\cv.pdf`.
/// - Windows drops dots and spaces at the end: `cv.exe. .` is an `exe`.
/// - Digits or words behind the last dot (`CV 03.08.2025`, `Dr. Dupont`) are no extension.
pub fn extension_of(file_name: &str) -> Extension {
    let decoded = percent_decoded(file_name);
    if decoded.chars().any(deceives) {
        return Extension::Deceptive;
    }
    let visible: String = decoded.chars().filter(|c| !is_invisible(*c)).collect();
    let last = visible.rsplit(['/', '\\']).next().unwrap_or_default();
    let last = last.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    match last.rsplit_once('.') {
        Some((_, extension)) if is_extension(extension) => {
            Extension::Named(extension.to_ascii_lowercase())
        }
        _ => Extension::Missing,
    }
}

/// Returns whether Windows, macOS or Linux runs a file of this name when it is opened, or mounts
/// it. A name that deceives counts too.
pub(crate) fn runs(name: &str) -> bool {
    match extension_of(name) {
        Extension::Missing => false,
        Extension::Named(extension) => {
            // Windows keeps the content of `a.exe` in `a.exe::$DATA`.
            let extension = extension.split(':').next().unwrap_or_default();
            RUNNING.split(|byte| *byte == b' ').any(|known| extension.as_bytes() == known)
                || Kind::Executable.bears(extension)
        }
        Extension::Deceptive => true,
    }
}

/// Extensions that run or mount, beside those of [`Kind::Executable`].
const RUNNING: &[u8] = b"\
    pif one rdp cpl hta vbe jse wsf wsh wsc sct msc msp mst reg inf scf url website \
    library-ms search-ms settingcontent-ms appref-ms application gadget chm hlp xll iqy slk \
    docm dotm xlsm xltm xlam pptm potm ppsm ppam iso img vhd vhdx dmg pkg deb rpm desktop \
    command py pyc rb pl psm1 psd1 jnlp appx msix ocx sys drv appimage bash zsh csh workflow \
    pyw vb ws wll vsto ade mde accde appinstaller appxbundle msixbundle diagcab terminal \
    scpt run searchconnector-ms xlsb theme themepack xla mdb accdb";

fn is_extension(text: &str) -> bool {
    !text.chars().all(|c| c.is_ascii_digit()) && !text.contains(char::is_whitespace)
}

/// Controls and line ends cut a name short in some readers; overrides, embeddings and isolates
/// turn it around, that `cv\u{202E}fdp.exe` is shown as `cvexe.pdf`.
pub(crate) fn deceives(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters of no width. They occur honestly (marks in Arabic and Hebrew names) and change
/// nothing, but must not hide an extension from the comparison.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Decodes `%41` once; what is no valid escape stays (`100%.pdf`).
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%'
            && let Some((&[high, low], after)) = tail.split_first_chunk::<2>()
            && let (Some(high), Some(low)) = (hex(high), hex(low))
        {
            decoded.push(high << 4 | low);
            rest = after;
        } else {
            decoded.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_run() {
        for name in [
            "a.exe",
            "word/a.LNK",
            "a.exe. .",
            "a.settingcontent-ms",
            "b/c.docm",
            "a.e\u{200B}xe",
            "cv\u{202E}fdp.a",
        ] {
            assert!(runs(name), "{name}");
        }
        for name in ["a.exe/b", "exe", "a.docx", "word/document.xml", "", ".", "a.jpeg"] {
            assert!(!runs(name), "{name}");
        }
    }

    #[track_caller]
    fn check(file_name: &str, expect: &str) {
        let expect = match expect {
            "" => Extension::Missing,
            "!" => Extension::Deceptive,
            named => Extension::Named(named.to_owned()),
        };
        assert_eq!(extension_of(file_name), expect, "{file_name:?}");
    }

    #[test]
    fn plain_names() {
        check("cv.pdf", "pdf");
        check("CV_Dupont.PDF", "pdf");
        check("Lettre de motivation (final).docx", "docx");
        check("履歴書.odt", "odt");
        check("100%.pdf", "pdf");
        check("%zz%4.pdf", "pdf");
        check("", "");
    }

    #[test]
    fn the_last_extension_counts() {
        check("cv.pdf.exe", "exe");
        check("cv.exe.pdf", "pdf");
        check("cv.pdf::$DATA", "pdf::$data");
    }

    #[test]
    fn names_without_extension() {
        check("cv", "");
        check("Dr. Marie Dupont", "");
        check("CV 03.08.2025", "");
        check("cv.", "");
        check("..", "");
    }

    #[test]
    fn ends_that_windows_drops() {
        check("cv.exe. . ", "exe");
        check("cv.pdf ", "pdf");
        check("cv.pdf\u{A0}", "pdf");
    }

    #[test]
    fn paths() {
        check(r"C:\fakepath\cv.pdf", "pdf");
        check("../../cv.docx", "docx");
        check("cv.pdf/exe", "");
    }

    #[test]
    fn percent_encoded_names() {
        check("cv.pdf%2Eexe", "exe");
        check("cv.pdf%2fcv.exe", "exe");
        check("a%00.pdf", "!");
        check("%E2%80%AEfdp.exe", "!");
    }

    #[test]
    fn deceptive_names() {
        check("a\0.pdf", "!");
        check("cv.exe\n.pdf", "!");
        check("cv\u{202E}fdp.exe", "!");
        check("cv\u{2067}fdp.exe", "!");
        check("cv\u{2028}.pdf", "!");
    }

    #[test]
    fn invisible_characters_hide_nothing() {
        check("cv.pdf\u{200E}", "pdf");
        check("cv.e\u{200B}xe", "exe");
        check("سيرة\u{200F}.pdf", "pdf");
    }

    #[test]
    fn agreement() {
        assert!(name_agrees("cv.pdf", Kind::Pdf));
        assert!(name_agrees("cv", Kind::Pdf));
        assert!(!name_agrees("cv.docx", Kind::Pdf));
        assert!(!name_agrees("cv.pdf", Kind::Executable));
        assert!(!name_agrees("a%00.pdf", Kind::Pdf));
        assert!(!name_agrees("cv.bin", Kind::Unknown));
    }
}
