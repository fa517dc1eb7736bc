//! Decodes names and strings (ISO 32000-2, 7.3.4 and 7.3.5).

/// A name, as it is written.
#[derive(Clone, Copy)]
pub(super) struct Name<'a>(pub(super) &'a [u8]);

impl Name<'_> {
    /// Returns whether it is this one. `/J#61vaScript` is `JavaScript` too (7.3.5).
    pub(super) fn is(self, name: &[u8]) -> bool {
        self.0 == name || self.0.contains(&b'#') && self.is_escaped(name)
    }

    /// Returns the place of this name among others.
    pub(super) fn among(self, names: &[&[u8]]) -> Option<usize> {
        if self.0.contains(&b'#') {
            return names.iter().position(|name| self.is_escaped(name));
        }
        names.iter().position(|name| self.0 == *name)
    }

    fn is_escaped(self, name: &[u8]) -> bool {
        self.decoded().eq(name.iter().copied())
    }

    /// Returns the bytes that it stands for.
    pub(super) fn decoded(self) -> impl Iterator<Item = u8> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (byte, after) = match rest {
                [b'#', high, low, after @ ..] => match (digit(*high), digit(*low)) {
                    (Some(high), Some(low)) => (high << 4 | low, after),
                    _ => (b'#', rest.get(1..)?),
                },
                [byte, after @ ..] => (*byte, after),
                [] => return None,
            };
            rest = after;
            Some(byte)
        })
    }
}

/// A string, as it is written.
#[derive(Clone, Copy)]
pub(super) enum Text<'a> {
    Literal(&'a [u8]),
    Hexadecimal(&'a [u8]),
}

impl Text<'_> {
    pub(super) fn is_empty(self) -> bool {
        matches!(self, Text::Literal(b"") | Text::Hexadecimal(b""))
    }

    /// Returns the bytes it stands for.
    pub(super) fn bytes(self) -> Vec<u8> {
        match self {
            Text::Literal(text) => unescaped(text),
            Text::Hexadecimal(text) => hexadecimal(text),
        }
    }
}

/// Returns what `text` stands for in hexadecimal digits; a missing last one is 0.
pub(super) fn hexadecimal(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().filter_map(|byte| digit(*byte)).collect();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => high << 4 | low,
        [high, ..] => high << 4,
        [] => 0,
    });
    pairs.collect()
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        let [escape, after @ ..] = rest else { break };
        rest = after;
        match escape {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'\n' => {}
            b'\r' => rest = rest.strip_prefix(b"\n").unwrap_or(rest),
            b'0'..=b'7' => {
                let mut code = escape - b'0';
                for _ in 0..2 {
                    let [next @ b'0'..=b'7', after @ ..] = rest else { break };
                    code = code << 3 | (next - b'0');
                    rest = after;
                }
                bytes.push(code);
            }
            other => bytes.push(*other),
        }
    }
    bytes
}
