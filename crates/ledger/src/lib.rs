//! The SQL of Guichet: statements, rows, and the storage ports of the flows.
//!
//! [`SqlLedger`] implements the ports of `intake` over one small port,
//! [`Database`]. The Worker implements it over D1, tests over `SQLite` in
//! memory, so that tests run the statements of production.
//!
//! Times are milliseconds since 1970-01-01T00:00:00Z. The tables are in
//! `migrations`.

mod applications;
#[cfg(feature = "contract")]
pub mod contract;
mod corrections;
mod database;
mod dossiers;
mod forgetting;
mod held;
mod incoming;
mod lacking;
mod notices;
mod outbox;
mod postings;
mod progress;
mod recipients;
mod retention;
mod rows;
mod schema;
mod script;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use database::{Database, Query, SqlLedger, Statement, Value};
pub use script::{MAX_STATEMENT, literal};
