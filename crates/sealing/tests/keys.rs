//! Keys of every kind: which are taken, until when, and whether their owners
//! can read what is sealed for them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pgp::composed::{
    ArmorOptions, EncryptionCaps, KeyType, Message, SecretKeyParamsBuilder, SignedPublicKey,
    SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::packet::{KeyFlags, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{Duration, KeyDetails as _, KeyVersion, Password, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sealing::{Key, Problem, SealError, holds_private_key, seal};

const DAY_MS: i64 = 86_400_000;

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A new key: what signs, and what its subkey does.
fn made(version: KeyVersion, subkey: KeyType, use_of_it: EncryptionCaps) -> SignedSecretKey {
    made_from(7, version, subkey, use_of_it)
}

fn made_from(
    seed: u64,
    version: KeyVersion,
    subkey: KeyType,
    use_of_it: EncryptionCaps,
) -> SignedSecretKey {
    let primary = match version {
        KeyVersion::V6 => KeyType::Ed25519,
        _ => KeyType::Ed25519Legacy,
    };
    let subkey = SubkeyParamsBuilder::default()
        .version(version)
        .key_type(subkey)
        .can_sign(false)
        .can_encrypt(use_of_it)
        .build()
        .unwrap();
    SecretKeyParamsBuilder::default()
        .version(version)
        .key_type(primary)
        .can_certify(true)
        .can_sign(true)
        .primary_user_id("Panel <panel@example.org>".into())
        .feature_seipd_v2(version == KeyVersion::V6)
        .subkeys(vec![subkey])
        .build()
        .unwrap()
        .generate(rng(seed))
        .unwrap()
}

fn curve25519() -> SignedSecretKey {
    made(KeyVersion::V4, KeyType::ECDH(ECCCurve::Curve25519Legacy), EncryptionCaps::All)
}

fn armored(secret: &SignedSecretKey) -> String {
    public(SignedPublicKey::from(secret.clone()))
}

fn public(key: SignedPublicKey) -> String {
    key.to_armored_string(ArmorOptions::default()).unwrap()
}

fn now(secret: &SignedSecretKey) -> i64 {
    i64::from(secret.created_at().as_secs()) * 1_000 + DAY_MS
}

fn opened(secret: &SignedSecretKey, sealed: &[u8]) -> Vec<u8> {
    let (message, _) = Message::from_armor(sealed).unwrap();
    let decrypted = message.decrypt(&Password::empty(), secret).unwrap();
    decrypted.decompress().unwrap().as_data_vec().unwrap()
}

/// The subkey of `secret`, bound again with these `more` subpackets.
fn bound_again(secret: &SignedSecretKey, typ: SignatureType, more: SubpacketData) -> String {
    let mut whole = SignedPublicKey::from(secret.clone());
    let subkey = &mut whole.public_subkeys[0];
    let primary = &secret.primary_key;
    let mut flags = KeyFlags::default();
    flags.set_encrypt_comms(true);
    let mut config = SignatureConfig::from_key(rng(9), primary, typ).unwrap();
    let later = Timestamp::from_secs(primary.created_at().as_secs() + 60);
    config.hashed_subpackets = vec![
        Subpacket::regular(SubpacketData::SignatureCreationTime(later)).unwrap(),
        Subpacket::regular(SubpacketData::IssuerFingerprint(primary.fingerprint())).unwrap(),
        Subpacket::regular(SubpacketData::KeyFlags(flags)).unwrap(),
        Subpacket::regular(more).unwrap(),
    ];
    let signature = config
        .sign_subkey_binding(primary, &whole.primary_key, &Password::empty(), &subkey.key)
        .unwrap();
    subkey.signatures.push(signature);
    public(whole)
}

#[test]
fn every_owner_reads_what_is_sealed_for_all() {
    let v6 = made(KeyVersion::V6, KeyType::X25519, EncryptionCaps::All);
    let (old, nist) = (
        curve25519(),
        made(KeyVersion::V4, KeyType::ECDH(ECCCurve::P256), EncryptionCaps::Communication),
    );
    let text = b"Candidature : Zo\xc3\xab\r\n".repeat(20_000);
    for secrets in [vec![&old], vec![&v6], vec![&old, &v6, &nist]] {
        let keys: Vec<Key> =
            secrets.iter().map(|secret| Key::parse(&armored(secret)).unwrap()).collect();
        let mut sealed = Vec::new();
        seal(&keys, now(&old), [5; 32], &text[..], &mut sealed).unwrap();
        let lines = std::str::from_utf8(&sealed).unwrap().split_terminator("\r\n");
        assert!(lines.clone().all(|line| line.len() <= 76 && !line.contains('\n')));
        assert_eq!(lines.last(), Some("-----END PGP MESSAGE-----"));
        for secret in &secrets {
            assert_eq!(opened(secret, &sealed), text);
        }
    }
}

#[test]
fn another_seed_gives_another_message() {
    let secret = curve25519();
    let keys = [Key::parse(&armored(&secret)).unwrap()];
    let sealed = |seed| {
        let mut out = Vec::new();
        seal(&keys, now(&secret), [seed; 32], &b"text"[..], &mut out).unwrap();
        out
    };
    assert_ne!(sealed(1), sealed(2));
    assert_eq!(opened(&secret, &sealed(1)), b"text");
}

#[test]
fn a_key_that_cannot_be_used_is_told_apart() {
    let secret = curve25519();
    let whole = armored(&secret);
    let signing =
        made(KeyVersion::V4, KeyType::ECDH(ECCCurve::Curve25519Legacy), EncryptionCaps::None);
    let mut bare = SignedPublicKey::from(secret.clone());
    bare.public_subkeys.clear();
    let mut stolen = SignedPublicKey::from(secret.clone());
    let p256 = KeyType::ECDH(ECCCurve::P256);
    let other = made_from(8, KeyVersion::V4, p256, EncryptionCaps::All);
    stolen.public_subkeys = SignedPublicKey::from(other.clone()).public_subkeys;
    let private = secret.to_armored_string(ArmorOptions::default()).unwrap();
    let revoked = bound_again(
        &secret,
        SignatureType::SubkeyRevocation,
        SubpacketData::RevocationReason(pgp::packet::RevocationCode::KeyCompromised, "".into()),
    );
    for (what, text, expected) in [
        ("a private key", private.clone(), Problem::Private),
        ("nothing", String::new(), Problem::Unreadable),
        ("words", "panel@example.org".to_owned(), Problem::Unreadable),
        ("half a key", whole[..whole.len() / 2].to_owned(), Problem::Unreadable),
        ("two keys", whole.clone() + &armored(&other), Problem::Several),
        ("no subkey", public(bare), Problem::NoEncryption),
        ("a subkey for something else", armored(&signing), Problem::NoEncryption),
        ("another key's subkey", public(stolen), Problem::NoEncryption),
        ("a revoked subkey", revoked, Problem::NoEncryption),
    ] {
        assert_eq!(Key::parse(&text).unwrap_err(), expected, "{what}");
    }
    assert!(holds_private_key(&private) && !holds_private_key(&whole));
}

#[test]
fn a_key_says_until_when_it_can_be_used_and_is_not_used_later() {
    let secret = curve25519();
    assert_eq!(Key::parse(&armored(&secret)).unwrap().usable_until(), None);
    let lasts = SubpacketData::KeyExpirationTime(Duration::from_secs(10 * 86_400));
    let key = Key::parse(&bound_again(&secret, SignatureType::SubkeyBinding, lasts)).unwrap();
    let end = i64::from(secret.created_at().as_secs()) * 1_000 + 10 * DAY_MS;
    assert_eq!(key.usable_until(), Some(end));
    assert_eq!(key.check_at(end - 1), Ok(()));
    assert_eq!(key.check_at(end), Err(Problem::Expired));
    let good = Key::parse(&armored(&secret)).unwrap();
    let keys = [good, key.clone()];
    let refused = seal(&keys, end, [1; 32], &b"text"[..], &mut Vec::new());
    assert_eq!(refused, Err(SealError::Expired(key.fingerprint())), "one of several is enough");
    assert_eq!(seal(&[], end, [1; 32], &b"text"[..], &mut Vec::new()), Err(SealError::NoKey));
}
