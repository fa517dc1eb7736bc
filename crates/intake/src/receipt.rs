//! What a candidate sees of their application afterwards.

use rules::{Received, Reference};

use crate::key::SigningKey;
use crate::ports::{Fault, Ledger, Progress};

/// An application and how far it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// What was received.
    pub received: Received,
    /// Which letters went out.
    pub progress: Progress,
}

/// The receipt of `reference`, for whoever holds its key. A wrong key and an
/// unknown reference are answered alike.
pub async fn receipt(
    ledger: &impl Ledger,
    signing: &SigningKey,
    reference: &str,
    key: &str,
) -> Result<Option<Receipt>, Fault> {
    let Some(reference) = Reference::parse(reference) else { return Ok(None) };
    let found = ledger.look_up(&reference).await?;
    // The signature is checked in either case, so that both take as long.
    let id = found.as_ref().map_or("", |(received, _)| received.id.as_str());
    let genuine = signing.verify(PURPOSE, &[id], key);
    Ok(found.filter(|_| genuine).map(|(received, progress)| Receipt { received, progress }))
}

/// The key that opens the receipt of an application.
pub fn receipt_key(signing: &SigningKey, received: &Received) -> String {
    signing.sign(PURPOSE, &[&received.id])
}

const PURPOSE: &str = "receipt";
