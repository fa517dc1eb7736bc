//! Mails as programs write them.

use super::{document_names, read};
use crate::incoming::Role;

pub(super) const APPLE: &str = include_str!("mails/apple.eml");

/// Apple Mail: PDFs marked `inline`, with a Content-ID or without, in mixed inside alternative.
#[test]
fn apple_mail_puts_files_beside_the_html() {
    let message = read(APPLE);
    assert_eq!(message.text.trim(), "Bonjour,");
    assert_eq!(document_names(&message), ["Re\u{301}sume\u{301}.pdf", "Lettre.pdf"]);
    assert_eq!(message.files[2].role, Role::Shown);
}

/// A picture to which no text refers is a document, whatever its disposition.
#[test]
fn a_picture_that_the_text_does_not_show_is_a_document() {
    let message = read(
        "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<p>x</p>\n\
        --r\nContent-Type: image/jpeg; name=scan.jpg\nContent-Disposition: inline\nContent-ID: <scan>\n\nJPEG\n--r--\n",
    );
    assert_eq!(document_names(&message), ["scan.jpg"]);
}

#[test]
fn outlook_names_twice_and_may_pack() {
    let message = read(
        "From: Ana <ana@example.net>\nX-Auto-Response-Suppress: All\nContent-Type: multipart/mixed; boundary=\"_004_\"\n\n\
        --_004_\nContent-Type: multipart/alternative; boundary=\"_000_\"\n\n--_000_\nContent-Type: text/plain; charset=\"Windows-1252\"\nContent-Transfer-Encoding: quoted-printable\n\nVoici ma candidature=85\n\n--_000_\nContent-Type: text/html\n\n<p>Voici</p>\n--_000_--\n\n\
        --_004_\nContent-Type: application/pdf; name=\"=?Windows-1252?Q?CV_Andr=E9.pdf?=\"\nContent-Description: CV\nContent-Disposition: attachment; filename=\"=?Windows-1252?Q?CV_Andr=E9.pdf?=\"; size=5;\n creation-date=\"Tue, 15 Jul 2025 10:00:00 GMT\"\nContent-Transfer-Encoding: base64\n\nJVBERi0x\n\n\
        --_004_\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\neJ8+\n\n--_004_--\n",
    );
    assert_eq!(message.text.trim(), "Voici ma candidature…");
    assert_eq!(document_names(&message), ["CV André.pdf"]);
    assert_eq!(message.files[1].role, Role::Package);
}

/// A web mail that calls everything `application/octet-stream`, and Proton's key.
#[test]
fn types_are_claims_only() {
    let message = read(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Disposition: inline\n\nBonjour\n\
        --b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"lettre.docx\"\n\nPK\n\
        --b\nContent-Type: APPLICATION/OCTET-STREAM; NAME=\"cv.pdf\"\n\n%PDF\n\
        --b\nContent-Type: application/pgp-keys; name=\"publickey.asc\"\nContent-Disposition: attachment; filename=\"publickey.asc\"\n\nkey\n--b--\n",
    );
    assert_eq!(message.text, "Bonjour");
    assert_eq!(document_names(&message), ["lettre.docx", "cv.pdf"]);
}

/// Gmail and Thunderbird: files after the alternative.
#[test]
fn files_come_after_the_text() {
    let message = read(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"0000\"\n\n--0000\nContent-Type: multipart/alternative; boundary=\"1111\"\n\n--1111\nContent-Type: text/plain; charset=\"UTF-8\"\n\nBonjour\n\n--1111\nContent-Type: text/html; charset=\"UTF-8\"\n\n<div>Bonjour</div>\n\n--1111--\n\
        --0000\nContent-Type: application/pdf; name=\"CV.pdf\"\nContent-Disposition: attachment; filename=\"CV.pdf\"\nContent-Transfer-Encoding: base64\nX-Attachment-Id: f_1\nContent-ID: <f_1>\n\nJVBERi0x\n--0000--\n",
    );
    assert_eq!(message.text.trim(), "Bonjour");
    assert_eq!(document_names(&message), ["CV.pdf"]);
    assert_eq!(message.files[0].bytes, b"%PDF-1");
}

/// A phone's share sheet: no text, eight photos.
#[test]
fn photos_without_a_text() {
    let photos: Vec<String> = (1..=8)
        .map(|n| format!("--p\nContent-Type: image/jpeg; name=\"IMG_{n}.jpg\"\nContent-Disposition: inline\n\nJPEG\n"))
        .collect();
    let message =
        read(&format!("Content-Type: multipart/mixed; boundary=p\n\n{}--p--\n", photos.concat()));
    assert_eq!(message.documents().count(), 8);
    assert_eq!(message.text, "");
}
