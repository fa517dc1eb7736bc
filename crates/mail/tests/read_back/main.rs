//! Composes messages and reads them back with another implementation.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod nasty;
mod random;
mod wire;

use mail::{Address, Attachment, Outgoing, compose, encoded_len, size_of_attachment};
use mail_parser::{DateTime, HeaderForm, MimeHeaders as _};
use nasty::{HTML, TEXT, TEXTS, message};
use wire::{check_wire, parse};

#[test]
fn every_text_comes_back_from_every_place() {
    for (given, read) in TEXTS {
        let bytes = compose(&message(given));
        check_wire(&bytes, given);
        let parsed = parse(&bytes);
        assert_eq!(parsed.subject(), Some(read), "{given:?}");
        for (field, address) in [
            (parsed.from(), "guichet@example.org"),
            (parsed.to(), "applications@example.org"),
            (parsed.reply_to(), "\"zoe..m\"@example.net"),
        ] {
            let mailboxes: Vec<_> = field.unwrap().iter().collect();
            assert_eq!(mailboxes.len(), 1, "{given:?}");
            assert_eq!(mailboxes[0].name(), Some(read), "{given:?}");
            assert_eq!(mailboxes[0].address(), Some(address), "{given:?}");
        }
        let document = parsed.attachment(0).unwrap();
        assert_eq!(document.attachment_name(), Some(read), "{given:?}");
        assert_eq!(document.contents(), (0..=u8::MAX).collect::<Vec<_>>());
        assert_eq!(parsed.attachment_count(), 1);
        assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), TEXT);
        assert_eq!(parsed.body_html(0).unwrap().replace("\r\n", "\n"), HTML);
    }
}

#[test]
fn a_message_names_all_its_recipients() {
    let mut message = message("x");
    let addresses: Vec<String> =
        (0..10).map(|n| format!("recipient-number-{n}@example.org")).collect();
    message.to = addresses.iter().map(|to| Address::parse(to).unwrap().into()).collect();
    message.to[0].name = Some("Zoë, \"la cheffe\"".to_owned());
    let bytes = compose(&message);
    check_wire(&bytes, "several recipients");
    let parsed = parse(&bytes);
    let named: Vec<_> = parsed.to().unwrap().iter().filter_map(|to| to.address()).collect();
    assert_eq!(named, addresses);
    assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some("Zoë, \"la cheffe\""));
}

/// The fallback name for old versions of Outlook. Its encoded words are read here as those of a subject.
#[test]
fn the_name_of_the_content_type_comes_back_too() {
    for (given, read) in TEXTS {
        let wire = String::from_utf8(compose(&message(given))).unwrap();
        let unfolded = wire.replace("\r\n ", " ");
        let header = unfolded
            .lines()
            .find(|line| line.starts_with("Content-Type: application/pdf"))
            .unwrap();
        let value = header.split_once("name=").unwrap().1.trim_matches('"');
        let subject = format!("Subject: {value}\r\n\r\n");
        assert_eq!(parse(subject.as_bytes()).subject(), Some(read), "{given:?}");
    }
}

#[test]
fn each_header_stands_once_and_in_order() {
    let parsed_names = |message: &Outgoing| -> Vec<String> {
        parse(&compose(message)).headers().iter().map(|header| header.name().to_owned()).collect()
    };
    let always = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"];
    let mut plain = message("x");
    plain.reply_to = None;
    plain.auto_submitted = None;
    plain.language = None;
    plain.extra.clear();
    assert_eq!(parsed_names(&plain), always);
    plain.html = None;
    plain.attachments.clear();
    assert_eq!(parsed_names(&plain), [&always[..], &["Content-Transfer-Encoding"]].concat());
    assert_eq!(
        parsed_names(&message("x")),
        [
            "From",
            "To",
            "Reply-To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "Content-Language",
            "X-Guichet-Reference",
            "MIME-Version",
            "Content-Type",
        ]
    );
}

#[test]
fn headers_say_what_was_given() {
    let bytes = compose(&message("Référence"));
    let parsed = parse(&bytes);
    assert_eq!(parsed.message_id(), Some("application-7.staff@example.org"));
    assert_eq!(parsed.date().map(DateTime::to_timestamp), Some(1_754_258_400));
    let reference = parsed.header_as("X-Guichet-Reference", HeaderForm::Text);
    assert_eq!(reference.first().and_then(|value| value.as_text()), Some("Référence"));
    assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert_eq!(parsed.header_raw("Content-Language").map(str::trim), Some("fr"));
    assert_eq!(compose(&message("Référence")), bytes, "the same message is the same bytes");
}

