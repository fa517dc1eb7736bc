//! What we write, as another implementation reads it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod nasty;

use mail::{
    Address, Attachment, Extra, Mailbox, Outgoing, compose, encoded_len, size_of_attachment,
};
use mail_parser::{HeaderForm, Message, MessageParser, MimeHeaders as _, PartType};
use nasty::{HTML, TEXT, TEXTS, message};

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

/// The name for Outlook of old, whose encoded words are read here as those of a subject.
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
    assert_eq!(parsed.date().map(mail_parser::DateTime::to_timestamp), Some(1_754_258_400));
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

/// Eighteen megabytes, the most a candidate may send: one buffer, filled to the brim.
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

/// Whatever the fields hold, the message has the headers and parts it was given, and no others.
#[test]
fn no_text_adds_a_header_or_a_part() {
    let mut random = Random(2025);
    for round in 0..5_000 {
        let mailbox = |name: String, address: &str| Mailbox {
            name: Some(name),
            address: Address::parse(address).unwrap(),
        };
        let message = Outgoing {
            from: mailbox(random.text(), "guichet@example.org"),
            to: mailbox(random.text(), "applications@example.org"),
            reply_to: Some(mailbox(random.text(), ".zoe@example.net")),
            subject: random.text(),
            extra: vec![Extra::new("Reference", random.text()).unwrap()],
            text: random.text(),
            html: Some(random.text()),
            attachments: vec![
                Attachment { file_name: random.text(), ..nasty::attachment("") },
                Attachment { file_name: random.text(), ..nasty::attachment("") },
            ],
            ..message("x")
        };
        let bytes = compose(&message);
        check_wire(&bytes, &format!("round {round}"));
        assert_eq!(bytes.len(), encoded_len(&message));
        let parsed = parse(&bytes);
        assert_eq!(parsed.headers().len(), 11, "round {round}");
        assert_eq!(parsed.parts.len(), 6, "round {round}");
        for (field, address) in [
            (parsed.from(), "guichet@example.org"),
            (parsed.to(), "applications@example.org"),
            (parsed.reply_to(), "\".zoe\"@example.net"),
        ] {
            let addresses: Vec<_> =
                field.unwrap().iter().map(|mailbox| mailbox.address()).collect();
            assert_eq!(addresses, [Some(address)], "round {round}");
        }
        for (part, attachment) in parsed.attachments().zip(&message.attachments) {
            assert_eq!(
                part.attachment_name().unwrap_or_default(),
                cleaned(&attachment.file_name),
                "round {round}"
            );
        }
        assert_eq!(
            parsed.subject().unwrap_or_default(),
            cleaned(&message.subject),
            "round {round}"
        );
        assert_eq!(contents(&parsed, 2), with_line_feeds(&message.text), "round {round}");
        assert_eq!(
            contents(&parsed, 3),
            with_line_feeds(message.html.as_deref().unwrap()),
            "round {round}"
        );
    }
}

/// What holds for every message, by its octets alone.
fn check_wire(bytes: &[u8], case: &str) {
    let wire = std::str::from_utf8(bytes).unwrap();
    assert!(wire.is_ascii(), "{case}");
    assert!(wire.ends_with("\r\n"), "{case}");
    for line in wire.split_terminator("\r\n") {
        let is_stray = |character: char| character.is_ascii_control() && character != '\t';
        assert!(!line.contains(is_stray), "{case}: {line:?}");
        assert!(line.len() <= 76, "{case}: {line:?}");
        assert!(line.is_empty() || !line.trim().is_empty(), "{case}: a line of blanks");
    }
    let (headers, _) = wire.split_once("\r\n\r\n").unwrap();
    assert!(!headers.contains('\t'), "{case}");
    let count = |name: &str| {
        headers
            .lines()
            .filter(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))
            .count()
    };
    for name in ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"] {
        assert_eq!(count(name), 1, "{case}: {name}");
    }
    assert_eq!((count("bcc"), count("cc"), count("sender")), (0, 0, 0), "{case}");
}

fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

fn contents(parsed: &Message, part: usize) -> String {
    match &parsed.parts[part].body {
        PartType::Text(text) | PartType::Html(text) => with_line_feeds(text),
        _ => panic!("part {part} is no text"),
    }
}

fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// What the documentation promises of a text in a header, said another way than the code does.
fn cleaned(text: &str) -> String {
    let is_unsafe = |character: char| {
        let code = u32::from(character);
        code < 0x20
            || (0x7F..0xA0).contains(&code)
            || (0x2028..=0x202E).contains(&code)
            || (0x2066..=0x2069).contains(&code)
            || code == 0xFEFF
    };
    let mut pieces = Vec::new();
    for piece in text.split(is_unsafe) {
        let piece = piece.trim();
        if !piece.is_empty() {
            pieces.push(piece);
        }
    }
    pieces.join(" ")
}

/// A generator of the same texts every time (xorshift64*), rich in what headers are made of.
struct Random(u64);

impl Random {
    const BITS: [&str; 24] = [
        "\r\n",
        "\n",
        "\r",
        "\0",
        "Bcc: x@y.z",
        ":",
        " ",
        "  ",
        "\t",
        "=?utf-8?Q?=0D=0A?=",
        "=?",
        "?=",
        "\"",
        "\\",
        "<",
        ">",
        ",",
        ";",
        "%0A",
        "'",
        "\u{2028}",
        "\u{202E}",
        "\u{FEFF}",
        "--=_",
    ];

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }

    fn text(&mut self) -> String {
        let length = [0, 1, 4, 16, 64, 200][self.below(6)];
        (0..length).map(|_| self.bit()).collect()
    }

    fn bit(&mut self) -> String {
        let bound = [0x80, 0x100, 0x3000, 0x11_0000][self.below(4)];
        match self.below(3) {
            0 => Self::BITS[self.below(Self::BITS.len())].to_owned(),
            1 => char::from_u32(u32::try_from(self.below(bound)).unwrap())
                .map(String::from)
                .unwrap_or_default(),
            _ => "word".to_owned(),
        }
    }
}
