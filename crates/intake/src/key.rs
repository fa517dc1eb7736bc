//! Signs tokens, receipt keys and links, and verifies them.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rules::Timestamp;
use sha2::{Digest as _, Sha256};

/// The key that signs tokens, receipt keys, message ids and addresses of
/// documents, and the one that signed them before, if that is still valid.
#[derive(Clone)]
pub struct SigningKey {
    current: Hmac<Sha256>,
    previous: Option<Hmac<Sha256>>,
}

impl SigningKey {
    /// The fewest bytes of a key: as many as its hash has (RFC 2104, 3).
    pub const MIN: usize = 32;

    /// Returns a key of at least [`SigningKey::MIN`] bytes.
    pub fn new(bytes: impl AsRef<[u8]>) -> Option<Self> {
        let long_enough = Some(bytes.as_ref()).filter(|bytes| bytes.len() >= Self::MIN)?;
        let current = Hmac::new_from_slice(long_enough).ok()?;
        Some(Self { current, previous: None })
    }

    /// Returns the key that signs like this one and also accepts what
    /// `previous` has signed: for the time after the key was changed.
    #[must_use]
    pub fn after(self, previous: Self) -> Self {
        Self { previous: Some(previous.current), ..self }
    }

    /// Returns a signature for `purpose` over `parts`, as 43 characters that
    /// fit into an address. A signature for one purpose is none for another.
    pub fn sign(&self, purpose: &str, parts: &[&str]) -> String {
        encode(mac(&self.current, purpose, parts))
    }

    /// Returns the signatures that are valid: of the current key, then of the
    /// previous one.
    pub(crate) fn valid_signatures(&self, purpose: &str, parts: &[&str]) -> Vec<String> {
        self.keys().map(|key| encode(mac(key, purpose, parts))).collect()
    }

    /// Returns whether `signature` is one over `parts`, in a time that does not
    /// tell where it differs.
    pub fn verify(&self, purpose: &str, parts: &[&str], signature: &str) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
            return false;
        };
        let is_of = |key| mac(key, purpose, parts).verify_slice(&signature).is_ok();
        self.keys().fold(false, |is_valid, key| is_of(key) | is_valid)
    }

    fn keys(&self) -> impl Iterator<Item = &Hmac<Sha256>> {
        core::iter::once(&self.current).chain(&self.previous)
    }
}

