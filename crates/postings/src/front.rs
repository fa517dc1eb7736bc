//! Splits a file into front matter and text.

/// The line above and below the front matter.
const FENCE: &str = "+++";

/// A file in its two parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// The TOML between the fences, which begins on line 2.
    pub(crate) front: &'a str,
    /// The Markdown after them.
    pub(crate) text: &'a str,
    /// The line on which `text` begins.
    pub(crate) text_line: usize,
}

/// Returns the parts of `source`, or the line and the words of what hinders.
pub(crate) fn split(source: &str) -> Result<Parts<'_>, (usize, String)> {
    // Some editors on Windows begin a file with a byte order mark.
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let mut lines = source.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != FENCE {
        let text = format!("a posting begins with a line `{FENCE}`, then its front matter.");
        return Err((1, text));
    }
    let mut end = first.len();
    for (number, line) in (2..).zip(lines) {
        if line.trim_end() == FENCE {
            return Ok(Parts {
                front: source.get(first.len()..end).unwrap_or_default(),
                text: source.get(end + line.len()..).unwrap_or_default(),
                text_line: number + 1,
            });
        }
        end += line.len();
    }
    Err((
        1,
        format!("the front matter is not closed. Put a line `{FENCE}` between it and the text."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_file() {
        for (source, front, text, text_line) in [
            ("+++\na = 1\n+++\nText\n", "a = 1\n", "Text\n", 4),
            ("\u{FEFF}+++\r\na = 1\r\n+++\r\nText", "a = 1\r\n", "Text", 4),
            ("+++\n+++", "", "", 3),
            ("+++ \na = 1\n\n+++\t\n\nText +++\n+++\n", "a = 1\n\n", "\nText +++\n+++\n", 5),
        ] {
            assert_eq!(split(source), Ok(Parts { front, text, text_line }), "{source:?}");
        }
    }

    #[test]
    fn files_without_parts() {
        for source in ["", "# Title\n", "---\na: 1\n---\n", "\n+++\na = 1\n+++\n"] {
            let (line, text) = split(source).unwrap_err();
            assert!(line == 1 && text.contains("begins with a line `+++`"), "{source:?}");
        }
        for source in ["+++", "+++\na = 1\n", "+++\na = 1\n++++\n"] {
            let (line, text) = split(source).unwrap_err();
            assert!(line == 1 && text.contains("is not closed"), "{source:?}");
        }
    }
}
