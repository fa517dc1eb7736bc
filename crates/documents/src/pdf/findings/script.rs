/// Whether a script is one call of those by which viewers format and check what is typed into a
/// field, and nothing else. `LibreOffice` writes them for the date fields of a form.
pub(super) fn only_formats(code: &[u8]) -> bool {
    let code = code.trim_ascii_end();
    let code = code.strip_suffix(b";").unwrap_or(code);
    let Some((name, arguments)) =
        code.iter().position(|byte| *byte == b'(').and_then(|open| code.split_at_checked(open))
    else {
        return false;
    };
    let Some(arguments) = arguments.get(1..).and_then(|rest| rest.strip_suffix(b")")) else {
        return false;
    };
    CALLS.contains(&name) && !arguments.iter().any(|byte| b"()`".contains(byte))
}

/// The calls that Acrobat's dialogues for a field's format make.
const CALLS: [&[u8]; 14] = [
    b"AFDate_Format",
    b"AFDate_FormatEx",
    b"AFDate_Keystroke",
    b"AFDate_KeystrokeEx",
    b"AFTime_Format",
    b"AFTime_FormatEx",
    b"AFTime_Keystroke",
    b"AFNumber_Format",
    b"AFNumber_Keystroke",
    b"AFPercent_Format",
    b"AFPercent_Keystroke",
    b"AFSpecial_Format",
    b"AFSpecial_Keystroke",
    b"AFRange_Validate",
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
        ] {
            assert!(only_formats(code.as_bytes()), "{code}");
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
            "AFSimple_Calculate(\"SUM\", new Array (\"a\"))",
        ] {
            assert!(!only_formats(code.as_bytes()), "{code}");
        }
    }
}
