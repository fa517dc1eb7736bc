use addresses::ToAscii;

use crate::subject::Fold;

/// The Unicode tables of the place where the checks run: a browser and a Worker have their own.
#[derive(Clone, Copy, Debug)]
pub struct Unicode {
    /// Compares subject lines.
    pub fold: Fold,
    /// Converts domains.
    pub to_ascii: ToAscii,
}
