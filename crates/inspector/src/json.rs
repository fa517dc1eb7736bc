//! A report in JSON. By hand: what serde needs for it is a tenth of this
//! module, and an object made from here is slower than one that the browser
//! parses.

use alloc::string::String;

use documents::Report;

/// The report as serde would write it.
pub(crate) fn report(report: &Report) -> String {
    let mut json = String::from("{\"kind\":");
    text(&mut json, report.kind.as_str());
    json.push_str(",\"bytes\":");
    number(&mut json, report.bytes);
    json.push_str(",\"damage\":");
    match report.damage {
        Some(damage) => text(&mut json, damage.as_str()),
        None => json.push_str("null"),
    }
    json.push_str(",\"pages\":");
    match report.pages {
        Some(pages) => number(&mut json, pages.into()),
        None => json.push_str("null"),
    }
    json.push_str(",\"encryption\":");
    text(&mut json, report.encryption.as_str());
    list(&mut json, ",\"active\":", report.active.iter().map(|active| active.as_str()));
    list(&mut json, ",\"traces\":", report.traces.iter().map(|trace| trace.as_str()));
    list(&mut json, ",\"authors\":", report.authors.iter().map(String::as_str));
    json.push('}');
    json
}

fn list<'a>(json: &mut String, name: &str, texts: impl Iterator<Item = &'a str>) {
    json.push_str(name);
    let mut before = '[';
    for item in texts {
        json.push(before);
        text(json, item);
        before = ',';
    }
    json.push_str(if before == '[' { "[]" } else { "]" });
}

/// The name of an author may hold whatever a file says.
fn text(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '\0'..' ' => json.push(' '),
            '"' | '\\' => json.extend(['\\', c]),
            _ => json.push(c),
        }
    }
    json.push('"');
}

fn number(json: &mut String, value: u64) {
    if value > 9 {
        number(json, value / 10);
    }
    json.push(char::from(b'0' + u8::try_from(value % 10).unwrap_or_default()));
}

#[cfg(test)]
mod tests {
    use documents::{Active, Damage, Encryption, Kind, Trace};

    use super::*;

    #[test]
    fn it_is_what_serde_writes() {
        let plain = Report::of(Kind::Unknown, 0);
        let full = Report {
            damage: Some(Damage::Truncated),
            pages: Some(120),
            encryption: Encryption::Opens,
            active: vec![Active::JavaScript, Active::EmbeddedFile],
            traces: vec![Trace::Author],
            authors: vec!["Zoë \"Zo\" \\ D.".into(), "李".into()],
            ..Report::of(Kind::Pdf, 18_000_000)
        };
        for sample in [plain, full] {
            assert_eq!(report(&sample), serde_json::to_string(&sample).unwrap());
        }
    }

    #[test]
    fn what_no_json_may_hold_is_left_out() {
        let authors = vec!["a\nb\0".into()];
        let json = report(&Report { authors, ..Report::of(Kind::Pdf, 1) });
        assert!(json.ends_with(r#""authors":["a b "]}"#), "{json}");
    }
}
