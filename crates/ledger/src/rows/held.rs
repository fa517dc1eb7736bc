//! Rows about documents of refused forms.

use domain::HeldDocument;
use serde::Deserialize;

use super::timestamp;

/// A row of `held_documents`.
#[derive(Debug, Deserialize)]
pub(crate) struct HeldRow {
    key: String,
    hold: String,
    document: String,
    until: f64,
}

impl TryFrom<HeldRow> for HeldDocument {
    type Error = serde_json::Error;

    fn try_from(row: HeldRow) -> Result<Self, serde_json::Error> {
        let HeldRow { key, hold, document, until } = row;
        let document = serde_json::from_str(&document)?;
        Ok(Self { key, hold, document, until: timestamp(until) })
    }
}

/// Where a document is kept.
#[derive(Debug, Deserialize)]
pub(crate) struct KeyRow {
    pub(crate) key: String,
}
