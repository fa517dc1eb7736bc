//! Simulates a team to whose keys mails are encrypted: a key expires, is
//! replaced, or is taken away while mails wait. Checks that nothing leaves in
//! clear, and that what was encrypted is all that is kept.

use std::sync::OnceLock;

use domain::Application;
use domain::posting::Privacy;
use intake::ports::MailKind;
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

use crate::events::Event;
use crate::history::{Mail, mail_name};
use crate::invariants::Invariant;
use crate::ports::Ports;
use crate::scheduler::Worker;
use crate::staff::{Change, change_in_calm, change_posting};
use crate::world::{FRESH, TIME_LIMIT, World, setting};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

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
        Privacy { keys: vec![team()[self as usize].public.clone()], forget }
    }
}

/// The keys that a posting has.
fn keys_of(privacy: &Privacy) -> Vec<TeamKey> {
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
fn expires_at() -> i64 {
    setting().closes_at() - HOUR / 2
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

/// Gives one of the postings a key before anybody applies, and changes it while
/// people do. A key that has expired is replaced in the end.
pub(crate) fn spawn_staff(ports: &Ports, begin: i64, length: i64) {
    let chance = &ports.chance;
    let slug = setting().postings[chance.pick(&[0, 1])].slug.as_str();
    let first = chance.pick(&[TeamKey::Lasting, TeamKey::Expiring]);
    change_in_calm(ports, slug, Change::SealTo(first));
    let (theirs, delay) = (ports.clone(), chance.between(0, length));
    let then = match first {
        TeamKey::Expiring => Some(Change::SealTo(TeamKey::Lasting)),
        _ => chance.pick(&[None, Some(Change::SealTo(TeamKey::Next)), Some(Change::Unseal)]),
    };
    let Some(change) = then else { return };
    ports.spawn(begin - ports.scheduler.now() + delay, Worker::Outside, async move {
        while change_posting(&theirs, slug, change).await.is_err() || !is_so(&theirs, slug, change)
        {
            theirs.pause(theirs.chance.between(MINUTE, HOUR)).await;
        }
    });
}

fn is_so(ports: &Ports, slug: &str, change: Change) -> bool {
    let keys = keys_of(&ports.current_posting(slug).privacy);
    match change {
        Change::SealTo(key) => keys == [key],
        _ => keys.is_empty(),
    }
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

/// When an application was encrypted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealing {
    at: i64,
    /// What the server's clock showed to the task that did it, when it began.
    began: rules::Timestamp,
}

/// The ledger has been told to keep an application as its encrypted mail.
pub(crate) fn sealed(ports: &Ports, id: &str) {
    let Some(held) = ports.application(id).filter(|held| held.as_sealed().is_some()) else {
        return;
    };
    let mut history = ports.history.borrow_mut();
    let task = ports.scheduler.running();
    let claim = history.right_of(task).and_then(|claim| history.attempts.get(&claim));
    let began = claim.map_or_else(|| ports.clock(), |claim| claim.clock);
    let sealing = Sealing { at: ports.scheduler.now(), began };
    if history.sealed.insert((id.to_owned(), held.revision), sealing).is_none() {
        drop(history);
        ports.count(Event::Sealed);
    }
}

/// A version of a posting has been written.
pub(crate) fn version_saved(ports: &Ports, slug: &str) {
    let keys = keys_of(&ports.current_posting(slug).privacy);
    let now = ports.scheduler.now();
    ports.history.borrow_mut().keys.push((now, slug.to_owned(), keys));
}

/// Staff have got a mail about an application.
pub(crate) fn arrived(ports: &Ports, received: &Application, mail: &Mail) {
    let version = received.posting_version.unwrap_or(1);
    let promised = keys_of(&ports.posting(&received.posting, version).privacy);
    let history = ports.history.borrow();
    let sealing = history.sealed.get(&(received.id.clone(), received.revision)).copied();
    let claim = mail.right.as_ref().and_then(|right| history.attempts.get(right));
    let began = claim.map_or(rules::Timestamp(mail.at), |claim| claim.clock);
    drop(history);
    if mail.sealed_to.is_empty() {
        if !promised.is_empty() {
            let what = format!("{} leaves in clear", received.reference);
            ports.breach(Invariant::SealedStaysSealed, what);
        }
        return;
    }
    ports.count(Event::SealedMail);
    // A mail that leads to the encrypted one is encrypted when it leaves.
    let made = match sealing.filter(|_| !mail.is_by_links()) {
        Some(sealing) => sealing,
        None => Sealing { at: mail.at, began },
    };
    let is_right = keys_at(ports, &received.posting, made.at).contains(&mail.sealed_to)
        || mail.sealed_to == promised;
    let is_expired = mail.sealed_to.contains(&TeamKey::Expiring) && made.began.0 >= expires_at();
    if !is_right || is_expired {
        let what = format!("{} is encrypted for {:?}", received.reference, mail.sealed_to);
        ports.breach(Invariant::SealedForTheTeam, what);
    }
}

/// The keys that a posting had, each for a while before `at` in which a mail may
/// have been composed.
fn keys_at(ports: &Ports, slug: &str, at: i64) -> Vec<Vec<TeamKey>> {
    let since = at - TIME_LIMIT - FRESH;
    let history = ports.history.borrow();
    let changes: Vec<_> = history.keys.iter().filter(|(_, of, _)| of == slug).collect();
    let mut found = vec![];
    for (index, (from, _, keys)) in changes.iter().enumerate() {
        let until = changes.get(index + 1).map_or(i64::MAX, |(next, ..)| *next);
        if *from <= at && until >= since {
            found.push(keys.clone());
        }
    }
    found
}

/// Whether what an application says is not kept any more.
pub(crate) fn has_lost_its_content(world: &World, id: &str) -> bool {
    let history = world.history.borrow();
    let sealed = (id.to_owned(), 0)..=(id.to_owned(), u32::MAX);
    history.forgotten.contains_key(id) || history.sealed.range(sealed).next().is_some()
}

/// Checks, when nothing is pending, that an application which was forwarded
/// encrypted is kept as its mail alone. A document that came later is an orphan,
/// and has its day.
pub(crate) fn at_rest(world: &World) {
    let (history, now) = (world.history.borrow(), world.scheduler.now());
    let documents = world.memory.documents.borrow();
    let sent = world.ids("SELECT id FROM mails WHERE kind = 'staff' AND sent_at IS NOT NULL");
    let kept = history.committed.values().filter(|one| !history.withdrawn.contains_key(&one.id));
    for received in kept {
        let (id, version) = (&received.id, received.posting_version.unwrap_or(1));
        let is_promised = world.posting(&received.posting, version).privacy.is_sealed();
        let is_sent = sent.contains(&mail_name(received, MailKind::Staff));
        let held = world.application(id);
        let Some(sealed) = held.as_ref().and_then(Application::as_sealed) else {
            if is_promised && is_sent {
                world.breach(Invariant::SealedIsAllThatIsKept, format!("{id} is kept in clear"));
            }
            continue;
        };
        let Some(sealing) = history.sealed.get(&(id.clone(), received.revision)) else { continue };
        let put = history.put.get(id).copied().unwrap_or_default();
        let may_be_there = put > sealing.at && now - put <= DAY + 2 * HOUR;
        let folder = format!("applications/{id}/");
        let is_the_mail =
            |key: &str| sealed.message().is_some_and(|message| key.ends_with(&message.sha256));
        let in_clear = documents.keys().any(|key| key.starts_with(&folder) && !is_the_mail(key));
        let has_mail = documents.keys().any(|key| key.starts_with(&folder) && is_the_mail(key));
        let said = format!(
            "applications LEFT JOIN revisions ON revisions.application = id WHERE id = '{id}' \
             AND instr(applications.application || coalesce(content, '') || \
                coalesce(folded, ''), '{}') > 0",
            received.content.email
        );
        if in_clear && !may_be_there || world.count_of(&said) > 0 {
            let what = format!("something of {id} is left in clear");
            world.breach(Invariant::SealedIsAllThatIsKept, what);
        }
        if sealed.message().is_some() && !has_mail {
            world.breach(Invariant::SealedIsAllThatIsKept, format!("the mail of {id} is gone"));
        }
    }
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
