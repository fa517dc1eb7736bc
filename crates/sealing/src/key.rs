//! Reads and checks the keys of staff.

use pgp::composed::{Deserializable as _, SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{KeyFlags, Signature, SignatureType};
use pgp::types::{KeyDetails as _, PublicParams, Tag};
use rsa::traits::PublicKeyParts as _;

use crate::Problem;

/// What every armored private key says in its first line.
const PRIVATE: &str = "PGP PRIVATE KEY BLOCK";

/// Returns whether a text holds a private key, wherever in it.
pub fn holds_private_key(text: &str) -> bool {
    text.contains(PRIVATE)
}

/// A public key to which mails can be encrypted.
#[derive(Clone, Debug)]
pub struct Key {
    pub(crate) whole: SignedPublicKey,
    /// When the primary key expires, in seconds since 1970.
    expires_at: Option<i64>,
    /// The subkeys for encryption: place in `whole`, when they were made and when they expire.
    usable: Vec<Usable>,
}

#[derive(Clone, Copy, Debug)]
struct Usable {
    place: usize,
    created_at: i64,
    expires_at: Option<i64>,
    takes_v2: bool,
}

impl Key {
    /// Reads an armored public key and checks all of it that does not depend
    /// on the time.
    ///
    /// Signatures of other people do not count. Of the key's own the latest
    /// valid ones do, as in `GnuPG`.
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    pub fn parse(armored: &str) -> Result<Self, Problem> {
        if holds_private_key(armored) {
            return Err(Problem::Private);
        }
        let whole = single(armored)?;
        let primary = &whole.primary_key;
        let is_revoked = whole.details.revocation_signatures.iter().any(|signature| {
            signature.typ() == Some(SignatureType::KeyRevocation)
                && signature.verify_key(primary).is_ok()
        });
        if is_revoked {
            return Err(Problem::Revoked);
        }
        let latest = latest(own_signatures(&whole)).ok_or(Problem::Unreadable)?;
        let created_at = seconds(primary.created_at());
        let expires_at = expiry(created_at, latest);
        let takes_v2 = takes_v2(latest);
        let subkeys = || whole.public_subkeys.iter().enumerate();
        let found = subkeys().filter_map(|(place, subkey)| {
            let binding = binding(&whole, subkey)?;
            let created_at = seconds(subkey.created_at());
            let expires_at = expiry(created_at, binding);
            Some(Usable { place, created_at, expires_at, takes_v2 })
        });
        let found: Vec<Usable> = found.collect();
        if found.is_empty() {
            return Err(Problem::NoEncryption);
        }
        let is_long = |usable: &Usable| whole.public_subkeys.get(usable.place).is_some_and(is_long);
        let usable: Vec<Usable> = found.into_iter().filter(is_long).collect();
        if usable.is_empty() {
            return Err(Problem::TooShort);
        }
        Ok(Self { whole, expires_at, usable })
    }

    /// Returns until when it can be used, in milliseconds since 1970; nothing
    /// where it never expires.
    pub fn usable_until(&self) -> Option<i64> {
        let ends: Option<Vec<i64>> = self.usable.iter().map(|subkey| subkey.expires_at).collect();
        let last = ends.and_then(|ends| ends.into_iter().max());
        let end = match (self.expires_at, last) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        end.map(|end| end.saturating_mul(1_000))
    }

    /// Returns whether it can be used at `now`, in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// [`Problem::Expired`].
    pub fn check_at(&self, now: i64) -> Result<(), Problem> {
        self.subkey_at(now).map(|_| ()).ok_or(Problem::Expired)
    }

    /// Returns the fingerprint, in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.whole.fingerprint().to_string().to_uppercase()
    }

    /// The subkey to encrypt to at `now`: the newest one that has not expired,
    /// and whether it reads the message format of RFC 9580.
    pub(crate) fn subkey_at(&self, now: i64) -> Option<(&SignedPublicSubKey, bool)> {
        let now = now.div_euclid(1_000);
        let lasts = |end: Option<i64>| end.is_none_or(|end| now < end);
        if !lasts(self.expires_at) {
            return None;
        }
        let usable = self.usable.iter().filter(|subkey| lasts(subkey.expires_at));
        let newest = usable.max_by_key(|subkey| subkey.created_at)?;
        Some((self.whole.public_subkeys.get(newest.place)?, newest.takes_v2))
    }
}

/// The only key in the text.
fn single(armored: &str) -> Result<SignedPublicKey, Problem> {
    let text = armored.trim();
    let (keys, _) = SignedPublicKey::from_string_many(text).map_err(|_| Problem::Unreadable)?;
    let keys: Result<Vec<_>, _> = keys.collect();
    let mut keys = keys.map_err(|_| Problem::Unreadable)?;
    // A second block in the same text is not read at all.
    if keys.len() > 1 || text.matches("-----BEGIN PGP").count() > 1 {
        return Err(Problem::Several);
    }
    keys.pop().ok_or(Problem::Unreadable)
}

/// The signatures by which the primary key says what it is for: directly, or
/// with one of its names.
fn own_signatures(whole: &SignedPublicKey) -> impl Iterator<Item = &Signature> {
    let primary = &whole.primary_key;
    let direct = whole.details.direct_signatures.iter();
    let direct = direct.filter(move |signature| {
        signature.typ() == Some(SignatureType::Key) && signature.verify_key(primary).is_ok()
    });
    let named = whole.details.users.iter().flat_map(move |user| {
        user.signatures.iter().filter(move |signature| {
            signature.is_certification()
                && signature.verify_certification(primary, Tag::UserId, &user.id).is_ok()
        })
    });
    direct.chain(named)
}

/// The latest signature that binds a subkey for encryption; nothing where it is
/// for something else, or revoked.
fn binding<'a>(whole: &SignedPublicKey, subkey: &'a SignedPublicSubKey) -> Option<&'a Signature> {
    let primary = &whole.primary_key;
    let of = |wanted: SignatureType| {
        subkey.signatures.iter().filter(move |signature| {
            signature.typ() == Some(wanted)
                && signature.verify_subkey_binding(primary, &subkey.key).is_ok()
        })
    };
    if of(SignatureType::SubkeyRevocation).next().is_some() {
        return None;
    }
    let latest = latest(of(SignatureType::SubkeyBinding))?;
    let is_known = matches!(
        subkey.public_params(),
        PublicParams::RSA(_)
            | PublicParams::ECDH(_)
            | PublicParams::X25519(_)
            | PublicParams::X448(_)
    );
    let encrypts = |flags: KeyFlags| flags.encrypt_comms() || flags.encrypt_storage();
    (is_known && encrypts(latest.key_flags())).then_some(latest)
}

fn latest<'a>(signatures: impl Iterator<Item = &'a Signature>) -> Option<&'a Signature> {
    signatures.max_by_key(|signature| signature.created())
}

fn expiry(created_at: i64, signature: &Signature) -> Option<i64> {
    let lasts = signature.key_expiration_time()?.as_secs();
    (lasts > 0).then(|| created_at.saturating_add(lasts.into()))
}

fn takes_v2(signature: &Signature) -> bool {
    signature.features().is_some_and(pgp::packet::Features::seipd_v2)
}

fn is_long(subkey: &SignedPublicSubKey) -> bool {
    match subkey.public_params() {
        PublicParams::RSA(rsa) => rsa.key.size().saturating_mul(8) >= Problem::LEAST_BITS,
        _ => true,
    }
}

fn seconds(instant: pgp::types::Timestamp) -> i64 {
    instant.as_secs().into()
}
