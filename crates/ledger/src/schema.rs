//! Checks whether the database has the tables of this build.

use intake::ports::Fault;
use serde::Deserialize;

use crate::database::{Database, Query, SqlLedger, json};

/// The file names of the migrations in `migrations`, in order. Each counts: one
/// with a lower number may come later than one with a higher.
const MIGRATIONS: &[&str] = &[
    "0001_applications.sql",
    "0002_retention.sql",
    "0003_giving_up.sql",
    "0004_mails.sql",
    "0005_corrections.sql",
    "0006_postings.sql",
    "0008_held.sql",
    "0009_recipients.sql",
    "0010_desk.sql",
    "0011_incoming.sql",
    "0012_transport_ids.sql",
    "0013_sealed.sql",
    "0014_desk_counts.sql",
    "0015_floods.sql",
    "0017_forgotten.sql",
    "0018_shared.sql",
    "0019_mail_recipients.sql",
];

/// Wrangler makes the table with the first migration. Without the condition
/// on `sqlite_schema` there would be no telling a fresh database from one that
/// does not answer.
const HAS_MIGRATIONS: Query = Query::new(
    "has migrations",
    "SELECT count(*) AS found FROM sqlite_schema WHERE type = 'table' AND name = 'd1_migrations'",
);

/// `?1` is a JSON array of names.
const ARE_APPLIED: Query = Query::new(
    "are applied",
    "\
    SELECT count(*) AS found FROM d1_migrations WHERE name IN (SELECT value FROM json_each(?1))",
);

#[derive(Deserialize)]
struct Found {
    found: usize,
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
        let names = json(&MIGRATIONS, "a list of names")?;
        let applied: Vec<Found> = self.0.run(ARE_APPLIED.bind([names])).await?;
        Ok(applied.first().is_some_and(|row| row.found == MIGRATIONS.len()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::sqlite::Sqlite;

    #[test]
    fn the_migrations_are_those_of_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let files = std::fs::read_dir(folder).unwrap().filter_map(Result::ok);
        let mut names: Vec<_> = files.map(|file| file.file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, MIGRATIONS);
    }

    #[test]
    fn a_database_is_migrated_once_each_migration_is_recorded() {
        let sqlite = Sqlite::empty().unwrap();
        let is_migrated = || pollster::block_on(SqlLedger(&sqlite).is_migrated()).unwrap();
        assert!(!is_migrated(), "fresh");
        sqlite.script("CREATE TABLE d1_migrations (name TEXT UNIQUE)").unwrap();
        let (late, others) = MIGRATIONS.split_first().unwrap();
        for name in others.iter().chain(&["9999_of_a_newer_build.sql"]) {
            sqlite.script(&format!("INSERT INTO d1_migrations VALUES ('{name}')")).unwrap();
        }
        assert!(!is_migrated(), "one is missing");
        sqlite.script(&format!("INSERT INTO d1_migrations VALUES ('{late}')")).unwrap();
        assert!(is_migrated());
    }
}
