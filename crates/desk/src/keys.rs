//! The keys that the sign-on publishes, as they are remembered.

use rules::Timestamp;
use serde::Deserialize;

/// A public RSA key as the sign-on publishes it (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PublicKey {
    /// Its id.
    pub kid: String,
    /// The modulus, base64url.
    pub n: String,
    /// The exponent, base64url.
    pub e: String,
    kty: String,
}

/// What `/cdn-cgi/access/certs` answers. It has certificates as well.
#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

/// The published keys, and since when they are known.
#[derive(Clone, Debug, Default)]
pub struct KnownKeys {
    keys: Vec<PublicKey>,
    asked_at: Option<Timestamp>,
}

/// What to do for the key of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Verify by this key.
    Known(PublicKey),
    /// Fetch the published keys, then look again.
    Fetch,
    /// There is no such key, and they were fetched a moment ago.
    Unknown,
}

/// How long keys are believed, in milliseconds: a day. The sign-on changes
/// them every six weeks and publishes the next one before it is used.
const BELIEVED_MS: i64 = 24 * 3_600_000;

/// How often an unknown key leads to a fetch, in milliseconds.
const FETCH_EVERY_MS: i64 = 60_000;

impl KnownKeys {
    /// Returns what to do for the key with this id.
    pub fn look_up(&self, kid: &str, now: Timestamp) -> Lookup {
        let age = self.asked_at.map(|at| now.0.saturating_sub(at.0));
        // A clock that was set back must not make keys last for ever.
        let younger = |limit| age.is_some_and(|age| (0..limit).contains(&age));
        let known = self.keys.iter().find(|key| key.kid == kid);
        match known {
            Some(key) if younger(BELIEVED_MS) => Lookup::Known(key.clone()),
            _ if younger(FETCH_EVERY_MS) => Lookup::Unknown,
            _ => Lookup::Fetch,
        }
    }

    /// Notes that the keys are being fetched.
    pub fn asked(&mut self, now: Timestamp) {
        self.asked_at = Some(now);
    }

    /// Takes the published keys. Returns whether `json` holds any.
    pub fn learn(&mut self, json: &[u8]) -> bool {
        let published: Option<Published> = serde_json::from_slice(json).ok();
        let keys = published.into_iter().flat_map(|published| published.keys);
        let keys: Vec<PublicKey> =
            keys.filter_map(|key| serde_json::from_value(key).ok()).filter(is_rsa).collect();
        if keys.is_empty() {
            return false;
        }
        self.keys = keys;
        true
    }
}

fn is_rsa(key: &PublicKey) -> bool {
    key.kty == "RSA"
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &[u8] = br#"{
        "keys": [
            { "kid": "a", "kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB", "n": "xyz" },
            { "kid": "b", "kty": "EC", "crv": "P-256" },
            { "kid": "c", "kty": "oct", "k": "secret", "n": "", "e": "" }
        ],
        "public_certs": []
    }"#;

    fn known() -> KnownKeys {
        let mut keys = KnownKeys::default();
        keys.asked(Timestamp(0));
        assert!(keys.learn(PUBLISHED));
        keys
    }

    #[test]
    fn a_known_key_is_believed_for_a_day() {
        let (keys, now) = (known(), Timestamp(BELIEVED_MS - 1));
        assert!(matches!(keys.look_up("a", now), Lookup::Known(key) if key.n == "xyz"));
        assert_eq!(keys.look_up("a", Timestamp(BELIEVED_MS)), Lookup::Fetch);
        assert_eq!(keys.look_up("a", Timestamp(-1)), Lookup::Fetch);
    }

    #[test]
    fn an_unknown_key_leads_to_a_fetch_a_minute() {
        let mut keys = KnownKeys::default();
        assert_eq!(keys.look_up("a", Timestamp(0)), Lookup::Fetch);
        keys.asked(Timestamp(0));
        assert_eq!(keys.look_up("a", Timestamp(1)), Lookup::Unknown);
        let keys = known();
        for kid in ["b", "c", ""] {
            assert_eq!(keys.look_up(kid, Timestamp(FETCH_EVERY_MS - 1)), Lookup::Unknown);
            assert_eq!(keys.look_up(kid, Timestamp(FETCH_EVERY_MS)), Lookup::Fetch);
        }
    }

    #[test]
    fn what_is_no_set_of_keys_changes_nothing() {
        let mut keys = known();
        for json in [&b"<html>"[..], b"{}", br#"{"keys":[]}"#, b""] {
            assert!(!keys.learn(json));
        }
        assert!(matches!(keys.look_up("a", Timestamp(1)), Lookup::Known(_)));
    }
}
