//! The port to the database: runs statements and transactions.

use intake::ports::Fault;
use rules::Timestamp;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// Runs statements of SQL, as D1 does.
pub trait Database {
    /// Runs one statement and gives its rows.
    async fn run<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Fault>;

    /// Runs one statement and ignores its rows.
    async fn execute(&self, statement: Statement) -> Result<(), Fault> {
        self.run::<IgnoredAny>(statement).await.map(|_| ())
    }

    /// Runs statements as one transaction and gives the rows of the last one.
    async fn batch<T: DeserializeOwned>(&self, statements: Vec<Statement>)
    -> Result<Vec<T>, Fault>;
}

impl<D: Database> Database for &D {
    async fn run<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        D::run(self, statement).await
    }

    async fn batch<T: DeserializeOwned>(
        &self,
        statements: Vec<Statement>,
    ) -> Result<Vec<T>, Fault> {
        D::batch(self, statements).await
    }
}

/// The ledger in a database.
#[derive(Clone, Debug)]
pub struct SqlLedger<D>(pub D);

/// A statement's text. The name is for tests and for people who read a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// What it does, in a word or two.
    pub name: &'static str,
    /// The text, with parameters `?1`, `?2` and so on.
    pub sql: &'static str,
}

impl Query {
    pub(crate) const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql }
    }

    pub(crate) fn bind<const N: usize>(self, values: [Value; N]) -> Statement {
        Statement { query: self, values: values.into() }
    }
}

/// A query with the values of its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text.
    pub query: Query,
    /// The values of `?1`, `?2` and so on.
    pub values: Vec<Value>,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number. D1 binds every number as a float, which keeps milliseconds
    /// exact; a column of type INTEGER makes an integer of it again, but an
    /// expression such as `'report/' || ?1` does not.
    Number(f64),
    /// A text.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Number(yes.into())
    }
}

impl From<Timestamp> for Value {
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
    fn from(timestamp: Timestamp) -> Self {
        Self::Number(timestamp.0 as f64)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<D: Database> SqlLedger<D> {
    /// Runs one statement and ignores its rows.
    pub(crate) async fn execute(&self, statement: Statement) -> Result<(), Fault> {
        self.0.execute(statement).await
    }

    /// Runs statements as one transaction and ignores their rows.
    pub(crate) async fn execute_all(&self, statements: Vec<Statement>) -> Result<(), Fault> {
        self.0.batch::<IgnoredAny>(statements).await.map(|_| ())
    }

    /// Returns the only row that a statement gives, if it gives one.
    pub(crate) async fn first<T: DeserializeOwned>(
        &self,
        statement: Statement,
    ) -> Result<Option<T>, Fault> {
        Ok(self.0.run(statement).await?.into_iter().next())
    }
}

/// Returns a value as JSON. `what` names it where that fails.
pub(crate) fn json(value: &impl Serialize, what: &str) -> Result<Value, Fault> {
    let text = serde_json::to_string(value);
    text.map(Value::Text).map_err(|_| Fault::Ledger(format!("{what} is no JSON")))
}
