//! `SQLite` in memory, for tests: it answers as D1 does.

use std::path::Path;

use intake::ports::Fault;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::database::{Database, Statement, Value};

/// A database in memory.
#[derive(Debug)]
pub struct Sqlite(Connection);

impl Sqlite {
    /// Returns a database with the tables that the migrations in `folder` make.
    pub fn migrated(folder: &Path) -> Result<Self, Fault> {
        let this = Self::empty()?;
        this.migrate(folder, |_| true)?;
        Ok(this)
    }

    /// Returns a database without tables.
    pub fn empty() -> Result<Self, Fault> {
        let connection = Connection::open_in_memory().map_err(fault)?;
        connection.set_prepared_statement_cache_capacity(128);
        // Otherwise every new value has a statement compiled again.
        let stable_plans = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
        connection.set_db_config(stable_plans, true).map_err(fault)?;
        Ok(Self(connection))
    }

    /// Applies those migrations in `folder` whose file names are `wanted`.
    pub fn migrate(&self, folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<(), Fault> {
        let unreadable = |error: std::io::Error| Fault::Ledger(error.to_string());
        let files = std::fs::read_dir(folder).map_err(unreadable)?;
        let mut files: Vec<_> = files.filter_map(Result::ok).map(|file| file.path()).collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if file.extension().is_some_and(|kind| kind == "sql") && wanted(&name) {
                self.script(&std::fs::read_to_string(&file).map_err(unreadable)?)?;
            }
        }
        Ok(())
    }

    /// Returns a database with the content of this one.
    pub fn copy(&self) -> Result<Self, Fault> {
        let mut copy = Self::empty()?;
        let backup = rusqlite::backup::Backup::new(&self.0, &mut copy.0).map_err(fault)?;
        backup.step(-1).map_err(fault)?;
        drop(backup);
        Ok(copy)
    }

    /// Runs statements without parameters.
    pub fn script(&self, sql: &str) -> Result<(), Fault> {
        self.0.execute_batch(sql).map_err(fault)
    }

    /// Runs one statement and gives its rows as JSON objects.
    pub fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Json>, Fault> {
        let mut statement = self.0.prepare_cached(sql).map_err(fault)?;
        let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        let mut rows = statement.query(params_from_iter(values)).map_err(fault)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            let mut object = Map::new();
            for (index, name) in names.iter().enumerate() {
                object.insert(name.clone(), json(row.get_ref(index).map_err(fault)?));
            }
            found.push(Json::Object(object));
        }
        Ok(found)
    }

    /// Runs statements as one transaction and gives the rows of the last one.
    pub fn transaction(&self, statements: &[Statement]) -> Result<Vec<Json>, Fault> {
        // A statement alone is a transaction of its own.
        if let [statement] = statements {
            return self.rows(statement.query.sql, &statement.values);
        }
        let transaction = self.0.unchecked_transaction().map_err(fault)?;
        let mut last = Vec::new();
        for statement in statements {
            last = self.rows(statement.query.sql, &statement.values)?;
        }
        transaction.commit().map_err(fault)?;
        Ok(last)
    }
}

impl Database for Sqlite {
    async fn run<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        decode(self.rows(statement.query.sql, &statement.values)?)
    }

    async fn batch<T: DeserializeOwned>(
        &self,
        statements: Vec<Statement>,
    ) -> Result<Vec<T>, Fault> {
        decode(self.transaction(&statements)?)
    }
}

/// Rows as values of a type.
pub fn decode<T: DeserializeOwned>(rows: Vec<Json>) -> Result<Vec<T>, Fault> {
    let decoded = rows.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
    decoded.map_err(|error| Fault::Ledger(format!("a row is not of the expected shape: {error}")))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Number(number) => ToSqlOutput::Borrowed(ValueRef::Real(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

fn json(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Json::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
    }
}

fn fault(error: rusqlite::Error) -> Fault {
    Fault::Ledger(error.to_string())
}