#[test]
fn no_part_holds_only_one() {
    let structure = |message: &Outgoing| -> Vec<String> {
        let bytes = compose(message);
        let parsed = parse(&bytes);
        let kinds = parsed.parts.iter().filter_map(|part| part.content_type());
        kinds
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
            .collect()
    };
    let whole = message("x");
    let without_html = Outgoing { html: None, ..whole.clone() };
    let without_document = Outgoing { attachments: Vec::new(), ..whole.clone() };
    let text = Outgoing { html: None, attachments: Vec::new(), ..whole.clone() };
    assert_eq!(
        structure(&whole),
        ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]
    );
    assert_eq!(structure(&without_html), ["multipart/mixed", "text/plain", "application/pdf"]);
    assert_eq!(structure(&without_document), ["multipart/alternative", "text/plain", "text/html"]);
    assert_eq!(structure(&text), ["text/plain"]);
}

/// The boundaries can be computed from the Message-ID, but no text can contain one.
#[test]
fn no_text_ends_its_part() {
    let plain = Outgoing { text: String::new(), ..message("x") };
    let wire = String::from_utf8(compose(&plain)).unwrap();
    let boundaries: Vec<&str> = wire.lines().filter(|line| line.starts_with("--")).collect();
    assert_eq!(boundaries.len(), 6, "two before a part and one after all, twice");
    let text = boundaries.join("\n");
    let forged = Outgoing { text: text.clone(), html: Some(text.clone()), ..message("x") };
    let bytes = compose(&forged);
    let parsed = parse(&bytes);
    assert_eq!(parsed.parts.len(), 5);
    assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), text);
}

#[test]
fn documents_keep_their_bytes_and_order() {
    let lengths = [0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 4096];
    let documents: Vec<Vec<u8>> =
        lengths.iter().map(|&length| (0..=u8::MAX).rev().cycle().take(length).collect()).collect();
    let mut message = message("x");
    message.attachments = documents
        .iter()
        .enumerate()
        .map(|(number, bytes)| Attachment {
            file_name: format!("{number}.pdf"),
            content_type: "application/pdf",
            bytes: bytes.into(),
        })
        .collect();
    let bytes = compose(&message);
    check_wire(&bytes, "documents");
    let parsed = parse(&bytes);
    assert_eq!(parsed.attachment_count(), documents.len());
    for (number, (part, bytes)) in parsed.attachments().zip(&documents).enumerate() {
        assert_eq!(part.attachment_name(), Some(format!("{number}.pdf").as_str()));
        assert_eq!(part.contents(), bytes);
    }
}

#[test]
fn a_media_type_is_one_that_base64_may_encode() {
    for (content_type, read) in [
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", None),
        ("message/rfc822", Some("application/octet-stream")),
        ("Multipart/Mixed", Some("application/octet-stream")),
        ("application/pdf\r\nBcc: x@y", Some("application/octet-stream")),
        ("text/plain; charset=x", Some("application/octet-stream")),
        ("pdf", Some("application/octet-stream")),
    ] {
        let mut message = message("Zoë.pdf");
        message.attachments[0].content_type = content_type;
        let bytes = compose(&message);
        check_wire(&bytes, content_type);
        let parsed = parse(&bytes);
        let part = parsed.attachment(0).unwrap();
        let kind = part.content_type().unwrap();
        assert_eq!(
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap()),
            read.unwrap_or(content_type)
        );
        assert_eq!(part.attachment_name(), Some("Zoë.pdf"));
    }
}

#[test]
fn a_language_that_is_none_is_left_out() {
    for (tag, written) in [
        ("fr", true),
        ("zh-Hant-TW", true),
        ("", false),
        ("fr\r\nBcc: x", false),
        ("fr-", false),
        ("é", false),
    ] {
        let message = Outgoing { language: Some(tag), ..message("x") };
        assert_eq!(
            parse(&compose(&message)).header_raw("Content-Language").is_some(),
            written,
            "{tag:?}"
        );
    }
}

#[test]
fn sizes_are_known_beforehand() {
    let mut message = message("x");
    message.attachments.clear();
    let without = encoded_len(&message);
    for name in [
        "a".repeat(255),
        "\u{1}".repeat(255),
        "é".repeat(127),
        "履".repeat(85),
        "😀".repeat(63),
        "%".repeat(255),
    ] {
        for length in [0, 1, 57, 58, 100_000] {
            message.attachments =
                vec![Attachment { file_name: name.clone(), ..nasty::attachment("") }];
            message.attachments[0].bytes = vec![7; length].into();
            let bytes = compose(&message);
            assert_eq!(bytes.len(), encoded_len(&message));
            // The first attachment also makes a multipart of the message.
            let added = (bytes.len() - without) as u64;
            assert!(added <= size_of_attachment(length as u64), "{name} {added}");
        }
    }
    assert_eq!(size_of_attachment(u64::MAX), u64::MAX);
}

/// 18 MB, the most that a candidate may send, are encoded into one buffer of exactly the final size.
#[test]
fn a_large_message_is_one_buffer_of_its_size() {
    let document = vec![0x55; 18 * 1024 * 1024];
    let mut message = message("x");
    message.attachments[0].bytes = (&document).into();
    let bytes = compose(&message);
    assert_eq!(bytes.len(), encoded_len(&message));
    assert_eq!(bytes.capacity(), bytes.len());
    assert!(bytes.len() < 26_214_400, "fits the mail service's 25 MiB");
}
