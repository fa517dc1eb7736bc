//! Encodes a message for DATA: dot-stuffed (RFC 5321, section 4.5.2), block by block.

use std::mem;

use crate::Message;

/// The most bytes of one write. A Worker's socket copies each write into a `Uint8Array`, so this bounds that copy as well as ours. Each
/// write also costs a timer and a promise: with blocks of 64 KB they took a third of a delivery's CPU.
pub(crate) const BLOCK: usize = 256 * 1024;

/// The part of a message that is still to be sent. Needs one block of memory, however large the message is.
pub(crate) struct DotStuffing<'a> {
    rest: &'a [u8],
    end: &'static [u8],
    at_line_start: bool,
}

impl<'a> DotStuffing<'a> {
    pub(crate) fn new(message: Message<'a>) -> Self {
        Self { rest: message.bytes(), end: message.missing_end(), at_line_start: true }
    }

    /// Fills `block` with the next bytes, at most `room` of them (`room` is at least 2). Returns false when nothing is left. The
    /// terminating dot is not part of it.
    pub(crate) fn fill(&mut self, block: &mut Vec<u8>, room: usize) -> bool {
        block.clear();
        while block.len() + 2 <= room {
            if self.rest.is_empty() {
                self.rest = mem::take(&mut self.end);
            }
            if self.rest.is_empty() {
                break;
            }
            if self.at_line_start && self.rest.starts_with(b".") {
                block.push(b'.');
            }
            let line = self.rest.iter().position(|&byte| byte == b'\n');
            let length = line.map_or(self.rest.len(), |at| at + 1);
            let (now, later) = self.rest.split_at(length.min(room - block.len()));
            block.extend_from_slice(now);
            self.at_line_start = now.ends_with(b"\n");
            self.rest = later;
        }
        !block.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stuffed(message: &[u8], room: usize) -> Vec<u8> {
        let mut stuffing = DotStuffing::new(Message::new(message).unwrap());
        let (mut block, mut all) = (Vec::new(), Vec::new());
        while stuffing.fill(&mut block, room) {
            assert!(block.len() <= room);
            all.extend_from_slice(&block);
        }
        all
    }

    #[test]
    fn dots_are_doubled_where_a_line_begins() {
        for (message, expected) in [
            ("", "\r\n"),
            ("a", "a\r\n"),
            ("a.b\r\n", "a.b\r\n"),
            (".", "..\r\n"),
            (".\r\n", "..\r\n"),
            ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n"),
            ("..a\r\n.", "...a\r\n..\r\n"),
            ("\r\n.\r\n", "\r\n..\r\n"),
        ] {
            for room in 2..9 {
                assert_eq!(
                    stuffed(message.as_bytes(), room),
                    expected.as_bytes(),
                    "{message:?} by {room}"
                );
            }
        }
    }

    /// Every message of up to seven of these pieces is sent in several block sizes and read as a server reads it.
    #[test]
    fn whatever_the_message_the_server_reads_it_back() {
        let pieces = [".", "\r\n", "a"];
        let mut checked = 0;
        for number in 0..3_usize.pow(7) {
            let mut message = String::new();
            let mut digits = number;
            while digits > 0 {
                message.push_str(pieces[digits % 3]);
                digits /= 3;
            }
            let mut expected = message.clone();
            if !message.ends_with("\r\n") {
                expected.push_str("\r\n");
            }
            for room in [2, 3, 5, 64] {
                let wire = String::from_utf8(stuffed(message.as_bytes(), room)).unwrap();
                let read: String = wire
                    .split_inclusive("\r\n")
                    .inspect(|line| assert_ne!(*line, ".\r\n", "{message:?} ends early"))
                    .map(|line| line.strip_prefix('.').unwrap_or(line))
                    .collect();
                assert_eq!(read, expected, "by {room}");
                checked += 1;
            }
        }
        assert_eq!(checked, 4 * 2187);
    }
}
