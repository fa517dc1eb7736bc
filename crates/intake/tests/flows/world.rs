//! The ports of the flows: the ledger on `SQLite`, the others in memory.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::path::Path;

use domain::Application;
use intake::memory::Memory;
use intake::ports::{Fault, Ledger as _};
use ledger::sqlite::Sqlite;
use ledger::{Database, SqlLedger, Statement};
use serde::de::DeserializeOwned;

/// Every port. A test looks into it, and makes ports fail by
/// [`Memory::broken`] and [`World::break_ledger`].
pub(crate) struct World {
    pub(crate) ports: Memory,
    pub(crate) ledger: SqlLedger<Tables>,
}

/// A database that can be made to fail.
pub(crate) struct Tables {
    sqlite: Sqlite,
    is_broken: Cell<bool>,
    /// What another request writes before the next batch of statements.
    meanwhile: RefCell<Option<String>>,
}

impl Default for World {
    fn default() -> Self {
        let sqlite = Sqlite::migrated(Path::new("../../migrations")).unwrap();
        let tables = Tables { sqlite, is_broken: Cell::default(), meanwhile: RefCell::default() };
        Self { ports: Memory::default(), ledger: SqlLedger(tables) }
    }
}

impl Deref for World {
    type Target = Memory;

    fn deref(&self) -> &Memory {
        &self.ports
    }
}

impl World {
    pub(crate) fn break_ledger(&self, is_broken: bool) {
        self.ledger.0.is_broken.set(is_broken);
    }

    /// Lets another request write this before the next batch of statements.
    pub(crate) fn meanwhile(&self, sql: String) {
        *self.ledger.0.meanwhile.borrow_mut() = Some(sql);
    }

    pub(crate) fn application(&self, id: &str) -> Application {
        pollster::block_on(self.ledger.find(id)).unwrap().unwrap()
    }

    /// Returns how many rows a table has.
    pub(crate) fn count(&self, table: &str) -> i64 {
        self.ask(&format!("SELECT count(*) FROM {table}")).as_i64().unwrap()
    }

    /// Returns the only value that a statement gives, null where it gives none.
    pub(crate) fn ask(&self, sql: &str) -> serde_json::Value {
        let row = self.ledger.0.sqlite.rows(sql, &[]).unwrap().into_iter().next();
        let value = row.and_then(|row| row.as_object()?.values().next().cloned());
        value.unwrap_or_default()
    }

    /// Returns statements that insert the rows of a table again.
    pub(crate) fn inserts(&self, table: &str) -> String {
        let rows = self.ledger.0.sqlite.rows(&format!("SELECT * FROM {table}"), &[]).unwrap();
        let insert = |row: &serde_json::Value| {
            let row = row.as_object().unwrap();
            let columns: Vec<_> = row.keys().map(String::as_str).collect();
            let values = row.values().map(|value| match value.as_str() {
                Some(text) => format!("'{}'", text.replace('\'', "''")),
                None => value.to_string(),
            });
            let values: Vec<_> = values.collect();
            format!("INSERT INTO {table} ({}) VALUES ({});", columns.join(", "), values.join(", "))
        };
        rows.iter().map(insert).collect()
    }

    /// Returns the database as it is now.
    pub(crate) fn copy(&self) -> Sqlite {
        self.ledger.0.sqlite.copy().unwrap()
    }

    /// Puts the database back.
    pub(crate) fn restore(&mut self, sqlite: Sqlite) {
        self.ledger.0.sqlite = sqlite;
    }

    pub(crate) fn run(&self, sql: &str) {
        self.ledger.0.sqlite.script(sql).unwrap();
    }
}

impl Tables {
    fn check(&self) -> Result<(), Fault> {
        if self.is_broken.get() { Err(Fault::Ledger("made to fail".into())) } else { Ok(()) }
    }
}

impl Database for Tables {
    async fn run<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        self.check()?;
        self.sqlite.run(statement).await
    }

    async fn batch<T: DeserializeOwned>(
        &self,
        statements: Vec<Statement>,
    ) -> Result<Vec<T>, Fault> {
        self.check()?;
        if let Some(sql) = self.meanwhile.take() {
            self.sqlite.script(&sql)?;
        }
        self.sqlite.batch(statements).await
    }
}
