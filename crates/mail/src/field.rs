//! Writes header fields in folded lines (RFC 5322, 2.2.3).

use crate::Mailbox;
use crate::encoded_word::encoded_words;
use crate::text::{clean, is_plain, quoted};

/// The most octets of a line. RFC 5322 recommends 78, RFC 2047 demands 76 for lines with an encoded word.
const LINE: usize = 76;

/// A field that is being written. [`Field::word`] and [`Field::parameters`] are given ASCII without line ends; the other methods take
/// any text and make it so.
pub(crate) struct Field<'o> {
    out: &'o mut String,
    column: usize,
}

impl<'o> Field<'o> {
    pub(crate) fn begin(out: &'o mut String, name: &str) -> Self {
        out.push_str(name);
        out.push(':');
        Self { out, column: name.len() + 1 }
    }

    /// Appends a blank and a word, on a new line if this one has no room. A word that is longer than a line gets a line of its own.
    pub(crate) fn word(&mut self, word: &str) {
        if word.len() > self.room() {
            self.out.push_str("\r\n");
            self.column = 0;
        }
        self.out.push(' ');
        self.out.push_str(word);
        self.column += 1 + word.len();
    }

    /// Appends any text, in an unstructured field.
    pub(crate) fn text(&mut self, text: &str) {
        let text = clean(text);
        if is_plain(&text) && text.split(' ').all(|word| word.len() < LINE) {
            text.split_whitespace().for_each(|word| self.word(word));
        } else {
            for word in encoded_words(&text, self.room(), LINE - 1) {
                self.word(&word);
            }
        }
    }

    /// Appends an address in angle brackets, after its display name if it has one.
    pub(crate) fn mailbox(&mut self, mailbox: &Mailbox) {
        self.mailbox_before(mailbox, "");
    }

    /// Appends mailboxes with commas between them.
    pub(crate) fn mailboxes(&mut self, mailboxes: &[Mailbox]) {
        let Some((last, others)) = mailboxes.split_last() else { return };
        for mailbox in others {
            self.mailbox_before(mailbox, ",");
        }
        self.mailbox(last);
    }

    fn mailbox_before(&mut self, mailbox: &Mailbox, comma: &str) {
        let name = clean(mailbox.name.as_deref().unwrap_or_default());
        if !name.is_empty() {
            self.phrase(&name);
        }
        self.word(&format!("<{}>{comma}", mailbox.address.written()));
    }

    /// Appends a value and its parameters (RFC 2045, 5.1), which are given as `name=value`.
    pub(crate) fn parameters(&mut self, value: &str, parameters: &[impl AsRef<str>]) {
        let mut before = value;
        for parameter in parameters {
            self.word(&format!("{before};"));
            before = parameter.as_ref();
        }
        self.word(before);
    }

    /// Appends a value and a last parameter of any text, in encoded words within quotes.
    pub(crate) fn encoded_parameter(&mut self, value: &str, name: &str, text: &str) {
        self.word(&format!("{value};"));
        let opening = format!("{name}=\"");
        let mut words = encoded_words(text, LINE - 2 - opening.len(), LINE - 2);
        if let Some(first) = words.first_mut() {
            first.insert_str(0, &opening);
        }
        if let Some(last) = words.last_mut() {
            last.push('"');
        }
        for word in &words {
            self.word(word);
        }
    }

    pub(crate) fn end(self) {
        self.out.push_str("\r\n");
    }

    fn room(&self) -> usize {
        LINE.saturating_sub(self.column + 1)
    }

    fn phrase(&mut self, name: &str) {
        let is_atom = |word: &str| {
            !word.is_empty() && word.len() < LINE && word.bytes().all(addresses::is_atext)
        };
        let quoted = quoted(name);
        if is_plain(name) && name.split(' ').all(is_atom) {
            name.split(' ').for_each(|word| self.word(word));
        } else if is_plain(name) && quoted.len() < LINE {
            self.word(&quoted);
        } else {
            // Starts on a new line, so that one word suffices more often: Python's `email` reads a blank between the words of a name.
            for word in encoded_words(name, LINE - 1, LINE - 1) {
                self.word(&word);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Address;

    fn written(name: &str, fill: impl FnOnce(&mut Field)) -> String {
        let mut out = String::new();
        let mut field = Field::begin(&mut out, name);
        fill(&mut field);
        field.end();
        out
    }

    #[test]
    fn text_is_folded_or_encoded() {
        let words = "word ".repeat(20);
        let one_word = "x".repeat(100);
        for (text, expected) in [
            ("", "Subject:\r\n"),
            ("\r\n", "Subject:\r\n"),
            ("A plain line", "Subject: A plain line\r\n"),
            ("a\r\nBcc: b@c", "Subject: a Bcc: b@c\r\n"),
            ("Été", "Subject: =?UTF-8?B?w4l0w6k=?=\r\n"),
            ("two  blanks", "Subject: =?UTF-8?Q?two__blanks?=\r\n"),
            (
                &words,
                "Subject: word word word word word word word word word word word word word\r\n word word word word word word word\r\n",
            ),
            (
                &one_word,
                "Subject: =?UTF-8?Q?xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx?=\r\n =?UTF-8?Q?xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx?=\r\n",
            ),
        ] {
            assert_eq!(written("Subject", |field| field.text(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn names_are_atoms_quoted_or_encoded() {
        for (name, expected) in [
            (None, "To: <a@b.c>\r\n"),
            (Some("\0"), "To: <a@b.c>\r\n"),
            (Some("Marie Dupont"), "To: Marie Dupont <a@b.c>\r\n"),
            (Some("Dupont, Marie <x@y>"), "To: \"Dupont, Marie <x@y>\" <a@b.c>\r\n"),
            (Some(r#"a "b" \c"#), "To: \"a \\\"b\\\" \\\\c\" <a@b.c>\r\n"),
            (Some("Zoë"), "To: =?UTF-8?Q?Zo=C3=AB?= <a@b.c>\r\n"),
            (Some("a\r\nBcc: b@c"), "To: \"a Bcc: b@c\" <a@b.c>\r\n"),
            (Some("=?utf-8?Q?a?="), "To: =?UTF-8?B?PT91dGYtOD9RP2E/PQ==?= <a@b.c>\r\n"),
        ] {
            let mailbox = Mailbox {
                name: name.map(str::to_owned),
                address: Address::parse("a@b.c").unwrap(),
            };
            assert_eq!(written("To", |field| field.mailbox(&mailbox)), expected, "{name:?}");
        }
    }

    #[test]
    fn a_long_address_has_a_line_to_itself() {
        let address = format!("{}@{}.org", "a".repeat(64), "b".repeat(60));
        let mailbox = Mailbox::new("Zoë", Address::parse(&address).unwrap());
        assert_eq!(
            written("Reply-To", |field| field.mailbox(&mailbox)),
            format!("Reply-To: =?UTF-8?Q?Zo=C3=AB?=\r\n <{address}>\r\n")
        );
    }
}
