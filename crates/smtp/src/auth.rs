//! Authentication: PLAIN (RFC 4616), or LOGIN where the server offers no PLAIN.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{Invalid, extensions::Extensions};

/// User and password. `Debug` shows neither, and the text of the server's answers to AUTH is dropped, since some servers repeat the line.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: String,
}

impl Credentials {
    /// Checks that neither is empty or holds NUL, which separates the two in PLAIN.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Result<Self, Invalid> {
        let (user, password) = (user.into(), password.into());
        if [&user, &password].iter().any(|text| text.is_empty() || text.contains('\0')) {
            return Err(Invalid::Credentials);
        }
        Ok(Self { user, password })
    }

    /// Returns the lines to send in turn: each but the last is answered by 334, the last by 235. None where the server offers no mechanism
    /// that is known here.
    pub(crate) fn lines(&self, offered: &Extensions) -> Option<Vec<String>> {
        if offered.plain {
            let response = STANDARD.encode(format!("\0{}\0{}", self.user, self.password));
            let line = format!("AUTH PLAIN {response}");
            // RFC 4954 allows 12,288 bytes for a response in a line of its own.
            return Some(if line.len() <= MAX_COMMAND {
                vec![line]
            } else {
                vec!["AUTH PLAIN".to_owned(), response]
            });
        }
        // The prompts differ from server to server ("Username:", "User Name", translated), but their order does not.
        offered.login.then(|| {
            vec![
                "AUTH LOGIN".to_owned(),
                STANDARD.encode(&self.user),
                STANDARD.encode(&self.password),
            ]
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Bytes without CRLF; RFC 5321, section 4.5.3.1.4.
const MAX_COMMAND: usize = 510;

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(plain: bool, login: bool, password: &str) -> Option<Vec<String>> {
        let offered = Extensions { plain, login, ..Extensions::default() };
        Credentials::new("tim", password).unwrap().lines(&offered)
    }

    #[test]
    fn plain_is_preferred_and_a_long_response_has_its_own_line() {
        // RFC 4616, section 4.
        let plain = Some(vec!["AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm".to_owned()]);
        assert_eq!(lines(true, true, "tanstaaftanstaaf"), plain);
        let long = lines(true, false, &"x".repeat(368)).unwrap();
        assert_eq!((long.len(), long[0].as_str()), (2, "AUTH PLAIN"));
        assert_eq!(lines(true, false, &"x".repeat(367)).unwrap().len(), 1);
    }

    #[test]
    fn login_is_used_only_without_plain() {
        let login = ["AUTH LOGIN", "dGlt", "c2VjcmV0"].map(str::to_owned).to_vec();
        assert_eq!(lines(false, true, "secret"), Some(login));
        assert_eq!(lines(false, false, "secret"), None);
    }

    #[test]
    fn credentials_are_checked_and_not_shown() {
        for (user, password) in [("", "p"), ("u", ""), ("u\0", "p"), ("u", "p\0q")] {
            assert_eq!(Credentials::new(user, password), Err(Invalid::Credentials));
        }
        let credentials = Credentials::new("someone", "hunter2").unwrap();
        assert_eq!(format!("{credentials:?}"), "Credentials(..)");
    }
}
