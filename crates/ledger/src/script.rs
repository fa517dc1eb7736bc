//! Statements as plain text, for Wrangler, which binds no parameters.

use intake::ports::Fault;

use crate::database::{Statement, Value};

/// The longest statement that D1 takes, in bytes.
pub const MAX_STATEMENT: usize = 100_000;

/// Returns the statement with its values in place of its parameters.
///
/// # Errors
///
/// It is longer than [`MAX_STATEMENT`], or lacks a value.
pub fn literal(statement: &Statement) -> Result<String, Fault> {
    let Statement { query, values } = statement;
    let mut sql = String::new();
    let mut rest = query.sql;
    while let Some((before, after)) = rest.split_once('?') {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = after.split_at(digits);
        let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let value = index.and_then(|index| values.get(index));
        let value = value.ok_or_else(|| fault(query.name, "lacks a value"))?;
        sql.push_str(before);
        push(&mut sql, value);
        rest = after;
    }
    sql.push_str(rest);
    if sql.len() > MAX_STATEMENT {
        return Err(fault(query.name, "is longer than D1 takes"));
    }
    Ok(sql)
}

fn fault(name: &str, what: &str) -> Fault {
    Fault::Ledger(format!("the statement \"{name}\" {what}"))
}

fn push(sql: &mut String, value: &Value) {
    match value {
        Value::Null => sql.push_str("NULL"),
        Value::Number(number) => sql.push_str(&number.to_string()),
        Value::Text(text) => {
            // SQLite ends a literal at a NUL.
            let quoted = text.replace('\'', "''").replace('\0', "' || char(0) || '");
            let many = quoted.len() > text.len() && text.contains('\0');
            let (open, close) = if many { ("('", "')") } else { ("'", "'") };
            sql.extend([open, &quoted, close]);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::database::Query;
    use crate::sqlite::Sqlite;

    #[test]
    fn a_literal_is_read_as_what_it_stands_for() {
        let sqlite = Sqlite::empty().unwrap();
        for text in ["", "it's", "'; DROP TABLE x; --", "a\0b'c", "é\n\u{1F600} ?1 \\", "\""] {
            let query = Query::new(
                "test",
                "SELECT ?1 AS text, ?2 AS number, ?3 AS absent, ?1 = ?4 AS same",
            );
            let values = [text.into(), i64_value(1_752_580_800_123), Value::Null, text.into()];
            let sql = literal(&query.bind(values)).unwrap();
            let rows = sqlite.rows(&sql, &[]).unwrap();
            let row = rows.first().unwrap();
            assert_eq!(
                (row["text"].as_str(), row["same"].as_i64()),
                (Some(text), Some(1)),
                "{sql}"
            );
            assert_eq!(row["number"].as_i64(), Some(1_752_580_800_123));
            assert!(row["absent"].is_null());
        }
    }

    fn i64_value(number: i64) -> Value {
        rules::Timestamp(number).into()
    }

    #[test]
    fn what_d1_would_not_take_is_told() {
        let query = Query::new("test", "SELECT ?1, ?2");
        let long = "x".repeat(MAX_STATEMENT);
        assert!(literal(&query.bind([long.into(), 1_u32.into()])).is_err());
        assert!(literal(&query.bind(["x".into()])).is_err());
    }
}
