//! Encrypts short texts under a secret: a candidate's address at rest.

use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes of a nonce.
const NONCE: usize = 12;

/// Returns `text` encrypted under `key` by AES-256-GCM. `nonce` must be
/// another one for each text under one key.
pub fn encrypt(key: &[u8; 32], nonce: [u8; NONCE], text: &str) -> String {
    let cipher = Aes256Gcm::new(key.into());
    // It fails above 64 GB only.
    let encrypted = cipher.encrypt(&nonce.into(), text.as_bytes()).unwrap_or_default();
    URL_SAFE_NO_PAD.encode([&nonce[..], &encrypted].concat())
}

/// Returns the text that [`encrypt`] has encrypted under `key`; nothing where
/// it was another key or something has changed.
pub fn decrypt(key: &[u8; 32], encrypted: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(encrypted).ok()?;
    let (nonce, rest) = bytes.split_first_chunk::<NONCE>()?;
    let cipher = Aes256Gcm::new(key.into());
    let text = cipher.decrypt(nonce.into(), rest).ok()?;
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_opens_what_is_unchanged() {
        let (key, nonce, text) = ([1; 32], [2; 12], "zoe@example.net");
        let encrypted = encrypt(&key, nonce, text);
        assert!(!encrypted.contains("zoe"));
        assert_eq!(decrypt(&key, &encrypted).as_deref(), Some(text));
        assert_eq!(decrypt(&[3; 32], &encrypted), None);
        let flipped = if encrypted.ends_with('A') { "B" } else { "A" };
        let changed = format!("{}{flipped}", &encrypted[..encrypted.len() - 1]);
        assert_eq!(decrypt(&key, &changed), None);
        for broken in ["", "AAAA", "not base64!"] {
            assert_eq!(decrypt(&key, broken), None, "{broken:?}");
        }
    }
}
