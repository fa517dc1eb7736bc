//! The contract of the storage ports, on `SQLite`. D1 has to pass it as well:
//! tests/platform/contract.test.mjs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use ledger::sqlite::Sqlite;
use ledger::{SqlLedger, contract};

#[test]
fn sqlite_keeps_every_promise() {
    let postings = postings::compile_folder(Path::new("../../postings")).unwrap();
    let broken: Vec<_> = contract::CASES
        .iter()
        .filter_map(|case| {
            let ledger = SqlLedger(Sqlite::migrated(Path::new("../../migrations")).unwrap());
            let outcome = pollster::block_on(contract::run(case, &ledger, &postings[0]));
            outcome.err().map(|violation| format!("{case}: {}", violation.0))
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
