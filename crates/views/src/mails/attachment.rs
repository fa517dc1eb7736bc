//! The names under which staff get the documents.

use domain::{Application, Posting};
use rules::application::Document;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::person::family_first;

/// The most bytes of a name, in UTF-8. File systems take 255; Windows gives
/// a whole path 260 characters, and staff file things in deep folders.
const NAME: usize = 100;

/// The most bytes of them that the document's own name takes.
const LABEL: usize = 40;

/// `DUPONT_Marie_CV.pdf`: the candidate's name, the document's name in the
/// posting's language, and the extension of what the bytes are. Nothing of
/// the name that the file had on the candidate's device.
///
/// Safe on every file system. No two documents of an application get the
/// same name, also where case makes no difference.
pub fn attachment_name(posting: &Posting, received: &Application, document: &Document) -> String {
    let mut taken = Vec::new();
    for other in &received.content.documents {
        if other.id == document.id {
            break;
        }
        let name = first_free(posting, received, other, &taken);
        taken.push(name.to_lowercase());
    }
    first_free(posting, received, document, &taken)
}

/// `0012_DUPONT_Marie_7KXM29QT`: the folder of an application in an archive,
/// sorted by its number.
pub fn folder_name(received: &Application) -> String {
    let person = cut(&safe(&family_first(&received.content.name)), NAME);
    let separator = if person.is_empty() { "" } else { "_" };
    format!("{:04}_{person}{separator}{}", received.number, received.reference)
}

fn first_free(
    posting: &Posting,
    received: &Application,
    document: &Document,
    taken: &[String],
) -> String {
    let mut name = numbered(posting, received, document, 1);
    // One more try than there are names: one of them is free.
    for number in 2..=taken.len() + 1 {
        if !taken.contains(&name.to_lowercase()) {
            break;
        }
        name = numbered(posting, received, document, number);
    }
    name
}

fn numbered(
    posting: &Posting,
    received: &Application,
    document: &Document,
    number: usize,
) -> String {
    let label = posting.requirements.document(&document.id);
    let label = label.map_or(document.id.as_str(), |known| known.name.get(&posting.language));
    let label = cut(&safe(label), LABEL);
    let label = if label.is_empty() { "document" } else { label.as_str() };
    let number = if number > 1 { format!("_{number}") } else { String::new() };
    let extension = document.kind.extension().map(|known| format!(".{known}")).unwrap_or_default();
    let end = format!("_{label}{number}{extension}");

    let person = cut(&safe(&family_first(&received.content.name)), NAME.saturating_sub(end.len()));
    // With a part on both sides of the `_` no name is one that Windows
    // reserves for a device: `CON`, `NUL`, `COM1`.
    let person = if person.is_empty() { received.reference.as_str() } else { &person };
    format!("{person}{end}")
}

