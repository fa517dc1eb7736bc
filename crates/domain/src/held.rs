//! A document of a form that was refused.

use rules::{OfferedDocument, Timestamp};

/// A document that is held for a while, so that a candidate need not choose it
/// again.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldDocument {
    /// Where its bytes are.
    pub key: String,
    /// For which page and address it is held: unguessable.
    pub hold: String,
    /// What it is.
    pub document: OfferedDocument,
    /// Until when.
    pub until: Timestamp,
}
