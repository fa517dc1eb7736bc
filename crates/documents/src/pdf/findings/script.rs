//! Decides whether a script only formats a field.

/// Returns whether a script is one call of those by which viewers format and check what is typed
/// into a field, with literal arguments, and nothing else. `LibreOffice` writes them for the date
/// fields of a form.
pub(super) fn only_formats(code: &str) -> bool {
    call(code.trim()).is_some_and(|rest| matches!(rest.trim_start(), "" | ";"))
}

/// Reads `Name(literal, literal)`, and gives what follows.
fn call(code: &str) -> Option<&str> {
    let open = code.find('(')?;
    let (name, rest) = code.split_at_checked(open)?;
    if !CALLS.contains(&name.trim_end()) {
        return None;
    }
    let mut rest = rest.strip_prefix('(')?.trim_start();
    if let Some(after) = rest.strip_prefix(')') {
        return Some(after);
    }
    loop {
        rest = literal(rest)?.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None => return rest.strip_prefix(')'),
        }
    }
}

/// Reads a string, a number, `true`, `false` or `null`, and gives what follows.
fn literal(code: &str) -> Option<&str> {
    for quote in ['"', '\''] {
        if let Some(rest) = code.strip_prefix(quote) {
            return after_string(rest, quote);
        }
    }
    let end = code.find([',', ')'])?;
    let (word, rest) = code.split_at_checked(end)?;
    let word = word.trim_end();
    let digits = word.trim_start_matches(['-', '+']);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    (is_number || matches!(word, "true" | "false" | "null")).then_some(rest)
}

/// Reads a string up to its quote. A line does not end in it.
fn after_string(code: &str, quote: char) -> Option<&str> {
    let mut is_escaped = false;
    for (at, c) in code.char_indices() {
        match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => return None,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return code.get(at + c.len_utf8()..),
            _ => {}
        }
    }
    None
}

/// The calls that Acrobat's dialogues for a field's format make.
const CALLS: [&str; 16] = [
    "AFDate_Format",
    "AFDate_FormatEx",
    "AFDate_Keystroke",
    "AFDate_KeystrokeEx",
    "AFTime_Format",
    "AFTime_FormatEx",
    "AFTime_Keystroke",
    "AFTime_KeystrokeEx",
    "AFNumber_Format",
    "AFNumber_Keystroke",
    "AFPercent_Format",
    "AFPercent_Keystroke",
    "AFSpecial_Format",
    "AFSpecial_Keystroke",
    "AFSpecial_KeystrokeEx",
    "AFRange_Validate",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_with_plain_arguments() {
        for code in [
            "AFDate_FormatEx(\"dd/mm/yyyy\");",
            "AFNumber_Keystroke(2, 0, 0, 0, \"\\u20ac\", true)",
            "AFRange_Validate(true, 0, true, 100);\n",
            "AFNumber_Format(2, 0, 0, 0, \"(€) `\", true);",
            "AFSpecial_KeystrokeEx('99 \\' 99')",
            "AFDate_Format( -1.5 , null ) ;",
        ] {
            assert!(only_formats(code), "{code}");
        }
    }

    #[test]
    fn anything_more_is_a_script() {
        for code in [
            "",
            "app.alert(1)",
            "AFDate_FormatEx",
            "AFDate_FormatEx(\"x\"); app.alert(1);",
            "AFDate_FormatEx(app.alert(1))",
            "AFDate_FormatEx(app.alert`1`)",
            "AFDate_FormatEx(\"x\") + f()",
            "xAFDate_FormatEx(1)",
            "AFDate_FormatEx(1 instanceof evil)",
            "AFDate_FormatEx(evil)",
            "AFDate_FormatEx(\"a\" + evil)",
            "AFDate_FormatEx(\"a\\\nb\")",
            "AFDate_FormatEx(1,)",
            "AFDate_FormatEx(1);;evil()",
            "AFDate_FormatEx(this.x=1)",
            "AFDate_FormatEx(1)\n[evil]",
            "AFDate_FormatEx(\"a\u{2028}b\")",
            "AFSimple_Calculate(\"SUM\", new Array (\"a\"))",
        ] {
            assert!(!only_formats(code), "{code}");
        }
    }
}
