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

/// Returns what was put back.
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