fn mac(key: &Hmac<Sha256>, purpose: &str, parts: &[&str]) -> Hmac<Sha256> {
    let mut mac = key.clone();
    for part in core::iter::once(&purpose).chain(parts) {
        // Lengths first: no two lists of parts read alike.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac
}

fn encode(mac: Hmac<Sha256>) -> String {
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// Derives an id from a text: 128 bits of its hash, in hexadecimal.
pub(crate) fn id_of(text: &str) -> String {
    format!("{:032x}", first_bits(&Sha256::digest(text)))
}

/// The first 128 bits of a hash, or all of a shorter one.
pub(crate) fn first_bits(hash: &[u8]) -> u128 {
    hash.iter().take(16).fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}

/// The id of an application: 128 random bits in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationId(String);

impl ApplicationId {
    /// Returns the id that these random bits make.
    pub fn from_random(bits: u128) -> Self {
        Self(format!("{bits:032x}"))
    }

    /// The id in the token of a page, as it was kept.
    pub(crate) fn of_page(kept: &str) -> Self {
        Self(kept.to_owned())
    }

    /// The id of the application that comes from the page of this one, from
    /// another address: always the same one, however often it is sent.
    pub(crate) fn for_address(&self, address: &str) -> Self {
        let address = address.to_ascii_lowercase();
        Self(id_of(&format!("address {} {address}", self.0)))
    }

    /// The id of the application that the mail with this identity becomes.
    pub(crate) fn for_mail(identity: &str) -> Self {
        Self(id_of(&format!("mail {identity}")))
    }

    /// The id that takes the place of this one, whose documents were taken for
    /// orphaned ones.
    pub(crate) fn after_orphan(&self) -> Self {
        Self(id_of(&format!("after {}", self.0)))
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the page carries so that the same form sent twice is one
/// application: an id for it, and when the page was made, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The id of the application to come.
    pub id: ApplicationId,
    /// When the page was made.
    pub issued_at: Timestamp,
    /// The version of the posting that the page showed. Pages from before
    /// there were versions have none.
    pub version: Option<u32>,
}

impl Token {
    /// Returns the token as the form carries it, valid for one posting.
    pub fn seal(&self, key: &SigningKey, slug: &str) -> String {
        let (id, issued_at) = (self.id.as_str(), self.issued_at.0.to_string());
        let Some(version) = self.version else {
            let signature = key.sign("token", &[slug, id, &issued_at]);
            return format!("{id}.{issued_at}.{signature}");
        };
        let version = version.to_string();
        let signature = key.sign("token", &[slug, id, &issued_at, &version]);
        format!("{id}.{issued_at}.{version}.{signature}")
    }

    /// Reads a token that [`Token::seal`] made with this key for this
    /// posting; nothing for any other text.
    pub fn open(key: &SigningKey, slug: &str, sealed: &str) -> Option<Self> {
        let parts: Vec<&str> = sealed.trim().split('.').collect();
        let (id, issued_at, version, genuine) = match *parts.as_slice() {
            [id, issued_at, version, signature] => {
                let parts = [slug, id, issued_at, version];
                (id, issued_at, Some(version), key.verify("token", &parts, signature))
            }
            [id, issued_at, signature] => {
                (id, issued_at, None, key.verify("token", &[slug, id, issued_at], signature))
            }
            _ => return None,
        };
        let issued_at = Timestamp(issued_at.parse().ok()?);
        let version = version.map(str::parse).transpose().ok()?;
        genuine.then(|| Self { id: ApplicationId(id.to_owned()), issued_at, version })
    }
}

/// The signed time at which a form arrived that could not be read for want of
/// memory. The page sends it along with the next attempt, and it counts for the
/// deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When that was.
    pub received_at: Timestamp,
}

impl Arrival {
    /// How long it is valid, in milliseconds.
    pub const VALID_MS: i64 = 15 * 60_000;

    /// Returns the arrival as the form carries it, valid for one posting.
    pub fn seal(&self, key: &SigningKey, slug: &str) -> String {
        let received_at = self.received_at.0.to_string();
        let signature = key.sign("arrival", &[slug, &received_at]);
        format!("{received_at}.{signature}")
    }

    /// Reads an arrival that [`Arrival::seal`] made with this key for this
    /// posting, unless it is older than [`Arrival::VALID_MS`].
    pub fn open(key: &SigningKey, slug: &str, sealed: &str, now: Timestamp) -> Option<Self> {
        let (received_at, signature) = sealed.trim().split_once('.')?;
        let genuine = key.verify("arrival", &[slug, received_at], signature);
        let received_at = Timestamp(received_at.parse().ok()?);
        let age = now.0.saturating_sub(received_at.0);
        (genuine && (0..=Self::VALID_MS).contains(&age)).then_some(Self { received_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SigningKey {
        SigningKey::new([byte; 32]).unwrap()
    }

    #[test]
    fn only_a_long_key_is_one() {
        assert!(SigningKey::new([0; 31]).is_none());
        assert!(SigningKey::new([0; 32]).is_some());
    }

    #[test]
    fn a_token_is_good_for_its_posting_and_key_only() {
        let token = Token {
            id: ApplicationId::from_random(7),
            issued_at: Timestamp(1_000),
            version: Some(3),
        };
        let sealed = token.seal(&key(1), "a-posting");
        let old = Token { version: None, ..token.clone() };
        let sealed_before = old.seal(&key(1), "a-posting");
        assert_eq!(Token::open(&key(1), "a-posting", &sealed_before), Some(old));
        assert_eq!(Token::open(&key(1), "a-posting", &sealed), Some(token));
        assert_eq!(Token::open(&key(1), "another", &sealed), None);
        assert_eq!(Token::open(&key(2), "a-posting", &sealed), None);
    }

    #[test]
    fn a_changed_token_is_none() {
        let token = Token {
            id: ApplicationId::from_random(7),
            issued_at: Timestamp(1_000),
            version: Some(3),
        };
        let sealed = token.seal(&key(1), "s");
        for changed in [
            String::new(),
            "x".into(),
            sealed.replacen('7', "8", 1),
            sealed.replace("1000", "1001"),
            sealed.replace(".3.", ".2."),
            sealed.replace(".3.", "."),
            sealed.chars().take(sealed.len() - 1).collect(),
            format!("{sealed}A"),
        ] {
            assert_eq!(Token::open(&key(1), "s", &changed), None, "{changed:?}");
        }
    }

    #[test]
    fn an_arrival_is_good_for_its_posting_and_a_quarter_of_an_hour() {
        let arrival = Arrival { received_at: Timestamp(1_000) };
        let sealed = arrival.seal(&key(1), "s");
        let open = |slug, sealed: &str, now| Arrival::open(&key(1), slug, sealed, Timestamp(now));
        let last = 1_000 + Arrival::VALID_MS;
        assert_eq!(open("s", &sealed, 1_000), Some(arrival));
        assert_eq!(open("s", &sealed, last), Some(arrival));
        assert_eq!(open("s", &sealed, last + 1), None);
        assert_eq!(open("s", &sealed, 999), None);
        assert_eq!(open("another", &sealed, 1_000), None);
        assert_eq!(open("s", &sealed.replacen("1000", "1001", 1), 1_001), None);
        assert_eq!(open("s", "", 1_000), None);
        assert_eq!(Arrival::open(&key(2), "s", &sealed, Timestamp(1_000)), None);
    }

    #[test]
    fn after_a_change_of_the_key_both_are_valid_and_the_new_one_signs() {
        let changed = key(2).after(key(1));
        let (old, new) = (key(1).sign("p", &["a"]), key(2).sign("p", &["a"]));
        assert_eq!(changed.sign("p", &["a"]), new);
        assert_eq!(changed.valid_signatures("p", &["a"]), [new.clone(), old.clone()]);
        assert!(changed.verify("p", &["a"], &old) && changed.verify("p", &["a"], &new));
        assert!(!changed.verify("p", &["b"], &old) && !changed.verify("other", &["a"], &old));
        assert!(!key(2).verify("p", &["a"], &old), "the old key has ended");
        assert!(!key(3).after(changed).verify("p", &["a"], &old), "two keys at most");
    }

    #[test]
    fn parts_cannot_be_shifted() {
        assert_ne!(key(1).sign("p", &["ab", "c"]), key(1).sign("p", &["a", "bc"]));
        assert_ne!(key(1).sign("p", &["a"]), key(1).sign("pa", &[]));
    }
}
