//! The ledger's database, through Wrangler. Wrangler binds no parameters, so
//! each statement is sent with its values in it.

use std::fs;

use intake::ports::Fault;
use ledger::{Database, Statement, literal};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// D1, or its simulation on this machine.
pub(super) struct Wrangler<'a>(pub(super) crate::database::Database<'a>);

impl Database for Wrangler<'_> {
    async fn run<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        decode(self.0.ask(&literal(&statement)?).map_err(fault)?)
    }

    /// Wrangler gives no rows of a file, so the last statement goes alone. What
    /// comes before is one transaction.
    async fn batch<T: DeserializeOwned>(
        &self,
        mut statements: Vec<Statement>,
    ) -> Result<Vec<T>, Fault> {
        let Some(last) = statements.pop() else { return Ok(Vec::new()) };
        let script: Vec<String> = statements.iter().map(literal).collect::<Result<_, _>>()?;
        let file = std::env::temp_dir().join(format!("guichet-{}.sql", std::process::id()));
        fs::write(&file, script.join(";\n") + ";\n").map_err(|error| fault(error.into()))?;
        let result = self.0.run_file(&file).map_err(fault);
        let _ = fs::remove_file(&file);
        result?;
        self.run(last).await
    }
}

fn decode<T: DeserializeOwned>(rows: Vec<Value>) -> Result<Vec<T>, Fault> {
    let decoded = rows.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
    decoded.map_err(|error| Fault::Ledger(format!("a row is not of the expected shape: {error}")))
}

fn fault(error: anyhow::Error) -> Fault {
    Fault::Ledger(format!("{error:#}"))
}
