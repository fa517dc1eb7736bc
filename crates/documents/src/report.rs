use serde::{Deserialize, Serialize};

use crate::Kind;

/// What [`inspect`](crate::inspect) found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What the file is.
    pub kind: Kind,
    /// Its length, in bytes.
    pub bytes: u64,
    /// The first reason found not to trust that a reader can open it whole and as one thing.
    pub damage: Option<Damage>,
}

/// Why a file is not a sound file of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// The end is missing, as after an interrupted download.
    Truncated,
    /// A PDF's header stands behind bytes that are not blank, as in a file meant to be two.
    LeadingJunk,
    /// A ZIP's directory contradicts itself or the entries.
    Directory,
    /// A ZIP's directory exceeds the [`Limits`](crate::Limits).
    DirectoryTooLarge,
    /// Entries of a ZIP share bytes, the trick of the compact decompression bombs.
    OverlappingEntries,
    /// Two entries of a ZIP have one name, so that two readers may see two documents.
    DuplicateNames,
    /// An entry of a ZIP would be unpacked elsewhere: `../`, an absolute path, a symbolic link.
    EscapingPath,
    /// A PDF ends as a ZIP does, so that it is both.
    Polyglot,
}

impl Damage {
    const ALL: [Self; 8] = [
        Self::Truncated,
        Self::LeadingJunk,
        Self::Directory,
        Self::DirectoryTooLarge,
        Self::OverlappingEntries,
        Self::DuplicateNames,
        Self::EscapingPath,
        Self::Polyglot,
    ];

    /// The name under which clients know the damage, as it is serialised: `truncated`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::LeadingJunk => "leading_junk",
            Self::Directory => "directory",
            Self::DirectoryTooLarge => "directory_too_large",
            Self::OverlappingEntries => "overlapping_entries",
            Self::DuplicateNames => "duplicate_names",
            Self::EscapingPath => "escaping_path",
            Self::Polyglot => "polyglot",
        }
    }

    /// The damage of this name, as [`Damage::as_str`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|damage| damage.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damage_is_its_name_in_snake_case() {
        for damage in Damage::ALL {
            let json = serde_json::to_string(&damage).unwrap();
            assert_eq!(json, format!("{:?}", damage.as_str()));
            assert_eq!(Damage::from_name(damage.as_str()), Some(damage));
        }
        assert_eq!(Damage::from_name("Truncated"), None);
    }
}
