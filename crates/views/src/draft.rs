//! The addresses of a mail that lacks something.

/// Returns the address of the form of a mail, from the root of the site.
pub fn draft_address(id: &str, key: &str) -> String {
    format!("/incoming/{id}?key={key}")
}

/// Returns the address of a mail itself.
pub fn raw_mail_address(id: &str, key: &str) -> String {
    format!("/incoming/{id}/message?key={key}")
}
