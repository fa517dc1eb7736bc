//! The database: `SQLite` with the tables of production, whose calls fail as
//! those of any port do. What a statement does is noted here, in the step in
//! which it takes effect.

use std::fmt;
use std::path::Path;

use domain::{Application, Posting};
use intake::ports::{Fault, Ledger as _, PostingStore as _};
use ledger::sqlite::{Sqlite, decode};
use ledger::{Database, SqlLedger, Statement, Value};
use rules::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::desk;
use crate::forgetting;
use crate::ports::Ports;
use crate::sealed;
use crate::witness;
use crate::world::{Port, World, read, setting};

/// Returns a database with the versions of the postings and nothing else.
pub(crate) fn tables() -> Sqlite {
    thread_local! {
        static TEMPLATE: Sqlite = with_postings();
    }
    TEMPLATE.with(Sqlite::copy).unwrap()
}

fn with_postings() -> Sqlite {
    let tables = Sqlite::migrated(Path::new("../../migrations")).unwrap();
    for posting in &setting().postings {
        let Posting { slug, version, .. } = posting;
        let closes_at = posting.requirements.window.closes_at.0;
        let compiled = serde_json::to_string(posting).unwrap().replace('\'', "''");
        let insert = format!(
            "INSERT INTO postings VALUES ('{slug}', 'published', 0, 0) ON CONFLICT DO NOTHING; \
             INSERT INTO posting_versions \
                (slug, version, source, compiled, format, closes_at, saved_at, saved_by) \
             VALUES ('{slug}', {version}, '', '{compiled}', 1, {closes_at}, 0, 'staff'); \
             UPDATE postings SET version = {version} WHERE slug = '{slug}'"
        );
        tables.script(&insert).unwrap();
    }
    tables
}

impl Database for Ports {
    async fn run<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        self.batch(vec![statement]).await
    }

    async fn batch<T: DeserializeOwned>(
        &self,
        mut statements: Vec<Statement>,
    ) -> Result<Vec<T>, Fault> {
        let number = self.number_too_early(&statements).await?;
        if let Some(rows) = self.commit_later(&statements) {
            return decode(rows);
        }
        self.spoil(&mut statements);
        let effect = async {
            let rows = self.carry_out(&statements);
            self.after(&statements, number);
            Ok(rows)
        };
        let rows = self.call(Port::Ledger, format_args!("{}", Names(&statements)), effect).await;
        if rows.is_err() && statements[0].query.name == "note sent" {
            self.history.borrow_mut().not_noted(self.scheduler.running());
        }
        if let Some((name, attempt)) = settled(&statements) {
            self.history.borrow_mut().settled(name, attempt, rows.is_ok());
        }
        decode(rows?)
    }
}

impl Ports {
    /// Returns the ledger, as the flows know it.
    pub(crate) fn ledger(&self) -> SqlLedger<Self> {
        SqlLedger(self.clone())
    }

    /// Runs the statements. An error of SQL is a mistake of ours.
    pub(crate) fn carry_out(&self, statements: &[Statement]) -> Vec<Json> {
        let first = &statements[0];
        let text = |index: usize| text(&first.values[index]);
        let time = |index: usize| Timestamp(number(&first.values[index]));
        let fresh = match first.query.name {
            "retire orphans" => {
                witness::fresh(self, &serde_json::from_str::<Vec<_>>(text(0)).unwrap(), time(1))
            }
            _ => Vec::new(),
        };
        let before = match first.query.name {
            "replace pending" => desk::stages(self, text(0)),
            _ => Vec::new(),
        };
        let rows = self.tables.transaction(statements).unwrap();
        let attempt = || rows.first().and_then(|row| row["attempts"].as_u64()).map(|n| n as u32);
        match first.query.name {
            "count erased" => witness::erased(self, text(0)),
            "insert application" | "keep revision" => witness::committed(self, text(0)),
            "claim" => self.claimed(text(0).to_owned(), time(1), attempt()),
            "replace pending" => desk::stepped(self, &before, text(0)),
            "stop message" => desk::stopped(self, text(0)),
            "seal" => sealed::sealed(self, text(0)),
            "delete unfinished version" => sealed::version_saved(self, text(0)),
            "forget" => forgetting::forgotten(self, text(0)),
            "retire" => witness::withdrawn(self, text(0)),
            "retire orphans" => witness::retired(self, &ids(&rows), &fresh),
            "select forwarding" => {
                self.history.borrow_mut().read_delivery(self.scheduler.running(), text(0));
            }
            _ => {}
        }
        rows
    }

