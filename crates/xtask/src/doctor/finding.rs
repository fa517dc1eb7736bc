//! What the doctor says.

use std::fmt;

/// Something that is missing or wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Whether applications or mails depend on it.
    pub(crate) is_error: bool,
    what: String,
    remedy: String,
}

impl Finding {
    pub(crate) fn error(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { is_error: true, what: what.into(), remedy: remedy.into() }
    }

    pub(crate) fn warning(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { is_error: false, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_error { "error" } else { "note" };
        write!(f, "{kind}: {}\n  {}", self.what, self.remedy)
    }
}
