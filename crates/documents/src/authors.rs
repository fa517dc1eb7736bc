use alloc::{string::String, vec::Vec};

/// The names that a document gives for those who wrote or saved it.
#[derive(Default)]
pub(crate) struct Authors(Vec<String>);

impl Authors {
    /// Takes one more name, unless it is blank or known, or there are enough.
    pub(crate) fn add(&mut self, name: &str) {
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        if !name.is_empty() && self.0.len() < MOST && !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    pub(crate) fn into_names(self) -> Vec<String> {
        self.0
    }
}

/// Names, and characters of one: what a reader takes in at a glance.
const MOST: usize = 4;
const LONGEST: usize = 100;
