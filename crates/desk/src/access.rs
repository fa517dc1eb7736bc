//! What a signed-in person may do.

use domain::Posting;

/// The addresses of the administrators, as the setting lists them.
#[derive(Clone, Debug)]
pub struct Admins(Vec<String>);

impl Admins {
    /// Reads addresses that are separated by commas, semicolons or spaces.
    pub fn parse(setting: &str) -> Self {
        let separates = |c: char| c == ',' || c == ';' || c.is_whitespace();
        let addresses = setting.split(separates).filter(|one| !one.is_empty());
        Self(addresses.map(str::to_lowercase).collect())
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what the person with this address may do.
    pub fn access(&self, email: String) -> Access {
        let email = email.to_lowercase();
        if self.0.contains(&email) { Access::Administrator(email) } else { Access::Panel(email) }
    }
}

/// A signed-in person, by address, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Sees and changes everything.
    Administrator(String),
    /// Reads the postings whose panel names them, and writes notes there.
    Panel(String),
}

impl Access {
    /// Who it is.
    pub fn email(&self) -> &str {
        match self {
            Self::Administrator(email) | Self::Panel(email) => email,
        }
    }

    /// Returns whether the person may change postings, stages and mails.
    pub fn may_change(&self) -> bool {
        matches!(self, Self::Administrator(_))
    }

    /// Returns whether the person may read the applications to `posting`.
    pub fn may_read(&self, posting: &Posting) -> bool {
        match self {
            Self::Administrator(_) => true,
            Self::Panel(email) => posting.panel.iter().any(|one| one.eq_ignore_ascii_case(email)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrators_are_listed() {
        let admins = Admins::parse(" Staff@example.org, b@example.org;c@example.org ");
        for email in ["staff@example.org", "B@example.org", "c@example.org"] {
            assert!(admins.access(email.into()).may_change(), "{email}");
        }
        for email in ["", "d@example.org", "taff@example.org"] {
            assert!(!admins.access(email.into()).may_change(), "{email}");
        }
        assert!(Admins::parse(" , ").is_empty());
    }
}
