//! Prints what this crate reads of a message on standard input, as JSON: subject, author, and each file with its name, SHA-256 and role.
//! `tests/incoming/agreement.mjs` holds it against other readers.

use std::fmt::Write as _;
use std::io::Read as _;

use mail::incoming::Incoming;
use sha2::{Digest as _, Sha256};

fn main() -> std::io::Result<()> {
    let mut raw = Vec::new();
    std::io::stdin().read_to_end(&mut raw)?;
    let message = Incoming::read(&raw);
    let files: Vec<_> = message
        .files
        .iter()
        .map(|file| {
            let mut sha256 = String::new();
            for byte in Sha256::digest(&file.bytes) {
                let _ = write!(sha256, "{byte:02x}");
            }
            serde_json::json!({
                "name": file.name,
                "sha256": sha256,
                "role": format!("{:?}", file.role),
                "forwarded": file.forwarded,
            })
        })
        .collect();
    let from = message.from.map(|from| from.address.to_string());
    let read = serde_json::json!({ "subject": message.subject, "from": from, "files": files });
    println!("{read}");
    Ok(())
}
