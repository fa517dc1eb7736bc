//! Prints messages with difficult texts, as input for other mail readers.
//!
//! `cargo run -p mail --example sample` prints one message that has every text as a file name. With `-- --cases` it prints one line of
//! JSON for each text: `{"raw": message, "text": what subject, display names and file name must read as}`.
//!
//! Some readers differ: Python's `email` (3.11) puts a blank between the encoded words of one display name, makes one
//! blank of two there, and strips quotes or angle brackets that enclose a whole file name (`get_filename`; `params` is right); postal-mime
//! (4.0) decodes a file name that looks like an encoded word.

#[path = "../tests/read_back/nasty.rs"]
mod nasty;

use std::io::{Result, Write as _};

fn main() -> Result<()> {
    let mut out = std::io::stdout().lock();
    if std::env::args().any(|argument| argument == "--cases") {
        for (given, read) in nasty::TEXTS {
            let raw = String::from_utf8_lossy(&mail::compose(&nasty::message(given))).into_owned();
            writeln!(out, "{}", serde_json::json!({ "raw": raw, "text": read }))?;
        }
        return Ok(());
    }
    let mut message = nasty::message("Candidature CHARGÉ·E DE PLAIDOYER – Zoë \"Zo\" Müller");
    message.attachments = nasty::TEXTS.map(|(given, _)| nasty::attachment(given)).into();
    out.write_all(&mail::compose(&message))
}
