//! Checks whether the database has the tables of this build.

use intake::ports::Fault;
use serde::Deserialize;

use crate::database::{Database, Query, SqlLedger};

/// The file name of the last migration in `migrations`.
const LAST_MIGRATION: &str = "0011_incoming.sql";

/// Wrangler makes the table with the first migration. Without the condition
/// on `sqlite_schema` there would be no telling a fresh database from one that
/// does not answer.
const HAS_MIGRATIONS: Query = Query::new(
    "has migrations",
    "SELECT count(*) AS found FROM sqlite_schema WHERE type = 'table' AND name = 'd1_migrations'",
);

const IS_APPLIED: Query =
    Query::new("is applied", "SELECT count(*) AS found FROM d1_migrations WHERE name = ?1");

#[derive(Deserialize)]
struct Found {
    found: u32,
}

impl<D: Database> SqlLedger<D> {
    /// Whether every migration of this build has been applied.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_migrated(&self) -> Result<bool, Fault> {
        let any: Vec<Found> = self.0.run(HAS_MIGRATIONS.bind([])).await?;
        if any.first().is_none_or(|row| row.found == 0) {
            return Ok(false);
        }
        let last: Vec<Found> = self.0.run(IS_APPLIED.bind([LAST_MIGRATION.into()])).await?;
        Ok(last.first().is_some_and(|row| row.found > 0))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::sqlite::Sqlite;

    #[test]
    fn the_last_migration_is_the_last_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let files = std::fs::read_dir(folder).unwrap().filter_map(Result::ok);
        let last = files.map(|file| file.file_name()).max().unwrap();
        assert_eq!(last.to_str(), Some(LAST_MIGRATION));
    }

    #[test]
    fn a_database_is_migrated_once_the_last_migration_is_recorded() {
        let sqlite = Sqlite::empty().unwrap();
        let is_migrated = || pollster::block_on(SqlLedger(&sqlite).is_migrated()).unwrap();
        assert!(!is_migrated(), "fresh");
        sqlite.script("CREATE TABLE d1_migrations (name TEXT UNIQUE)").unwrap();
        sqlite.script("INSERT INTO d1_migrations VALUES ('0001_applications.sql')").unwrap();
        assert!(!is_migrated(), "an older build's");
        let record = format!("INSERT INTO d1_migrations VALUES ('{LAST_MIGRATION}')");
        sqlite.script(&record).unwrap();
        assert!(is_migrated());
    }
}
