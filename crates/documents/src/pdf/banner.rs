//! Decides whether what stands before a PDF's header can belong to nothing but a PDF.

use crate::{
    bytes::{after_blank, find},
    encoding, file_name, text,
};

/// Returns whether it is blank, or text that no other program takes for its own: a byte-order mark,
/// white space and NULs of editors and mail gateways; the messages of a program, the headers of a
/// mail or the ticket of a printer, which are printable lines. Markup and scripts are how one file
/// is made to be two.
pub(super) fn is_banner(junk: &[u8]) -> bool {
    let junk = after_blank(junk).trim_ascii_end();
    if junk.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return true;
    }
    let junk = junk.strip_prefix(PRINTER).unwrap_or(junk);
    // In UTF-8, or in Latin-1.
    let is_printable = |c: char| !c.is_control() || c.is_ascii_whitespace();
    encoding::utf8(junk).chars().all(is_printable)
        && !text::has_markup(junk)
        && !junk.split(|byte| matches!(byte, b'\r' | b'\n')).any(is_command)
}

/// The escape sequence that calls a printer's job language.
const PRINTER: &[u8] = b"\x1B%-12345X";

/// Returns whether a line is one of a script, or of a file that starts something.
fn is_command(line: &[u8]) -> bool {
    let written = encoding::utf8(line);
    let line = written.to_ascii_lowercase();
    if line.starts_with("@pjl") {
        return false;
    }
    let has = |mark: &str| find(line.as_bytes(), mark.as_bytes()).is_some();
    if line.contains(['{', '}', '`', '$', '|']) || has("/*") || starts(&line, &BEGINNINGS) {
        return true;
    }
    let word = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next();
    let word = word.unwrap_or_default();
    if COMMANDS.contains(&word) || calls(&line) {
        return true;
    }
    // `Name: value`, and what goes on with it in the next line.
    let behind = line.get(word.len()..).unwrap_or_default();
    if behind.starts_with(':') && word.len() > 1 || line.starts_with([' ', '\t']) {
        return false;
    }
    let has_code = line.contains(['"', '\'', '=', '\\', ';']);
    // `import os`, not `Print 1`: a text begins with a capital letter.
    let is_short = line == written && line.split_ascii_whitespace().count() <= 2;
    line.ends_with(';')
        || line.starts_with('[') && line.ends_with(']')
        || assigns(&line)
        || is_cmdlet(word)
        || line.split_ascii_whitespace().any(is_program)
        || AMBIGUOUS.contains(&word) && (has_code || is_short)
}

/// Returns whether a name stands before a parenthesis, as in `alert(1)`; not as in `page(s)`.
fn calls(line: &str) -> bool {
    let mut before = None;
    for (at, c) in line.char_indices() {
        let is_plural = || line.get(at..).is_some_and(|rest| rest.starts_with("(s)"));
        if c == '(' && before.is_some_and(|c: char| c.is_ascii_alphanumeric()) && !is_plural() {
            return true;
        }
        before = Some(c);
    }
    false
}

/// Returns whether a line says that a name stands for a text, an address or a call.
fn assigns(line: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ' ');
    line.split_once('=').is_some_and(|(name, value)| {
        !name.is_empty() && name.chars().all(is_name) && value.contains(['"', '\'', ':', ';'])
    })
}

/// Returns whether a word is a command of PowerShell: `start-process`.
fn is_cmdlet(word: &str) -> bool {
    word.split_once('-').is_some_and(|(verb, _)| VERBS.contains(&verb))
}

/// Returns whether a word is the name of a program. Names of hosts end in `.com` too.
fn is_program(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'', '@', '&']);
    ["exe", "bat", "cmd", "scr", "hta", "vbs", "ps1", "lnk", "dll"]
        .iter()
        .any(|end| word.strip_suffix(end).is_some_and(|name| name.ends_with('.')))
        && file_name::runs(word)
}

fn starts(line: &str, with: &[&str]) -> bool {
    with.iter().any(|start| line.starts_with(start))
}

/// How lines of scripts begin, and of files that start something.
const BEGINNINGS: [&str; 14] = [
    "#!",
    "@echo",
    "@if",
    "@start",
    "@set",
    "@rem",
    "& ",
    "id;p",
    "if exist",
    "if not ",
    "on error",
    "for /",
    "<?",
    "windows registry",
];

/// Words by which a line of a script begins, and hardly one of a text.
const COMMANDS: [&str; 34] = [
    "echo",
    "rem",
    "goto",
    "cmd",
    "powershell",
    "pwsh",
    "var",
    "const",
    "eval",
    "dim",
    "wscript",
    "cscript",
    "mshta",
    "rundll32",
    "regsvr32",
    "certutil",
    "bitsadmin",
    "msiexec",
    "schtasks",
    "sh",
    "bash",
    "zsh",
    "curl",
    "wget",
    "sudo",
    "chmod",
    "rm",
    "iex",
    "javascript",
    "vbscript",
    "osascript",
    "createobject",
    "xdg-open",
    "regedit4",
];

/// Words by which lines of both begin.
const AMBIGUOUS: [&str; 24] = [
    "if", "start", "set", "call", "import", "let", "function", "exec", "sub", "on", "require",
    "print", "export", "copy", "move", "del", "use", "include", "python", "perl", "ruby", "php",
    "node", "reg",
];

/// What the commands of PowerShell begin with.
const VERBS: [&str; 14] = [
    "start", "invoke", "new", "get", "set", "add", "remove", "stop", "import", "write", "out",
    "copy", "move", "register",
];
