/// A header of our own, `X-Guichet-…`, for whoever files or filters the mail.
///
/// The prefix is not the caller's to choose, so that no extra header is ever one that mail systems act upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    name: String,
    value: String,
}

/// Why a header cannot have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtraError {
    /// A name is letters, digits and hyphens, at least one and at most 40 of them.
    #[error("not the name of a header")]
    Name,
}

const PREFIX: &str = "X-Guichet-";
/// Octets: a name and the beginning of its value fit in a line of 78.
const LONGEST_NAME: usize = 40;

impl Extra {
    /// A header whose name is `X-Guichet-` and this name, and whose value is any text.
    pub fn new(name: &str, value: impl Into<String>) -> Result<Self, ExtraError> {
        let allowed = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !allowed || name.is_empty() || name.len() > LONGEST_NAME {
            return Err(ExtraError::Name);
        }
        Ok(Self { name: format!("{PREFIX}{name}"), value: value.into() })
    }

    /// The whole name, with its prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value as it was given; it is [cleaned](crate#what-no-field-can-do) when written.
    pub fn value(&self) -> &str {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_prefixed() {
        assert_eq!(Extra::new("Reference", "G-7").unwrap().name(), "X-Guichet-Reference");
        let long = "a".repeat(41);
        for name in ["", "a b", "a:", "a\r\nBcc", "é", "a_b", &long] {
            assert_eq!(Extra::new(name, "x"), Err(ExtraError::Name), "{name:?}");
        }
    }
}
