//! Names of files, as programs write them, rightly and wrongly.

use super::{document_names, read};
use crate::incoming::Incoming;

#[test]
fn names_are_decoded() {
    for (written, name) in [
        ("filename=cv.pdf", "cv.pdf"),
        ("filename=\"Lettre de motivation.pdf\"", "Lettre de motivation.pdf"),
        // RFC 2231: one value, several, and several encoded ones.
        ("filename*=UTF-8''Am%C3%A9lie%20CV.pdf", "Amélie CV.pdf"),
        ("filename*=iso-8859-1'fr'Am%E9lie.pdf", "Amélie.pdf"),
        ("filename*0=\"Lettre de \"; filename*1=\"motivation.pdf\"", "Lettre de motivation.pdf"),
        ("filename*0*=UTF-8''Am%C3%A9; filename*1*=lie%2C%20CV.pdf", "Amélie, CV.pdf"),
        ("filename=\"Amelie.pdf\"; filename*=UTF-8''Am%C3%A9lie.pdf", "Amélie.pdf"),
        // RFC 2047 where it may not stand, which is what most programs do.
        ("filename=\"=?UTF-8?B?QW3DqWxpZS5wZGY=?=\"", "Amélie.pdf"),
        ("filename=\"=?iso-8859-1?Q?Am=E9lie=2C_CV=2Epdf?=\"", "Amélie, CV.pdf"),
        (
            "filename=\"=?UTF-8?Q?Lettre_de_?=\n =?UTF-8?Q?motivation.pdf?=\"",
            "Lettre de motivation.pdf",
        ),
        // RFC 2231 without its star.
        ("filename=\"utf-8''Am%C3%A9lie.pdf\"", "Amélie.pdf"),
        // Not encoded at all.
        ("filename=\"Amélie.pdf\"", "Amélie.pdf"),
        ("filename=\"50% CV.pdf\"", "50% CV.pdf"),
        // Folders and what would end a header.
        ("filename=\"C:\\\\Users\\\\ana\\\\cv.pdf\"", "cv.pdf"),
        ("filename=\"../../cv.pdf\"", "cv.pdf"),
        ("filename*=UTF-8''cv%0D%0ABcc%3A%20x.pdf", "cv Bcc: x.pdf"),
        ("filename*=UTF-8''cv%E2%80%AEfdp.exe", "cv fdp.exe"),
        // Decomposed, as from a Mac.
        ("filename*=UTF-8''Ame%CC%81lie.pdf", "Ame\u{301}lie.pdf"),
    ] {
        let message = read(&format!(
            "Content-Type: application/pdf\nContent-Disposition: attachment; {written}\n\n%PDF\n"
        ));
        assert_eq!(document_names(&message), [name], "{written}");
    }
}

#[test]
fn a_name_of_latin_1_as_it_is() {
    let raw = b"Content-Type: application/pdf; name=\"Am\xE9lie.pdf\"\r\n\r\n%PDF";
    assert_eq!(document_names(&Incoming::read(raw)), ["Amélie.pdf"]);
}

#[test]
fn the_name_of_the_type_counts_where_the_disposition_has_none() {
    let message = read(
        "Content-Type: application/pdf;\n name=\"=?iso-8859-1?Q?R=E9sum=E9=2Epdf?=\"\nContent-Disposition: inline\n\n%PDF\n",
    );
    assert_eq!(document_names(&message), ["Résumé.pdf"]);
    let both = read(
        "Content-Type: application/pdf; name=\"a.pdf\"\nContent-Disposition: attachment; filename=\"b.pdf\"\n\n%PDF\n",
    );
    assert_eq!(document_names(&both), ["b.pdf"]);
}
