//! Formats rows as a table of text.

use std::fmt::Write;

use serde_json::Value;

use crate::options::admin::Reference;

const HEADINGS: [&str; 7] =
    ["posting", "no.", "reference", "mail", "stage", "when (UTC)", "latest problem"];
const COLUMNS: [&str; 7] =
    ["posting", "number", "reference", "mail", "stage", "at", "last_problem"];

/// Returns one line for each mail, under headings.
pub(crate) fn outbox(rows: &[Value]) -> String {
    if rows.is_empty() {
        return "Nothing waits and nothing is given up.\n".into();
    }
    let cells: Vec<[String; 7]> =
        rows.iter().map(|row| COLUMNS.map(|column| text(row.get(column)))).collect();
    let lines: Vec<[String; 7]> =
        std::iter::once(HEADINGS.map(str::to_owned)).chain(cells).collect();
    let mut out = String::new();
    for line in &lines {
        let mut shown = String::new();
        for (column, cell) in line.iter().enumerate() {
            let width =
                lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count());
            let _ = write!(shown, "{cell:<width$}  ", width = width.max().unwrap_or(0));
        }
        out.push_str(shown.trim_end());
        out.push('\n');
    }
    out
}

/// Describes an application, then its mails.
pub(crate) fn application(row: &Value, mails: &[Value]) -> String {
    let facts = [
        ("reference", "reference"),
        ("posting", "posting"),
        ("number", "number"),
        ("name", "name"),
        ("email", "e-mail"),
        ("language", "language"),
        ("received", "received (UTC)"),
        ("revision", "revision"),
        ("corrected", "corrected (UTC)"),
        ("documents", "documents"),
        ("erased", "erased on (UTC)"),
    ];
    let mut out = String::new();
    for (column, heading) in facts {
        let value = text(row.get(column));
        if !value.is_empty() {
            let _ = writeln!(out, "{heading:<16} {value}");
        }
    }
    if !mails.is_empty() {
        out.push('\n');
        out.push_str(&outbox(mails));
    }
    out
}

/// Describes what becomes of an application that is erased.
pub(crate) fn erased(reference: &Reference) -> String {
    format!(
        "{reference} is erased: its receipt opens nothing and none of its mails leaves. Its documents and rows go \
         with the next run of the cron, within five minutes. Staff delete their mail themselves."
    )
}

/// Describes the mails that were queued again.
pub(crate) fn sent_again(reference: &Reference, rows: &[Value]) -> String {
    let mails: Vec<String> = rows.iter().map(|row| text(row.get("mail"))).collect();
    let mut said = format!(
        "{} of {} goes out at the next sweep, within five minutes.",
        mails.join(" and "),
        reference.as_str()
    );
    if rows.iter().any(|row| row.get("possible_duplicate").and_then(Value::as_f64) > Some(0.0)) {
        said.push_str(" It may have arrived before: it has the same Message-ID and says so.");
    }
    said
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_stand_under_their_headings() {
        let row = json!({
            "posting": "a-posting", "number": 12, "reference": "7KXM29QT", "mail": "staff",
            "stage": "given up", "at": "2025-07-18 12:00", "last_problem": "RCPT: the server answered 550",
        });
        let shown = outbox(&[row]);
        let [headings, line] = shown.lines().collect::<Vec<_>>()[..] else { panic!("{shown}") };
        assert_eq!(headings.find("mail"), line.find("staff"));
        assert!(line.ends_with("550"), "{line}");
        assert!(outbox(&[]).contains("Nothing waits"));
    }
}
