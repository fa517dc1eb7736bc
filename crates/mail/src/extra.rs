/// A header `X-Guichet-…`, for filters and searches.
///
/// The prefix is fixed, so that an extra header is never one that mail systems act upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    name: String,
    value: String,
}

/// Why an extra header cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtraError {
    /// The name is not 1 to 40 letters, digits and hyphens.
    #[error("not the name of a header")]
    Name,
}

const PREFIX: &str = "X-Guichet-";
/// The most octets of a name, so that it fits in a line with the beginning of its value.
const LONGEST_NAME: usize = 40;

impl Extra {
    /// Makes a header with the name `X-Guichet-{name}` and any text as its value.
    pub fn new(name: &str, value: impl Into<String>) -> Result<Self, ExtraError> {
        let allowed = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !allowed || name.is_empty() || name.len() > LONGEST_NAME {
            return Err(ExtraError::Name);
        }
        Ok(Self { name: format!("{PREFIX}{name}"), value: value.into() })
    }

    /// Returns the whole name, with its prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value as it was given. It is [cleaned](crate#cleaning) when written.
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
