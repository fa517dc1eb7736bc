//! Mails as programs write them, and what becomes of each.

use base64::Engine as _;
use documents::samples;
use domain::Posting;
use intake::ports::IncomingMail;
use mail::incoming::Incoming;

use crate::NOON;
use crate::letters::{MARIE, PROVED, STAFF, begin, process, sent, text, to};
use crate::world::World;

/// A part of a message: its headers, and its bytes, in base64.
fn file(headers: &str, bytes: &[u8]) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines: Vec<&str> = (0..encoded.len())
        .step_by(76)
        .filter_map(|at| encoded.get(at..encoded.len().min(at + 76)))
        .collect();
    format!("{headers}\nContent-Transfer-Encoding: base64\n\n{}\n", lines.join("\n"))
}

fn letter() -> Vec<u8> {
    samples::pdf("Lettre")
}

fn cv() -> Vec<u8> {
    samples::docx("CV")
}

fn multipart(kind: &str, boundary: &str, parts: &[String]) -> String {
    let mut text = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\n\n");
    for part in parts {
        text.extend(["--", boundary, "\n", part, "\n"]);
    }
    text.extend(["--", boundary, "--\n"]);
    text
}

const PLAIN: &str =
    "Content-Type: text/plain; charset=\"UTF-8\"\n\nBonjour,\nvoici ma candidature.\n";
const HTML: &str =
    "Content-Type: text/html; charset=\"UTF-8\"\n\n<div>Bonjour,<br>voici ma candidature.</div>\n";

fn alternative(boundary: &str) -> String {
    multipart("alternative", boundary, &[PLAIN.into(), HTML.into()])
}

/// The programs, by their names, and what each writes from its type on.
fn programs() -> Vec<(&'static str, &'static str, String)> {
    vec![
        ("Gmail", "", multipart("mixed", "0000000000001a", &[
            alternative("0000000000001b"),
            file("Content-Type: application/pdf; name=\"Lettre de motivation.pdf\"\nContent-Disposition: attachment; filename=\"Lettre de motivation.pdf\"\nContent-ID: <f_m1>\nX-Attachment-Id: f_m1", &letter()),
            file("Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document; \n\tname=\"CV - Dupont.docx\"\nContent-Disposition: attachment; filename=\"CV - Dupont.docx\"\nContent-ID: <f_m2>\nX-Attachment-Id: f_m2", &cv()),
        ])),
        ("Outlook", "X-Auto-Response-Suppress: All\nThread-Topic: x\n", multipart("related", "_005_", &[
            multipart("mixed", "_004_", &[
                multipart("alternative", "_000_", &[
                    "Content-Type: text/plain; charset=\"iso-8859-1\"\nContent-Transfer-Encoding: quoted-printable\n\nVoici ma candidature=2E\n".into(),
                    "Content-Type: text/html; charset=\"iso-8859-1\"\n\n<p>Voici ma candidature.<img src=\"cid:image001.png@01DB\"></p>\n".into(),
                ]),
                file("Content-Type: application/pdf; name=\"=?iso-8859-1?Q?Lettre,_Andr=E9e.pdf?=\"\nContent-Description: =?iso-8859-1?Q?Lettre,_Andr=E9e.pdf?=\nContent-Disposition: attachment; filename=\"=?iso-8859-1?Q?Lettre,_Andr=E9e.pdf?=\"; size=600;\n\tcreation-date=\"Tue, 15 Jul 2025 10:00:00 GMT\"", &letter()),
                file("Content-Type: application/octet-stream; name=\"CV.docx\"\nContent-Disposition: attachment; filename=\"CV.docx\"", &cv()),
            ]),
            file("Content-Type: image/png; name=\"image001.png\"\nContent-Disposition: inline; filename=\"image001.png\"\nContent-ID: <image001.png@01DB>", &samples::png()),
        ])),
        ("Apple Mail", "X-Mailer: Apple Mail (2.3826)\n", multipart("alternative", "Apple-Mail=_A", &[
            PLAIN.into(),
            multipart("mixed", "Apple-Mail=_B", &[
                HTML.into(),
                file("Content-Disposition: inline;\n\tfilename*=utf-8''Lettre%20e%CC%81crite.pdf\nContent-Type: application/pdf;\n\tx-unix-mode=0644;\n\tname=\"=?utf-8?Q?Lettre_e=CC=81crite=2Epdf?=\"\nContent-Id: <F1@example>", &letter()),
                file("Content-Disposition: inline;\n\tfilename*=utf-8''Re%CC%81sume%CC%81.docx\nContent-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document;\n\tname=\"=?utf-8?B?UmXMgXN1bWXMgS5kb2N4?=\"", &cv()),
                "Content-Type: text/html; charset=us-ascii\n\n<br>Envoy&eacute; de mon Mac\n".into(),
            ]),
        ])),
        ("Thunderbird", "User-Agent: Mozilla Thunderbird\n", multipart("mixed", "------------0a", &[
            alternative("------------0b"),
            file("Content-Type: application/pdf; name=\"=?UTF-8?Q?Lettre_de_motivation_=C3=A9t=C3=A9=2Epdf?=\"\nContent-Disposition: attachment;\n filename*0*=UTF-8''%4C%65%74%74%72%65%20%64%65%20%6D%6F%74%69%76%61%74%69;\n filename*1*=%6F%6E%20%C3%A9%74%C3%A9%2E%70%64%66", &letter()),
            file("Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document;\n name=\"cv.docx\"\nContent-Disposition: attachment; filename=\"cv.docx\"", &cv()),
        ])),
        ("Proton", "X-Pm-Message-ID: x\n", multipart("mixed", "b1=_p", &[
            alternative("b2=_p"),
            file("Content-Type: application/pdf; filename=\"Lettre.pdf\"; name=\"Lettre.pdf\"\nContent-Disposition: attachment; filename=\"Lettre.pdf\"; name=\"Lettre.pdf\"", &letter()),
            file("Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document; filename=\"CV.docx\"; name=\"CV.docx\"\nContent-Disposition: attachment; filename=\"CV.docx\"; name=\"CV.docx\"", &cv()),
            file("Content-Type: application/pgp-keys; filename=\"publickey - marie@example.net.asc\"; name=\"publickey - marie@example.net.asc\"\nContent-Disposition: attachment; filename=\"publickey - marie@example.net.asc\"", b"-----BEGIN PGP PUBLIC KEY BLOCK-----"),
        ])),
        ("a phone's share sheet", "X-Mailer: iPhone Mail (22F76)\n", multipart("mixed", "Apple-Mail-1", &[
            file("Content-Type: application/pdf;\n\tname=Lettre.pdf;\n\tx-apple-part-url=1\nContent-Disposition: inline;\n\tfilename=Lettre.pdf", &letter()),
            file("Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document;\n\tname=CV.docx\nContent-Disposition: attachment;\n\tfilename=CV.docx", &cv()),
            "Content-Type: text/plain; charset=us-ascii\n\n\n\nEnvoye de mon iPhone\n".into(),
        ])),
        ("a web mail", "", multipart("mixed", "web", &[
            PLAIN.into(),
            file("Content-Type: application/octet-stream; name=\"lettre_motivation.pdf\"\nContent-Disposition: attachment; filename=\"lettre_motivation.pdf\"", &letter()),
            file("Content-Type: application/octet-stream; name=\"CVMarieDupont.docx\"\nContent-Disposition: attachment; filename=\"CVMarieDupont.docx\"", &cv()),
        ])),
    ]
}

