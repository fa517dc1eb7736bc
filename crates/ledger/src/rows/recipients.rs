//! Rows about mails to outsiders.

use domain::Reference;
use intake::ports::{Acknowledged, Admission, Digested, DigestedWithdrawal, Fault, Notice, Said};
use rules::Mails;
use serde::Deserialize;

use super::timestamp;

/// What became of a claimed mail.
#[derive(Debug, Deserialize)]
pub(crate) struct AdmissionRow {
    admitted: u32,
    digested: u32,
}

impl From<&AdmissionRow> for Admission {
    fn from(row: &AdmissionRow) -> Self {
        match (row.admitted, row.digested) {
            (0, 0) => Self::Closed,
            (0, _) => Self::Digested,
            _ => Self::Admitted,
        }
    }
}

/// A mail that a digest stands for: an application's, or one with a payload.
#[derive(Debug, Deserialize)]
pub(crate) struct DigestedRow {
    mail: String,
    payload: Option<String>,
    #[serde(flatten)]
    application: Option<AcknowledgedRow>,
}

#[derive(Debug, Deserialize)]
struct AcknowledgedRow {
    application: String,
    reference: Reference,
    posting: String,
    posting_version: Option<u32>,
    origin: String,
    revised_at: f64,
    address_changes: u32,
    shared: u32,
    address: String,
    mails: Option<Mails>,
}

impl TryFrom<DigestedRow> for Digested {
    type Error = Fault;

    fn try_from(row: DigestedRow) -> Result<Self, Fault> {
        let unreadable = || Fault::Ledger("a digested mail is not of the expected shape".into());
        let said = if let Some(of) = row.application {
            Said::Acknowledged(Acknowledged {
                id: of.application,
                reference: of.reference,
                posting: of.posting,
                version: of.posting_version,
                origin: of.origin,
                revised_at: timestamp(of.revised_at),
                address_changes: of.address_changes,
                is_shared: of.shared > 0,
                address: of.address,
                mails: of.mails.unwrap_or_default(),
            })
        } else {
            match serde_json::from_str(row.payload.as_deref().unwrap_or_default()) {
                Ok(Notice::AddressChanged(change)) => Said::AddressChanged(change),
                Ok(Notice::WithdrawalConfirmation {
                    posting,
                    version,
                    reference,
                    mails,
                    at,
                    ..
                }) => {
                    Said::Withdrawn(DigestedWithdrawal { posting, version, reference, mails, at })
                }
                _ => return Err(unreadable()),
            }
        };
        Ok(Self { mail: row.mail, said })
    }
}
