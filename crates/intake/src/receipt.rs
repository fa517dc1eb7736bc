//! Looks up what the receipt shows.

use domain::{Application, Reference, Revision};

use crate::key::SigningKey;
use crate::ports::{Corrections, Delivery, Fault, Ledger, ReceiptLookup, Withdrawn};
use crate::sealed::opened;

/// An application and how far it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// What was received.
    pub received: Application,
    /// How far its mails have come.
    pub delivery: Delivery,
    /// What it said before it was corrected.
    pub earlier: Vec<Revision>,
}

/// What the key of a receipt opens.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// The receipt.
    Application(Box<Receipt>),
    /// The application was withdrawn.
    Withdrawn(Withdrawn),
}

/// Returns what `key` opens under `reference`.
///
/// A wrong key, an unknown reference and a malformed one get the same answer
/// after the same work: for each valid signing key one query to the ledger,
/// whose result always has the same size, and one signature. Only a genuine key
/// leads to further queries.
pub async fn receipt(
    ledger: &(impl Ledger + Corrections),
    signing: &SigningKey,
    reference: &str,
    key: &str,
) -> Result<Option<Opened>, Fault> {
    let lookup = look_up(ledger, signing, reference, key).await?;
    let genuine = verify(signing, &lookup, key);
    if let Some(withdrawn) = lookup.withdrawn {
        return Ok(Some(Opened::Withdrawn(withdrawn)));
    }
    if !genuine {
        return Ok(None);
    }
    if let Some((received, delivery)) = ledger.find_with_delivery(&lookup.id).await? {
        let received = opened(signing, received);
        let earlier = match received.revision {
            1 => Vec::new(),
            _ => ledger.revisions(&received.id).await?,
        };
        let receipt = Receipt { received, delivery, earlier };
        return Ok(Some(Opened::Application(Box::new(receipt))));
    }
    // The application was found a moment ago: it was withdrawn in between.
    let lookup = look_up(ledger, signing, reference, key).await?;
    Ok(lookup.withdrawn.map(Opened::Withdrawn))
}

/// A withdrawn application is found by a signature over its receipt's key,
/// which may be of the previous signing key.
async fn look_up(
    ledger: &impl Ledger,
    signing: &SigningKey,
    reference: &str,
    key: &str,
) -> Result<ReceiptLookup, Fault> {
    let known = Reference::parse(reference);
    let hashed = known.as_ref().map_or(reference, Reference::as_str);
    let mut found = None;
    for key_hash in signing.valid_signatures(HASH, &[hashed, key]) {
        let lookup = ledger.look_up_receipt(known.as_ref(), &key_hash).await?;
        if lookup.withdrawn.is_some() {
            return Ok(lookup);
        }
        found = Some(lookup);
    }
    found.ok_or_else(|| Fault::Configuration("no signing key".into()))
}

/// The key that opens the receipt of an application. It is another one after
/// each correction of the address.
pub fn receipt_key(signing: &SigningKey, received: &Application) -> String {
    receipt_key_of(signing, &received.id, received.address_changes)
}

/// The same, by the application's id.
pub(crate) fn receipt_key_of(signing: &SigningKey, id: &str, address_changes: u32) -> String {
    match address_changes {
        0 => signing.sign(PURPOSE, &[id]),
        changes => signing.sign(PURPOSE, &[id, &changes.to_string()]),
    }
}

/// Whether `key` is that of the receipt which was looked up.
fn verify(signing: &SigningKey, lookup: &ReceiptLookup, key: &str) -> bool {
    match lookup.address_changes {
        0 => signing.verify(PURPOSE, &[&lookup.id], key),
        changes => signing.verify(PURPOSE, &[&lookup.id, &changes.to_string()], key),
    }
}

/// Returns the hash of a receipt's key, which may be kept: it recognises the
/// receipt's address and opens nothing.
pub(crate) fn key_hash(signing: &SigningKey, reference: &Reference, key: &str) -> String {
    signing.sign(HASH, &[reference.as_str(), key])
}

const PURPOSE: &str = "receipt";
const HASH: &str = "trace";