/// Lets such a mail come in.
fn come(world: &World, posting: &Posting, headers: &str, body: &str) {
    let subject = &posting.requirements.subject;
    let raw = format!(
        "Authentication-Results: {PROVED}\nFrom: {MARIE}\nMessage-ID: <one@example.net>\n\
         Subject: {subject}\nMIME-Version: 1.0\n{headers}{body}"
    );
    let raw = raw.replace('\n', "\r\n").into_bytes();
    let mail = IncomingMail {
        id: format!("{:032x}", 1),
        received_at: NOON,
        envelope_from: "marie@example.net".into(),
        envelope_to: "applications@in.example.org".into(),
        bytes: u32::try_from(raw.len()).unwrap(),
    };
    let ports = &world.ports;
    pollster::block_on(intake::accept(ports, &world.ledger, ports, &mail, raw)).unwrap();
    process(world, posting, 1).unwrap();
}

#[test]
fn every_program_can_apply() {
    for (program, headers, body) in programs() {
        let (world, posting) = begin();
        come(&world, &posting, headers, &body);
        assert_eq!(world.count("applications"), 1, "{program}");
        let mails = sent(&world, &posting);
        let staff = to(&mails, STAFF);
        let application = staff
            .iter()
            .find(|raw| raw.contains("X-Guichet-Number: 1"))
            .unwrap_or_else(|| panic!("{program}"));
        let files: Vec<_> = Incoming::read(application.as_bytes())
            .files
            .into_iter()
            .map(|file| file.bytes)
            .collect();
        assert_eq!(files, [letter(), cv()], "{program}");
        assert_eq!(to(&mails, "marie@example.net").len(), 1, "{program}");
        // Of Proton's key, which is no document, and of nothing else.
        assert_eq!(staff.len(), 1, "{program}: {staff:?}");
    }
}

/// Eight photos of pages: no file's name says what it is, and no picture is
/// taken. The form asks.
#[test]
fn eight_photos_are_answered() {
    let photo = |n: u32| {
        let headers = format!(
            "Content-Type: image/jpeg; name=\"IMG_{n}.jpg\"\nContent-Disposition: inline; filename=\"IMG_{n}.jpg\""
        );
        file(&headers, &[&[0xff, 0xd8, 0xff, 0xe0][..], &n.to_be_bytes()].concat())
    };
    let (world, posting) = begin();
    let photos: Vec<_> = (1..=8).map(photo).collect();
    come(&world, &posting, "X-Mailer: iPhone Mail (22F76)\n", &multipart("mixed", "p", &photos));
    assert_eq!(world.count("applications"), 0);
    let mails = sent(&world, &posting);
    let answer = text(to(&mails, "marie@example.net")[0]);
    assert!(answer.contains("/incoming/") && answer.contains("CV"), "{answer}");
    assert_eq!(to(&mails, STAFF).len(), 1);
}
