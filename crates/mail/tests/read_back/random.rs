//! Messages of random texts.

use crate::nasty::{self, message};
use crate::wire::{check_wire, parse};
use mail::{Address, Attachment, Extra, Mailbox, Outgoing, compose, encoded_len};
use mail_parser::{Message, MimeHeaders as _, PartType};

/// Whatever the fields contain, the message has exactly the headers and parts that it was given.
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
            to: vec![mailbox(random.text(), "applications@example.org")],
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

fn contents(parsed: &Message, part: usize) -> String {
    match &parsed.parts[part].body {
        PartType::Text(text) | PartType::Html(text) => with_line_feeds(text),
        _ => panic!("part {part} is no text"),
    }
}

fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Cleans a text as the documentation says, implemented in another way than in the crate.
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

/// A generator (xorshift64*) with a fixed seed, of texts rich in characters that have a meaning in headers.
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
