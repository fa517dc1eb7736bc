use crate::file_name::{deceives, is_invisible};

/// Names that a document gives, as they may be shown to people: without characters that turn a line
/// around or hide in it, each once, and not more than a reader takes in at a glance.
pub(crate) struct Names {
    names: Vec<String>,
    most: usize,
}

impl Names {
    /// No name yet, and at most `most`.
    pub(crate) fn at_most(most: usize) -> Self {
        Self { names: Vec::new(), most }
    }

    /// Takes one more name, unless it is blank or known, or there are enough.
    pub(crate) fn add(&mut self, name: &str) {
        let is_shown = |c: &char| !deceives(*c) && !is_invisible(*c);
        let name: String = name.trim().chars().filter(is_shown).take(LONGEST).collect();
        if !name.is_empty() && self.names.len() < self.most && !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    /// Takes the last part of a path.
    pub(crate) fn add_file(&mut self, path: &str) {
        self.add(path.rsplit(['/', '\\']).next().unwrap_or_default());
    }

    pub(crate) fn into_vec(self) -> Vec<String> {
        self.names
    }
}

/// People who wrote or saved a document that are named.
pub(crate) const AUTHORS: usize = 4;

/// Files inside a document that are named. The attachments of a portfolio may be dozens.
pub(crate) const FILES: usize = 8;

/// Characters of one name.
const LONGEST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_bounded() {
        let mut names = Names::at_most(3);
        for name in
            ["", " \n ", "a\u{202E}b\0c\r\nd\u{200B}", "abcd", &"é".repeat(200), "C:\\x\\e", "f"]
        {
            names.add_file(name);
        }
        assert_eq!(names.into_vec(), ["abcd".to_owned(), "é".repeat(100), "e".to_owned()]);
    }
}
