//! Receipts of applications that were sent from a computer which others use.
//!
//! Nothing that such a browser remembers may open the receipt later. So its
//! address works once and for ten minutes, what the page then offers is posted,
//! and afterwards a code that the candidate has noted opens it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Application, Reference};
use rules::Timestamp;

use crate::key::{SigningKey, first_bits};
use crate::ports::{Fault, Ledger};
use crate::receipt::{receipt_key, receipt_key_of};

/// For how long the address of such a receipt works, in milliseconds.
pub const ONCE_MS: i64 = 10 * 60_000;

/// For how long what an open receipt offers can be posted, in milliseconds: a
/// correction takes a while.
const VISIT_MS: i64 = 60 * 60_000;

/// How many letters a code has: each is one of 30, so it has 58 bits.
const CODE_LETTERS: usize = 12;

/// What a request presents to open a receipt.
#[derive(Clone, Copy, Debug)]
pub enum Credential<'a> {
    /// The key in an address that is opened. One of a shared computer is used
    /// up by that.
    Address(&'a str),
    /// The same, asked for by a program before anybody opens it: it uses up
    /// nothing, and opens no receipt of a shared computer.
    Prefetch(&'a str),
    /// The key that an open receipt posts.
    Visit(&'a str),
    /// The code that the candidate has noted.
    Code(&'a str),
}

/// The key for the address of a receipt: it works once, for ten minutes, where
/// the application was sent from a shared computer.
pub fn address_key(signing: &SigningKey, received: &Application, now: Timestamp) -> String {
    let Some(opened) = received.shared else { return receipt_key(signing, received) };
    // Later than that of any that was opened before.
    let until = now.0.saturating_add(ONCE_MS).max(opened.0.saturating_add(1));
    timed(signing, ONCE, received, Timestamp(until))
}

/// The key that an open receipt posts, for the hour that follows.
pub fn visit_key(signing: &SigningKey, received: &Application, now: Timestamp) -> String {
    timed(signing, VISIT, received, visit_until(now))
}

/// Until when a receipt that is opened at `now` can post what it offers.
pub fn visit_until(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_add(VISIT_MS))
}

/// The code that opens the receipt of an application which was sent from a
/// shared computer. It is another one after each correction of the address.
pub fn receipt_code(signing: &SigningKey, received: &Application) -> String {
    let changes = received.address_changes.to_string();
    code_of(&signing.sign(CODE, &[&received.id, &changes]))
}

/// Returns the key of the receipt that `credential` opens; nothing where it
/// opens none. Of other receipts, the credential is the key, which is judged
/// where it is used.
pub async fn admitted(
    ledger: &impl Ledger,
    signing: &SigningKey,
    reference: &str,
    credential: Credential<'_>,
    now: Timestamp,
) -> Result<Option<String>, Fault> {
    let key = match credential {
        Credential::Address(key) | Credential::Prefetch(key) | Credential::Visit(key)
            if !key.contains('.') =>
        {
            return Ok(Some(key.to_owned()));
        }
        Credential::Prefetch(_) => return Ok(None),
        Credential::Address(key) | Credential::Visit(key) | Credential::Code(key) => key,
    };
    // No hash of a receipt is empty. The answer has one size, whoever asks.
    let lookup = ledger.look_up_receipt(Reference::parse(reference).as_ref(), "").await?;
    let (id, changes) = (lookup.id.as_str(), lookup.address_changes.to_string());
    let of = [id, &changes];
    let is_genuine = match credential {
        Credential::Address(_) => {
            let until = open(signing, ONCE, &of, key, now);
            match until {
                Some(until) => ledger.open_once(id, until).await?,
                None => false,
            }
        }
        Credential::Prefetch(_) => false,
        Credential::Visit(_) => open(signing, VISIT, &of, key, now).is_some(),
        Credential::Code(_) => {
            let typed = letters(key);
            let valid = signing.valid_signatures(CODE, &of);
            let is_it = valid.iter().fold(false, |found, one| found | same(&code_of(one), &typed));
            is_it && ledger.find(id).await?.is_some_and(|received| received.shared.is_some())
        }
    };
    Ok(is_genuine.then(|| receipt_key_of(signing, id, lookup.address_changes)))
}

/// Whether the token of an application from a shared computer is used up: its
/// receipt was opened, or could be no more. Until then the same form, sent
/// again because no answer came, gets an answer.
pub(crate) fn is_used_up(received: &Application, now: Timestamp) -> bool {
    let is_late = now.0.saturating_sub(received.received_at.0) > ONCE_MS;
    received.shared.is_some_and(|opened| opened.0 > 0 || is_late)
}

fn timed(signing: &SigningKey, purpose: &str, received: &Application, until: Timestamp) -> String {
    let (changes, until) = (received.address_changes.to_string(), until.0.to_string());
    let signature = signing.sign(purpose, &[&received.id, &changes, &until]);
    format!("{until}.{signature}")
}

/// Until when a timed key is valid, if it is.
fn open(
    signing: &SigningKey,
    purpose: &str,
    of: &[&str; 2],
    key: &str,
    now: Timestamp,
) -> Option<Timestamp> {
    let (until, signature) = key.split_once('.')?;
    let [id, changes] = *of;
    let is_ours = signing.verify(purpose, &[id, changes, until], signature);
    let until = Timestamp(until.parse().ok()?);
    (is_ours && now < until).then_some(until)
}

/// The letters that a signature chooses, of those that references have.
fn code_of(signature: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    Reference::letters(first_bits(&bytes)).take(CODE_LETTERS).collect()
}

/// Returns a typed code without the spaces and dashes that people put in it.
fn letters(typed: &str) -> String {
    typed.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

/// Compares two texts in a time that does not depend on where they differ.
fn same(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && differing == 0
}

const ONCE: &str = "receipt once";
const VISIT: &str = "receipt visit";
const CODE: &str = "receipt code";
