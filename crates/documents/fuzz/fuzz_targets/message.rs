#![no_main]

use libfuzzer_sys::fuzz_target;
use mail::incoming::{Incoming, MAX_PARTS, verdict};

fuzz_target!(|data: &[u8]| {
    let message = Incoming::read(data);
    // What is decoded is never larger than what came, but for texts that become UTF-8.
    let bytes: usize = message.files.iter().map(|file| file.bytes.len()).sum();
    assert!(bytes <= data.len() && message.files.len() <= MAX_PARTS);
    assert!(!message.subject.contains(['\r', '\n', '\0']));
    for file in &message.files {
        assert!(!file.name.contains(['\r', '\n', '\0', '/', '\\']));
    }
    if let Some(author) = &message.from {
        verdict(message.authentication.as_deref(), "mx.example.org", &author.address);
    }
});
