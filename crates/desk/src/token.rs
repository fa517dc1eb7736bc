//! Reads the JSON Web Tokens of Cloudflare Access (RFC 7519, RFC 7515).
//!
//! [`SignedToken::parse`] takes the token apart and accepts one algorithm
//! only. The caller verifies [`SignedToken::signature`] over
//! [`SignedToken::signed`] by the key [`SignedToken::key_id`]; only then does
//! [`SignedToken::bearer`] look at what the token claims.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The only algorithm that is accepted: RSASSA-PKCS1-v1_5 with SHA-256.
pub const ALGORITHM: &str = "RS256";

/// The longest token that is read, in bytes. Cookies of browsers end at 4,096.
const MAX_BYTES: usize = 8_192;

/// By how much the clocks of issuer and Worker may differ, in milliseconds.
const LEEWAY_MS: i64 = 60_000;

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no token.
    #[error("malformed")]
    Malformed,
    /// It is signed in another way than [`ALGORITHM`], or not at all.
    #[error("algorithm")]
    Algorithm,
    /// No published key has made its signature.
    #[error("signature")]
    Signature,
    /// Another team issued it.
    #[error("issuer")]
    Issuer,
    /// It is for another application.
    #[error("audience")]
    Audience,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// Its time has not begun.
    #[error("not yet valid")]
    NotYetValid,
    /// It names no person.
    #[error("no address")]
    NoAddress,
}

/// Whose tokens are accepted.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The issuer, `https://team.cloudflareaccess.com`.
    pub issuer: &'a str,
    /// The tag of the application in front of the desk.
    pub audience: &'a str,
}

/// A token taken apart. Nothing of it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedToken<'a> {
    /// The id of the key that is said to have signed it.
    pub key_id: String,
    /// What was signed.
    pub signed: &'a str,
    /// The signature.
    pub signature: Vec<u8>,
    payload: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// Extensions that a reader must understand (RFC 7515, 4.1.11): none is.
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audiences,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    email: Option<String>,
}

/// One or several (RFC 7519, 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audiences {
    One(String),
    Several(Vec<String>),
}

