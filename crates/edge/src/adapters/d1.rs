//! The ledger's database: D1.

use intake::ports::Fault;
use ledger::{Database, Statement, Value};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, D1Result};

/// A D1 database.
pub(crate) struct D1(pub(crate) D1Database);

impl Database for D1 {
    async fn run<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        rows(&self.prepare(statement)?.all().await.map_err(fault)?)
    }

    async fn execute(&self, statement: Statement) -> Result<(), Fault> {
        self.prepare(statement)?.run().await.map(|_| ()).map_err(fault)
    }

    async fn batch<T: DeserializeOwned>(
        &self,
        statements: Vec<Statement>,
    ) -> Result<Vec<T>, Fault> {
        let statements = statements.into_iter().map(|statement| self.prepare(statement));
        let statements = statements.collect::<Result<Vec<_>, _>>()?;
        let results = self.0.batch(statements).await.map_err(fault)?;
        results.last().map_or_else(|| Ok(Vec::new()), rows)
    }
}

impl D1 {
    fn prepare(&self, statement: Statement) -> Result<D1PreparedStatement, Fault> {
        let values: Vec<JsValue> = statement.values.into_iter().map(bound).collect();
        // D1's insights and the tests tell statements by their names.
        let named = format!("-- {}\n{}", statement.query.name, statement.query.sql);
        self.0.prepare(named).bind(&values).map_err(fault)
    }
}

fn bound(value: Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Number(number) => number.into(),
        Value::Text(text) => text.into(),
    }
}

fn rows<T: DeserializeOwned>(result: &D1Result) -> Result<Vec<T>, Fault> {
    if let Some(error) = result.error() {
        return Err(Fault::Ledger(error));
    }
    // serde-wasm-bindgen's message may quote a value.
    result.results().map_err(|_| Fault::Ledger("a row is not of the expected shape".into()))
}

fn fault(error: worker::Error) -> Fault {
    Fault::Ledger(error.to_string())
}