    fn claimed(&self, name: String, now: Timestamp, attempt: Option<u32>) {
        let Some(attempt) = attempt else { return };
        self.history.borrow_mut().claimed(self.scheduler.running(), name, attempt, now);
    }
}

impl World {
    /// Returns the rows that a statement gives, without any fault.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Json> {
        self.tables.rows(sql, &[]).unwrap()
    }

    /// Returns the ids of those rows.
    pub(crate) fn ids(&self, sql: &str) -> Vec<String> {
        ids(&self.rows(sql))
    }

    /// Returns how many rows a table has, without any fault.
    pub(crate) fn count_of(&self, table: &str) -> u64 {
        let rows = self.rows(&format!("SELECT count(*) AS count FROM {table}"));
        rows[0]["count"].as_u64().unwrap()
    }

    /// Whether the tables hold the address that an application has in clear.
    pub(crate) fn has_address_of(&self, received: &Application) -> bool {
        let Application { id, content, .. } = received;
        let rows = format!(
            "applications LEFT JOIN revisions ON revisions.application = id WHERE id = '{id}' \
             AND instr(applications.application || coalesce(content, '') || \
                coalesce(folded, ''), '{}') > 0",
            content.email
        );
        self.count_of(&rows) > 0
    }

    /// Returns the postings in their current versions, without any fault.
    pub(crate) fn current_postings(&self) -> Vec<Posting> {
        let slugs: Vec<String> = setting().postings.iter().map(|one| one.slug.clone()).collect();
        let loaded = pollster::block_on(SqlLedger(&self.tables).load(&slugs, 1)).unwrap();
        loaded.into_iter().map(|stored| read(stored).unwrap()).collect()
    }

    /// Returns a posting in its current version, without any fault.
    pub(crate) fn current_posting(&self, slug: &str) -> Posting {
        self.current_postings().into_iter().find(|posting| posting.slug == slug).unwrap()
    }

    /// Returns a version of a posting, without any fault.
    pub(crate) fn posting(&self, slug: &str, version: u32) -> Posting {
        let stored = pollster::block_on(SqlLedger(&self.tables).version(slug, version)).unwrap();
        read(stored.unwrap()).unwrap()
    }

    /// Returns the application with this id, without any fault.
    pub(crate) fn application(&self, id: &str) -> Option<Application> {
        pollster::block_on(SqlLedger(&self.tables).find(id)).unwrap()
    }
}

/// Returns the mail and the attempt of which these statements write down what
/// became of it.
fn settled(statements: &[Statement]) -> Option<(String, u32)> {
    let Statement { query, values } = statements.first()?;
    let attempt = |index: usize| number(&values[index]) as u32;
    match query.name {
        "settle" => Some((text(&values[0]).to_owned(), attempt(1))),
        _ => None,
    }
}

/// Statements, for the reader of a trace.
struct Names<'a>(&'a [Statement]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Statement { query, values } in self.0 {
            write!(out, "{} {:?}; ", query.name, values.first())?;
        }
        Ok(())
    }
}

fn ids(rows: &[Json]) -> Vec<String> {
    rows.iter().filter_map(|row| row["id"].as_str()).map(str::to_owned).collect()
}

pub(crate) fn text(value: &Value) -> &str {
    let Value::Text(text) = value else { panic!("{value:?} is no text") };
    text
}

pub(crate) fn number(value: &Value) -> i64 {
    let Value::Number(number) = value else { panic!("{value:?} is no number") };
    *number as i64
}
