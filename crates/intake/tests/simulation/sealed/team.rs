//! The keys of the simulated team, and what it reads with them.

use std::sync::OnceLock;

use domain::posting::Privacy;
use mail_parser::{Message as Parsed, MessageParser, MimeHeaders as _};
use pgp::composed::{
    ArmorOptions, EncryptionCaps, KeyType, Message, SecretKeyParamsBuilder, SignedPublicKey,
    SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::packet::{KeyFlags, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{Duration, KeyDetails as _, Password, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::world::setting;

const HALF_AN_HOUR: i64 = 30 * 60_000;

/// A key of the team, by its place in [`team`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TeamKey {
    Lasting,
    /// Takes the place of another one.
    Next,
    /// Expires a while before the postings close.
    Expiring,
}

const TEAM: [TeamKey; 3] = [TeamKey::Lasting, TeamKey::Next, TeamKey::Expiring];

impl TeamKey {
    /// Returns the setting of a posting that has this key.
    pub(crate) fn privacy(self, forget: bool) -> Privacy {
        Privacy { keys: vec![self.armored()], forget }
    }

    /// Returns it as text.
    pub(super) fn armored(self) -> String {
        team()[self as usize].public.clone()
    }
}

/// The keys that a posting has.
pub(super) fn keys_of(privacy: &Privacy) -> Vec<TeamKey> {
    let has = |key: &TeamKey| privacy.keys.contains(&team()[*key as usize].public);
    TEAM.into_iter().filter(has).collect()
}

struct Pair {
    secret: SignedSecretKey,
    public: String,
}

fn team() -> &'static [Pair; 3] {
    static KEYS: OnceLock<[Pair; 3]> = OnceLock::new();
    KEYS.get_or_init(|| TEAM.map(|key| Pair::made(key as u64, key == TeamKey::Expiring)))
}

/// When the expiring key does so, in milliseconds since 1970.
pub(super) fn expires_at() -> i64 {
    setting().closes_at() - HALF_AN_HOUR
}

impl Pair {
    fn made(seed: u64, expires: bool) -> Self {
        let created_at = setting().closes_at() / 1_000 - 30 * 86_400;
        let created_at = Timestamp::from_secs(u32::try_from(created_at).unwrap());
        let subkey = SubkeyParamsBuilder::default()
            .key_type(KeyType::ECDH(ECCCurve::Curve25519Legacy))
            .can_encrypt(EncryptionCaps::All)
            .created_at(created_at)
            .build()
            .unwrap();
        let secret = SecretKeyParamsBuilder::default()
            .key_type(KeyType::Ed25519Legacy)
            .can_certify(true)
            .can_sign(true)
            .created_at(created_at)
            .primary_user_id("Team <team@example.org>".into())
            .subkeys(vec![subkey])
            .build()
            .unwrap()
            .generate(StdRng::seed_from_u64(seed))
            .unwrap();
        let mut public = SignedPublicKey::from(secret.clone());
        if expires {
            let lasts = expires_at() / 1_000 - i64::from(created_at.as_secs());
            bind_until(&secret, &mut public, u32::try_from(lasts).unwrap());
        }
        let public = public.to_armored_string(ArmorOptions::default()).unwrap();
        Self { secret, public }
    }
}

/// Binds the subkey of a key again, so that it expires so many seconds after it
/// was made.
fn bind_until(secret: &SignedSecretKey, public: &mut SignedPublicKey, lasts: u32) {
    let primary = &secret.primary_key;
    let mut flags = KeyFlags::default();
    flags.set_encrypt_comms(true);
    let (rng, binding) = (StdRng::seed_from_u64(9), SignatureType::SubkeyBinding);
    let mut config = SignatureConfig::from_key(rng, primary, binding).unwrap();
    let bound_at = Timestamp::from_secs(primary.created_at().as_secs() + 60);
    let said = [
        SubpacketData::SignatureCreationTime(bound_at),
        SubpacketData::IssuerFingerprint(primary.fingerprint()),
        SubpacketData::KeyFlags(flags),
        SubpacketData::KeyExpirationTime(Duration::from_secs(lasts)),
    ];
    config.hashed_subpackets = said.map(|data| Subpacket::regular(data).unwrap()).into();
    let subkey = &mut public.public_subkeys[0];
    let own = &public.primary_key;
    let signed = config.sign_subkey_binding(primary, own, &Password::empty(), &subkey.key);
    subkey.signatures = vec![signed.unwrap()];
}

/// What the team reads of a mail: the mail itself, or what was encrypted in it,
/// and for which keys.
pub(crate) fn opened(mail: &Parsed<'_>) -> Option<(Vec<u8>, Vec<TeamKey>)> {
    let kind = mail.content_type()?;
    if !(kind.c_type == "multipart" && kind.c_subtype.as_deref() == Some("encrypted")) {
        return None;
    }
    let armored = mail.attachments().last().map(mail_parser::MessagePart::contents)?;
    let mut inside = None;
    let mut keys = Vec::new();
    for key in TEAM {
        let (message, _) = Message::from_armor(armored).unwrap();
        if let Ok(message) = message.decrypt(&Password::empty(), &team()[key as usize].secret) {
            inside = Some(message.decompress().unwrap().as_data_vec().unwrap());
            keys.push(key);
        }
    }
    Some((inside.unwrap_or_default(), keys))
}

/// The documents in a stored encrypted mail.
pub(crate) fn documents_in(mail: &[u8]) -> Vec<Vec<u8>> {
    let read = |bytes: &[u8]| {
        let mail = MessageParser::default().parse(bytes)?;
        Some(mail.attachments().map(|part| part.contents().to_vec()).collect())
    };
    let mail = MessageParser::default().parse(mail);
    mail.as_ref().and_then(opened).and_then(|(inside, _)| read(&inside)).unwrap_or_default()
}
