//! Comma-separated values that spreadsheets open without running them
//! (RFC 4180).

/// What Excel needs to read a file as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// What stands between two cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// As RFC 4180 has it.
    #[default]
    Comma,
    /// As Excel wants it where a comma is the decimal mark, in French too.
    Semicolon,
}

impl Separator {
    /// Returns the separator with this name or sign.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "," | "comma" => Some(Self::Comma),
            ";" | "semicolon" => Some(Self::Semicolon),
            _ => None,
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
        }
    }
}

/// A table that grows row by row.
#[derive(Clone, Debug)]
pub struct Table {
    separator: Separator,
    text: String,
}

impl Table {
    /// Returns an empty table.
    pub fn new(separator: Separator) -> Self {
        Self { separator, text: BYTE_ORDER_MARK.to_owned() }
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.text.push(self.separator.sign());
            }
            self.cell(cell.as_ref());
        }
        self.text.push_str("\r\n");
    }

    /// Returns the rows since the last call, and before the first one the mark
    /// with which a file begins.
    pub fn take(&mut self) -> String {
        core::mem::take(&mut self.text)
    }

    fn cell(&mut self, cell: &str) {
        let mark = if runs(cell) { "'" } else { "" };
        let special = |c| matches!(c, '"' | '\r' | '\n' | ',' | ';' | '\t');
        if cell.contains(special) {
            self.text.push('"');
            self.text.push_str(mark);
            self.text.push_str(&cell.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(mark);
            self.text.push_str(cell);
        }
    }
}

/// Returns whether a spreadsheet could take the cell for a formula (OWASP, CSV
/// injection), also after spaces, which some programs leave out, and in the
/// wide forms of the signs. An apostrophe before it makes it a text.
fn runs(cell: &str) -> bool {
    let first = cell.trim_start_matches([' ', '\u{A0}', '\u{3000}', '\u{FEFF}']).chars().next();
    first.is_some_and(|c| {
        matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '%')
            || matches!(c, '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(separator: Separator, cells: &[&str]) -> String {
        let mut table = Table::new(separator);
        table.row(cells);
        table.take()
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let cells = ["a", "b;c", "d,e", "say \"x\"", "l1\nl2", "", "é"];
        assert_eq!(
            written(Separator::Semicolon, &cells),
            "\u{FEFF}a;\"b;c\";\"d,e\";\"say \"\"x\"\"\";\"l1\nl2\";;é\r\n"
        );
        assert_eq!(written(Separator::Comma, &["a", "b"]), "\u{FEFF}a,b\r\n");
    }

    #[test]
    fn no_cell_runs() {
        for cell in [
            "=1+1",
            "+32 2 218",
            "-1",
            "@SUM(A1)",
            " =1",
            "\u{FF1D}1",
            "\t=1",
            "\r=1",
            "%0A",
            "|cmd",
        ] {
            let row = written(Separator::Comma, &[cell]);
            let cell = row.trim_start_matches(['\u{FEFF}', '"']);
            assert!(cell.starts_with('\''), "{row:?}");
        }
        assert_eq!(written(Separator::Comma, &["a=1", "1-2"]), "\u{FEFF}a=1,1-2\r\n");
    }

    #[test]
    fn a_table_comes_in_parts() {
        let mut table = Table::new(Separator::Comma);
        table.row(["a"]);
        assert_eq!(table.take(), "\u{FEFF}a\r\n");
        table.row(["b"]);
        assert_eq!(table.take(), "b\r\n");
    }
}
