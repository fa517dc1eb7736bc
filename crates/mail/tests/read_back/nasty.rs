//! Texts that are difficult in headers, and messages made of them.

#![allow(clippy::unwrap_used, reason = "these are tests' values, right by construction")]

use mail::{Address, Attachment, AutoSubmitted, Extra, Mailbox, MessageId, Outgoing};

/// A text, and what a reader must make of it as a subject, a display name or a file name.
pub(crate) const TEXTS: [(&str, &str); 50] = [
    ("DUPONT_Marie_CV.pdf", "DUPONT_Marie_CV.pdf"),
    (
        "Candidature CHARGÉ·E DE PLAIDOYER – Zoë Müller (G-7)",
        "Candidature CHARGÉ·E DE PLAIDOYER – Zoë Müller (G-7)",
    ),
    // Injection.
    ("x\r\nBcc: victim@example.org", "x Bcc: victim@example.org"),
    ("x\nBcc: victim@example.org\n\nbody", "x Bcc: victim@example.org body"),
    ("x\rBcc: victim@example.org", "x Bcc: victim@example.org"),
    ("x\r\n Bcc: victim@example.org", "x Bcc: victim@example.org"),
    ("x\u{2028}Bcc: victim@example.org", "x Bcc: victim@example.org"),
    ("x\u{85}Bcc: victim@example.org\u{B}\u{C}\u{1C}y", "x Bcc: victim@example.org y"),
    ("nul\0 nul", "nul nul"),
    ("x%0d%0aBcc: victim@example.org", "x%0d%0aBcc: victim@example.org"),
    ("x\\r\\nBcc: victim@example.org", "x\\r\\nBcc: victim@example.org"),
    ("--=_mixed_0000000000000000--", "--=_mixed_0000000000000000--"),
    ("evil@example.org, other@example.org", "evil@example.org, other@example.org"),
    ("Zoë <evil@example.org>, ", "Zoë <evil@example.org>,"),
    ("evil@example.org> <x", "evil@example.org> <x"),
    ("group: evil@example.org;", "group: evil@example.org;"),
    ("\" <evil@example.org> \"", "\" <evil@example.org> \""),
    // Characters that change the order of the text.
    ("cv\u{202E}fdp.exe", "cv fdp.exe"),
    ("\u{2066}a\u{2069}b", "a b"),
    ("\u{FEFF}bom\u{FEFF}", "bom"),
    // Text that looks encoded already.
    ("=?utf-8?Q?Bcc=3A_x?=", "=?utf-8?Q?Bcc=3A_x?="),
    ("é =?utf-8?B?eA==?= =?utf-8?B?eA==?=", "é =?utf-8?B?eA==?= =?utf-8?B?eA==?="),
    ("=?", "=?"),
    ("UTF-8''CV%20a.pdf", "UTF-8''CV%20a.pdf"),
    ("100% & 50%25.pdf", "100% & 50%25.pdf"),
    ("a+b_c=20.pdf", "a+b_c=20.pdf"),
    // What quoting must survive.
    ("My \"best\" CV.pdf", "My \"best\" CV.pdf"),
    ("back\\slash\\\\.pdf", "back\\slash\\\\.pdf"),
    ("trailing\\", "trailing\\"),
    ("\"", "\""),
    ("'single' ''", "'single' ''"),
    ("semi;colon; filename=\"x.exe\"; a=b.pdf", "semi;colon; filename=\"x.exe\"; a=b.pdf"),
    ("CV (final) (1).pdf", "CV (final) (1).pdf"),
    ("(comment", "(comment"),
    (
        "a, b: c <d> [e] {f} @g *h* 'i' ~j|k^l`m$n#o!",
        "a, b: c <d> [e] {f} @g *h* 'i' ~j|k^l`m$n#o!",
    ),
    ("two  blanks   three.pdf", "two  blanks   three.pdf"),
    ("  ends  ", "ends"),
    ("tab\tbed", "tab bed"),
    ("..", ".."),
    (".hidden.", ".hidden."),
    ("../../etc/passwd", "../../etc/passwd"),
    // Scripts.
    ("Re\u{301}sume\u{301}.pdf", "Re\u{301}sume\u{301}.pdf"),
    ("履歴書 山田太郎.docx", "履歴書 山田太郎.docx"),
    ("سيرة ذاتية.pdf", "سيرة ذاتية.pdf"),
    ("👩🏽\u{200D}💻 CV 🇪🇺.pdf", "👩🏽\u{200D}💻 CV 🇪🇺.pdf"),
    ("\u{FFFD}\u{FFFF}\u{10FFFF}", "\u{FFFD}\u{FFFF}\u{10FFFF}"),
    ("nbsp\u{A0}in a line", "nbsp\u{A0}in a line"),
    // Length.
    (
        "A subject of plain words that is so long that it has to be folded more than once before it ends, which is here, or almost here, now",
        "A subject of plain words that is so long that it has to be folded more than once before it ends, which is here, or almost here, now",
    ),
    (
        "Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.pdf",
        "Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.pdf",
    ),
    (
        "Lettre de motivation très détaillée à l’intention de l’équipe chargée du recrutement, rédigée à Genève en été, 👩🏽\u{200D}💻 履歴書 履歴書 履歴書 履歴書 履歴書 履歴書 履歴書 履歴書 履歴書.pdf",
        "Lettre de motivation très détaillée à l’intention de l’équipe chargée du recrutement, rédigée à Genève en été, 👩🏽\u{200D}💻 履歴書 履歴書 履歴書 履歴書 履歴書 履歴書 履歴書 履歴書 履歴書.pdf",
    ),
];

pub(crate) const TEXT: &str =
    "Bonjour,\n.\n..deux points\nFrom ici à là = 100 %\n--=_mixed\nfin de ligne \n\nZoë\n";
pub(crate) const HTML: &str = "<p>Bonjour,</p>\n<p>履歴書 &amp; <b>Zoë</b></p>";

/// Returns a message with the text in every field that takes any text, and an attachment of every byte value.
pub(crate) fn message(text: &str) -> Outgoing<'static> {
    let mailbox = |address: &str| Mailbox::new(text, Address::parse(address).unwrap());
    Outgoing {
        from: mailbox("guichet@example.org"),
        to: vec![mailbox("applications@example.org")],
        reply_to: Some(mailbox("zoe..m@example.net")),
        subject: text.to_owned(),
        date_ms: 1_754_258_400_000,
        message_id: MessageId::new("application-7.staff", "example.org"),
        in_reply_to: None,
        auto_submitted: Some(AutoSubmitted::Generated),
        language: Some("fr"),
        extra: vec![Extra::new("Reference", text).unwrap()],
        text: TEXT.to_owned(),
        html: Some(HTML.to_owned()),
        attachments: vec![attachment(text)],
    }
}

/// Returns a document of every byte value.
pub(crate) fn attachment(file_name: &str) -> Attachment<'static> {
    Attachment {
        file_name: file_name.to_owned(),
        content_type: "application/pdf",
        bytes: (0..=u8::MAX).collect::<Vec<_>>().into(),
    }
}