/// Returns the words of `text`, with `_` between them.
///
/// Letters and digits of every script stay, accents composed as most systems
/// store them. Everything else separates: what file systems or shells take
/// for their own, controls and marks of direction, and also dots, so that a
/// name neither hides itself nor shows a second extension.
fn safe(text: &str) -> String {
    let text: String = text.nfc().map(plain).collect();
    let words = text.split(|c: char| !is_kept(c));
    let words = words.map(|word| word.trim_start_matches(|c: char| !c.is_alphanumeric()));
    let words: Vec<&str> =
        words.map(|word| word.trim_end_matches(is_joint)).filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// Hyphens and apostrophes in one form. The straight apostrophe is a quote
/// to a shell.
fn plain(c: char) -> char {
    match c {
        '\u{2010}' | '\u{2011}' => '-',
        '\'' => '\u{2019}',
        other => other,
    }
}

fn is_kept(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || is_joint(c)
}

/// Returns what stands inside words only: hyphen, apostrophe, middle dot, and
/// the joiners that several scripts are written with.
fn is_joint(c: char) -> bool {
    matches!(c, '-' | '\u{2019}' | '\u{B7}' | '\u{200C}' | '\u{200D}')
}

/// Returns the beginning of `text` that fits into `bytes`. A letter keeps its
/// marks or goes with them.
fn cut(text: &str, bytes: usize) -> String {
    let mut end = text.floor_char_boundary(bytes);
    let starts_with_mark = |at: usize| {
        text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(is_combining_mark)
    };
    while end > 0 && starts_with_mark(end) {
        end = text.floor_char_boundary(end - 1);
    }
    let kept = text.get(..end).unwrap_or_default();
    kept.trim_end_matches(|c| c == '_' || is_joint(c)).to_owned()
}

#[cfg(test)]
mod tests {
    use documents::Kind;

    use super::super::samples::{document, posting, received, required};
    use super::*;

    /// Returns the name of the CV of somebody called `name`.
    fn cv_of(name: &str) -> String {
        let mut received = received();
        received.content.name = name.to_owned();
        attachment_name(&posting(), &received, &received.content.documents[1])
    }

    #[test]
    fn names_are_those_of_person_and_document() {
        for (person, file) in [
            ("Marie Dupont", "DUPONT_Marie_CV.pdf"),
            ("Marie DUPONT", "DUPONT_Marie_CV.pdf"),
            ("Ludovic de la Tour", "DE_LA_TOUR_Ludovic_CV.pdf"),
            ("Anne-Sophie Lévy-Müller", "LÉVY-MÜLLER_Anne-Sophie_CV.pdf"),
            ("Ame\u{301}lie O'Brien", "O’BRIEN_Amélie_CV.pdf"),
            ("Jean d\u{2019}Artagnan", "D’ARTAGNAN_Jean_CV.pdf"),
            ("Suharto", "Suharto_CV.pdf"),
            ("عائشة بن صالح", "عائشة_بن_صالح_CV.pdf"),
            ("王小明", "王小明_CV.pdf"),
            ("सत्यजित राय", "सत्यजित_राय_CV.pdf"),
            // What is left of hostile names, or the reference instead of them.
            ("../../etc/passwd", "etc_passwd_CV.pdf"),
            ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j_CV.pdf"),
            ("cv.pdf.exe", "cv_pdf_exe_CV.pdf"),
            (".htaccess", "htaccess_CV.pdf"),
            ("-rf Marie", "MARIE_rf_CV.pdf"),
            ("CON", "CON_CV.pdf"),
            ("nul.txt", "nul_txt_CV.pdf"),
            ("X\r\nBcc: y@z.org", "Y_Z_ORG_X_Bcc_CV.pdf"),
            ("$(reboot) `id` %0d%0a", "0D_0A_reboot_id_CV.pdf"),
            ("cv\u{202E}fdp.exe\0", "cvfdp_exe_CV.pdf"),
            ("Marie 🙂", "Marie_CV.pdf"),
            ("???", "7KXM29QT_CV.pdf"),
            ("", "7KXM29QT_CV.pdf"),
            ("\u{301}\u{301}", "7KXM29QT_CV.pdf"),
        ] {
            assert_eq!(cv_of(person), file, "{person:?}");
        }
    }

    #[test]
    fn long_names_keep_their_end() {
        for person in [
            "A".repeat(200),
            "é".repeat(200),
            "Marie ".repeat(40),
            "王".repeat(200),
            // More marks than a letter may have: the letter goes with them.
            "a\u{309}\u{309}".repeat(60),
            format!("a{}", "\u{309}".repeat(200)),
        ] {
            let file = cv_of(&person);
            assert!(file.len() <= NAME && file.ends_with("_CV.pdf"), "{file}");
            assert!(!file.starts_with('_') && !file.contains("__"), "{file}");
        }
    }

    #[test]
    fn the_extension_is_that_of_the_bytes() {
        let mut received = received();
        for (kind, extension) in [(Kind::Pdf, ".pdf"), (Kind::Docx, ".docx"), (Kind::Odt, ".odt")] {
            let document = document("cv", "cv.exe", kind, 1, "00");
            received.content.documents = vec![document.clone()];
            let file = attachment_name(&posting(), &received, &document);
            assert_eq!(file, format!("DUPONT_Marie_CV{extension}"));
        }
        let strange = document("cv", "cv.exe", Kind::Unknown, 1, "00");
        assert_eq!(attachment_name(&posting(), &received, &strange), "DUPONT_Marie_CV");
    }

    #[test]
    fn documents_have_distinct_names() {
        let mut posting = posting();
        let mut received = received();
        // Names that differ in what is dropped, in case, in their length
        // alone, or by chance look like a numbered one.
        let long = "Diplôme ".repeat(20);
        let labels = ["CV", "C?V", "cv.", "CV", "CV 2", &long, &format!("{long}bis"), "?", "!"];
        posting.requirements.documents.clear();
        received.content.documents.clear();
        for (number, label) in labels.iter().enumerate() {
            let id = format!("d{number}");
            posting.requirements.documents.push(required(&id, label, label));
            received.content.documents.push(document(&id, "x.pdf", Kind::Pdf, 1, "00"));
        }
        let documents = received.content.documents.iter();
        let names: Vec<String> =
            documents.map(|document| attachment_name(&posting, &received, document)).collect();
        assert_eq!(names[0], "DUPONT_Marie_CV.pdf");
        assert_eq!(names[1], "DUPONT_Marie_C_V.pdf");
        assert_eq!(names[2], "DUPONT_Marie_cv_2.pdf");
        assert_eq!(names[3], "DUPONT_Marie_CV_3.pdf");
        let distinct: std::collections::BTreeSet<String> =
            names.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(distinct.len(), labels.len(), "{names:?}");
        assert!(names.iter().all(|name| name.len() <= NAME), "{names:?}");
    }
}
