//! What a mail looks like when our receiving server hands it over.

use base64::Engine as _;

/// The name under which our receiving server writes what it has found.
pub(crate) const SERVER: &str = "mx.example.org";

/// Somebody else's.
pub(crate) const EVIL_SERVER: &str = "mx.evil.example";

/// A mail before it is written down.
pub(crate) struct Draft<'a> {
    /// What was found about its author, by whomever; the topmost first.
    pub(crate) results: &'a [String],
    pub(crate) from: String,
    pub(crate) message_id: &'a str,
    pub(crate) subject: &'a str,
    /// The Message-ID that it answers.
    pub(crate) answers: Option<&'a str>,
    pub(crate) is_marked_automatic: bool,
    pub(crate) text: &'a str,
    pub(crate) files: &'a [(&'a str, Vec<u8>)],
}

impl Draft<'_> {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut mail = String::new();
        let mut header = |name: &str, value: &str| mail.extend([name, ": ", value, "\r\n"]);
        for results in self.results {
            header("Authentication-Results", results);
        }
        header("From", &self.from);
        header("Message-ID", self.message_id);
        header("Subject", self.subject);
        if let Some(answered) = self.answers {
            header("In-Reply-To", answered);
        }
        if self.is_marked_automatic {
            header("Auto-Submitted", "auto-replied");
        }
        header("Content-Type", "multipart/mixed; boundary=b");
        mail.push_str("\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
        mail.push_str(self.text);
        for (name, bytes) in self.files {
            let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
            mail.push_str("\r\n--b\r\nContent-Type: application/octet-stream\r\n");
            mail.extend(["Content-Disposition: inline; filename=\"", name, "\"\r\n"]);
            mail.extend(["Content-Transfer-Encoding: base64\r\n\r\n", &encoded]);
        }
        mail.push_str("\r\n--b--\r\n");
        mail.into_bytes()
    }
}