impl Audiences {
    fn has(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

impl<'a> SignedToken<'a> {
    /// Takes a token in its compact form apart.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`], or [`Refusal::Algorithm`] for any other than
    /// [`ALGORITHM`].
    pub fn parse(token: &'a str) -> Result<Self, Refusal> {
        if token.len() > MAX_BYTES {
            return Err(Refusal::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        if payload.contains('.') {
            return Err(Refusal::Malformed);
        }
        let header: Header = decode(header)?;
        if header.alg != ALGORITHM || header.crit.is_some() {
            return Err(Refusal::Algorithm);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Malformed)?;
        Ok(Self { key_id: header.kid, signed, signature, payload })
    }

    /// Returns the address of the person that a token with a verified
    /// signature names, in lower case.
    ///
    /// # Errors
    ///
    /// Why the token is not accepted at the time `now`.
    pub fn bearer(&self, expected: &Expected<'_>, now: Timestamp) -> Result<String, Refusal> {
        let claims: Claims = decode(self.payload)?;
        if claims.iss != expected.issuer {
            return Err(Refusal::Issuer);
        }
        if expected.audience.is_empty() || !claims.aud.has(expected.audience) {
            return Err(Refusal::Audience);
        }
        if milliseconds(claims.exp) <= now.0 {
            return Err(Refusal::Expired);
        }
        if claims.nbf.is_some_and(|nbf| milliseconds(nbf) > now.0.saturating_add(LEEWAY_MS)) {
            return Err(Refusal::NotYetValid);
        }
        let email = claims.email.unwrap_or_default().to_lowercase();
        let is_address = rules::addresses::Address::parse(&email).is_ok();
        if is_address { Ok(email) } else { Err(Refusal::NoAddress) }
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, Refusal> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| Refusal::Malformed)
}

/// A `NumericDate` may have a fraction (RFC 7519, 2).
#[expect(clippy::cast_possible_truncation, reason = "a cast saturates")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const EXPECTED: Expected<'static> =
        Expected { issuer: "https://team.cloudflareaccess.com", audience: "tag" };
    const NOW: Timestamp = Timestamp(1_752_580_800_000);

    fn token(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(header), part(claims))
    }

    fn claims(change: &Value) -> Value {
        let mut claims = json!({
            "iss": EXPECTED.issuer, "aud": ["other", "tag"], "exp": 1_752_580_801,
            "nbf": 1_752_580_800, "iat": 1_752_580_800, "email": "Staff@example.org",
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    fn bearer(change: &Value) -> Result<String, Refusal> {
        let token = token(&json!({ "alg": "RS256", "kid": "k" }), &claims(change));
        SignedToken::parse(&token)?.bearer(&EXPECTED, NOW)
    }

    #[test]
    fn a_token_names_a_person() {
        assert_eq!(bearer(&json!({})), Ok("staff@example.org".into()));
        assert_eq!(bearer(&json!({ "aud": "tag" })), Ok("staff@example.org".into()));
        assert_eq!(bearer(&json!({ "nbf": null })), Ok("staff@example.org".into()));
    }

    #[test]
    fn each_claim_counts() {
        for (change, refusal) in [
            (json!({ "iss": "https://other.cloudflareaccess.com" }), Refusal::Issuer),
            (json!({ "iss": "https://team.cloudflareaccess.com/" }), Refusal::Issuer),
            (json!({ "aud": ["other"] }), Refusal::Audience),
            (json!({ "aud": [] }), Refusal::Audience),
            (json!({ "exp": 1_752_580_800 }), Refusal::Expired),
            (json!({ "exp": -1 }), Refusal::Expired),
            (json!({ "nbf": 1_752_580_861 }), Refusal::NotYetValid),
            (json!({ "email": null }), Refusal::NoAddress),
            (json!({ "email": "" }), Refusal::NoAddress),
            (json!({ "email": "a@b.c, d@e.f" }), Refusal::NoAddress),
            (json!({ "exp": "tomorrow" }), Refusal::Malformed),
            (json!({ "iss": null }), Refusal::Malformed),
        ] {
            assert_eq!(bearer(&change), Err(refusal), "{change}");
        }
    }

    #[test]
    fn one_algorithm_is_accepted() {
        for header in [
            json!({ "alg": "none", "kid": "k" }),
            json!({ "alg": "None", "kid": "k" }),
            json!({ "alg": "HS256", "kid": "k" }),
            json!({ "alg": "RS512", "kid": "k" }),
            json!({ "alg": "rs256", "kid": "k" }),
            json!({ "alg": "RS256", "kid": "k", "crit": ["exp"] }),
        ] {
            let token = token(&header, &claims(&json!({})));
            assert_eq!(SignedToken::parse(&token), Err(Refusal::Algorithm), "{header}");
        }
    }

    #[test]
    fn what_is_no_token_is_malformed() {
        let long = "a".repeat(MAX_BYTES + 1);
        for text in ["", ".", "..", "a.b.c", "e30.e30.", "e30.e30.c2ln.x", "é.é.é", long.as_str()]
        {
            assert_eq!(SignedToken::parse(text), Err(Refusal::Malformed), "{text:?}");
        }
        let unnamed = token(&json!({ "alg": "RS256" }), &claims(&json!({})));
        assert_eq!(SignedToken::parse(&unnamed), Err(Refusal::Malformed));
    }

    #[test]
    fn nobody_is_the_audience_where_none_is_set() {
        let token = token(&json!({ "alg": "RS256", "kid": "k" }), &claims(&json!({ "aud": [""] })));
        let expected = Expected { audience: "", ..EXPECTED };
        let parsed = SignedToken::parse(&token).unwrap();
        assert_eq!(parsed.bearer(&expected, NOW), Err(Refusal::Audience));
    }
}
