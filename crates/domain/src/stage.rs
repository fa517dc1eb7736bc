//! How far the selection has come with an application.
//!
//! To add a stage: add it here; in each file of `www/locales` its letter
//! (`[desk] letter_{stage}_subject`, `letter_{stage}_body`), in those with texts for
//! staff its name (`stage_{stage}`); in `www/css/desk/list.css` `.desk-stage-{stage}`.
//! The previous Worker cannot read a row with a stage that it does not know: a
//! release first knows the stage, the next one lets staff choose it.

use serde::{Deserialize, Serialize};

/// How far the selection has come with an application.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nobody has decided anything.
    #[default]
    Received,
    /// It is on the short list.
    Shortlisted,
    /// The candidate is to take the written test.
    Test,
    /// The candidate is to be interviewed.
    Interview,
    /// The candidate was offered the post.
    Offered,
    /// The candidate has the post.
    Hired,
    /// The candidate is asked if the first choice falls away.
    Reserve,
    /// The candidate does not get the post.
    Declined,
}

impl Stage {
    /// Every one, in the order of a selection.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Shortlisted,
        Self::Test,
        Self::Interview,
        Self::Offered,
        Self::Hired,
        Self::Reserve,
        Self::Declined,
    ];

    /// Returns the name that the ledger, clients and locales use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Shortlisted => "shortlisted",
            Self::Test => "test",
            Self::Interview => "interview",
            Self::Offered => "offered",
            Self::Hired => "hired",
            Self::Reserve => "reserve",
            Self::Declined => "declined",
        }
    }

    /// Returns the stage with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_has_one_name() {
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.as_str()), Some(stage));
            let json = serde_json::to_string(&stage).unwrap();
            assert_eq!(json, format!("{:?}", stage.as_str()));
        }
        assert_eq!(Stage::parse("Received"), None);
    }
}
