//! Reads the server's answers (`250-first`, `250 last`): strictly, within limits, from whatever pieces the stream delivers.

use std::fmt;

/// A server's answer, for the operator.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits, 200 to 559.
    pub code: u16,
    /// The enhanced status code, where the answer begins with one of the same class.
    pub enhanced: Option<Enhanced>,
    /// The text in printable ASCII, at most [`Reply::MAX_TEXT`] characters; lines are joined by a space. Servers often repeat the
    /// recipient's address here, so it is never logged. Empty in an answer to AUTH.
    pub text: String,
}

impl Reply {
    /// The characters kept of the text: enough for the longest known explanations with their links. No standard sets this limit.
    pub const MAX_TEXT: usize = 1_000;

    /// Returns the first digit of the code, 2 to 5, which says success or failure.
    pub fn class(&self) -> u16 {
        self.code / 100
    }

    /// Returns the same reply without its text.
    pub(crate) fn without_text(self) -> Self {
        Self { text: String::new(), ..self }
    }
}

/// Shows code and status, without the text.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.enhanced.map_or(Ok(()), |status| write!(f, " {status}"))
    }
}

/// Shows no text either, since `Debug` output may end in a log.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self}, {} characters)", self.text.len())
    }
}

/// An enhanced status code (RFC 3463): class, subject, detail, as in `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enhanced(pub u16, pub u16, pub u16);

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// Why an answer is not SMTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A line has no code, or something else than a space or a hyphen follows it.
    #[error("a line does not begin with a reply code")]
    Code,
    /// The lines of one answer have different codes.
    #[error("the code changes within the answer")]
    CodeChanged,
    /// A line ends with LF alone.
    #[error("a line ends without CR")]
    LineEnd,
    /// A line or an answer exceeds the limits.
    #[error("the answer is too long")]
    TooLong,
}

/// Bytes in a line with its end. RFC 5321 says 512 and lets clients accept more; this is eight times that.
const MAX_LINE: usize = 4_096;
/// Bytes in an answer. No standard sets this limit; answers to EHLO are below 1 KB.
const MAX_ANSWER: usize = 16_384;
/// Lines in an answer. No standard sets this limit; IANA registers about 50 extensions.
const MAX_LINES: usize = 100;

/// An answer, line by line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    code: u16,
    lines: Vec<String>,
}

impl Answer {
    pub(crate) fn new(code: u16, lines: Vec<String>) -> Self {
        Self { code, lines }
    }

    pub(crate) fn class(&self) -> u16 {
        self.code / 100
    }

    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    pub(crate) fn into_reply(self) -> Reply {
        let joined = self.lines.join(" ");
        Reply {
            code: self.code,
            enhanced: self.lines.first().and_then(|line| enhanced(line, self.code)),
            text: joined.trim().chars().take(Reply::MAX_TEXT).collect(),
        }
    }
}

/// Collects the lines of one answer.
#[derive(Default)]
pub(crate) struct AnswerReader {
    code: Option<u16>,
    lines: Vec<String>,
    bytes: usize,
}

impl AnswerReader {
    /// Takes complete lines out of `received`. Returns the answer once its last line is there; what follows it stays in `received`.
    pub(crate) fn take(&mut self, received: &mut Vec<u8>) -> Result<Option<Answer>, Malformed> {
        while let Some(line) = next_line(received)? {
            self.bytes += line.len();
            if self.bytes > MAX_ANSWER || self.lines.len() >= MAX_LINES {
                return Err(Malformed::TooLong);
            }
            let (code, last, text) = parse(&line)?;
            if *self.code.get_or_insert(code) != code {
                return Err(Malformed::CodeChanged);
            }
            self.lines.push(text);
            if last {
                return Ok(Some(Answer::new(code, std::mem::take(&mut self.lines))));
            }
        }
        Ok(None)
    }
}

/// Takes the next line, without its CRLF. Returns none while the line is incomplete.
fn next_line(received: &mut Vec<u8>) -> Result<Option<Vec<u8>>, Malformed> {
    let Some(end) = received.iter().take(MAX_LINE).position(|&byte| byte == b'\n') else {
        return if received.len() < MAX_LINE { Ok(None) } else { Err(Malformed::TooLong) };
    };
    let mut line: Vec<u8> = received.drain(..=end).collect();
    line.pop();
    if line.pop() == Some(b'\r') { Ok(Some(line)) } else { Err(Malformed::LineEnd) }
}

/// Returns the code, whether this is the last line, and the text. A code alone is a last line too (RFC 5321, section 4.2).
fn parse(line: &[u8]) -> Result<(u16, bool, String), Malformed> {
    let (&[first, second, third], rest) = line.split_first_chunk().ok_or(Malformed::Code)?;
    let possible =
        (b'2'..=b'5').contains(&first) && (b'0'..=b'5').contains(&second) && third.is_ascii_digit();
    if !possible {
        return Err(Malformed::Code);
    }
    let digits = [first, second, third].map(|digit| u16::from(digit - b'0'));
    let code = digits.into_iter().fold(0, |code, digit| code * 10 + digit);
    match rest.split_first() {
        None => Ok((code, true, String::new())),
        Some((b' ', text)) => Ok((code, true, printable(text))),
        Some((b'-', text)) => Ok((code, false, printable(text))),
        Some(_) => Err(Malformed::Code),
    }
}

/// Replaces everything but printable ASCII, so that the text is safe to show. Some servers answer in UTF-8.
fn printable(text: &[u8]) -> String {
    let printable = |&byte: &u8| {
        if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '?' }
    };
    text.iter().map(printable).collect()
}

/// Reads the enhanced status: the first word, where its class is the code's (RFC 2034).
fn enhanced(line: &str, code: u16) -> Option<Enhanced> {
    let mut parts = line.split(' ').next()?.split('.').map(number);
    let status = Enhanced(parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && status.0 == code / 100).then_some(status)
}

/// Reads one number of a status: one to three digits without a sign (RFC 3463).
fn number(digits: &str) -> Option<u16> {
    let fits = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the bytes at once, then one at a time, and checks that both give the same.
    fn read(bytes: &[u8]) -> Result<Option<Answer>, Malformed> {
        let whole = AnswerReader::default().take(&mut bytes.to_vec());
        let (mut reader, mut received) = (AnswerReader::default(), Vec::new());
        let mut slow = Ok(None);
        for &byte in bytes {
            received.push(byte);
            slow = reader.take(&mut received);
            if slow != Ok(None) {
                break;
            }
        }
        assert_eq!(whole, slow);
        whole
    }

    fn reply(text: &str) -> Reply {
        read(text.as_bytes()).unwrap().unwrap().into_reply()
    }

    #[test]
    fn one_line_or_many() {
        assert_eq!(reply("250\r\n").code, 250);
        assert_eq!(reply("220 ready\r\n").text, "ready");
        assert_eq!(reply("250-a\r\n250-b\r\n250 c\r\n").text, "a b c");
        assert_eq!(read(b"250-a\r\n250-b\r\n"), Ok(None));
        assert_eq!(read(b"250 a\r"), Ok(None));
        assert_eq!(reply("550 caf\u{e9}\x1b[2J\r\n").text, "caf???[2J");
        assert_eq!(reply(&format!("550 {}\r\n", "x".repeat(4_000))).text.len(), Reply::MAX_TEXT);
    }

    #[test]
    fn an_enhanced_code_belongs_to_its_class() {
        assert_eq!(reply("550 5.1.1 nobody\r\n").enhanced, Some(Enhanced(5, 1, 1)));
        assert_eq!(
            reply("452-4.2.2 full\r\n452 4.2.2 really\r\n").enhanced,
            Some(Enhanced(4, 2, 2))
        );
        for odd in ["5.1", "5.1.1.1", "4.1.1", "5.+1.1", "5..1", "5.1.1111", "nobody"] {
            assert_eq!(reply(&format!("550 {odd} x\r\n")).enhanced, None, "{odd}");
        }
    }

    #[test]
    fn what_is_not_smtp_is_refused() {
        for (bytes, expected) in [
            ("hello\r\n", Malformed::Code),
            ("\r\n", Malformed::Code),
            ("25\r\n", Malformed::Code),
            ("250_x\r\n", Malformed::Code),
            ("650 x\r\n", Malformed::Code),
            ("270 x\r\n", Malformed::Code),
            ("150 x\r\n", Malformed::Code),
            ("250-a\r\n251 b\r\n", Malformed::CodeChanged),
            ("250 a\n", Malformed::LineEnd),
            ("\n", Malformed::LineEnd),
        ] {
            assert_eq!(read(bytes.as_bytes()), Err(expected), "{bytes:?}");
        }
        assert_eq!(read(&[b'2'; MAX_LINE]), Err(Malformed::TooLong));
        assert_eq!(read("250-x\r\n".repeat(MAX_LINES + 1).as_bytes()), Err(Malformed::TooLong));
        let wide = format!("250-{}\r\n", "x".repeat(4_000));
        assert_eq!(read(wide.repeat(5).as_bytes()), Err(Malformed::TooLong));
    }

    #[test]
    fn what_follows_the_answer_stays() {
        let mut received = b"220 go\r\n250 too early\r\n".to_vec();
        assert!(AnswerReader::default().take(&mut received).unwrap().is_some());
        assert_eq!(received, b"250 too early\r\n");
    }

    #[test]
    fn debug_and_display_show_no_text() {
        let reply = reply("550 5.1.1 <marie@example.net> unknown\r\n");
        assert_eq!(format!("{reply} {reply:?}"), "550 5.1.1 Reply(550 5.1.1, 33 characters)");
    }
}
