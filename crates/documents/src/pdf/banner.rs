//! Decides whether what stands before a PDF's header can belong to nothing but a PDF.

use crate::{
    bytes::{after_blank, find},
    encoding, text,
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
    let written = line;
    let line = line.to_ascii_lowercase();
    if line.starts_with(b"@pjl") {
        return false;
    }
    let has = |marks: &[u8]| line.iter().any(|byte| marks.contains(byte));
    if has(b"{}`$|") || find(&line, b"/*").is_some() || begins(&line) {
        return true;
    }
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-';
    let length = line.iter().take_while(is_part).count();
    let (word, behind) = line.split_at_checked(length).unwrap_or_default();
    if is_among(word, COMMANDS) || calls(&line) {
        return true;
    }
    // `Name: value`, and what goes on with it in the next line.
    if behind.starts_with(b":") && word.len() > 1 || matches!(*line, [b' ' | b'\t', ..]) {
        return false;
    }
    // `import os`, not `Print 1`: a text begins with a capital letter.
    let is_short = || line == written && words(&line).nth(2).is_none();
    matches!(*line, [.., b';'] | [b'[', .., b']'])
        || assigns(&line)
        || is_cmdlet(word)
        || words(&line).any(is_program)
        || is_among(word, AMBIGUOUS) && (has(b"\"'=\\;") || is_short())
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

fn is_among(word: &[u8], list: &[u8]) -> bool {
    words(list).any(|known| known == word)
}

fn begins(line: &[u8]) -> bool {
    BEGINNINGS.split(|byte| *byte == b',').any(|beginning| line.starts_with(beginning))
}

/// Returns whether a name stands before a parenthesis, as in `alert(1)`; not as in `page(s)`.
fn calls(line: &[u8]) -> bool {
    let is_call = |at: &[u8]| matches!(at, [name, b'(', ..] if name.is_ascii_alphanumeric());
    line.windows(4).any(|at| is_call(at) && !at.ends_with(b"(s)"))
        || line.last_chunk::<3>().is_some_and(|end| is_call(end))
}

/// Returns whether a line says that a name stands for a text, an address or a call.
fn assigns(line: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._ ".contains(byte);
    let equals = line.iter().position(|byte| !is_name(byte)).unwrap_or(0);
    let value = line.get(equals..).unwrap_or_default();
    equals > 0 && value.starts_with(b"=") && value.iter().any(|byte| b"\"':;".contains(byte))
}

/// Returns whether a word is a command of PowerShell: `start-process`.
fn is_cmdlet(word: &[u8]) -> bool {
    let dash = word.iter().position(|byte| *byte == b'-');
    dash.and_then(|dash| word.get(..dash)).is_some_and(|verb| is_among(verb, VERBS))
}

/// Returns whether a word is the name of a program. Names of hosts end in `.com` too.
fn is_program(word: &[u8]) -> bool {
    let word: Vec<u8> = word.iter().copied().filter(|byte| !b"\"'@&".contains(byte)).collect();
    let ending = word.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    ending.len() < word.len() && is_among(ending, b"exe bat cmd scr hta vbs ps1 lnk dll")
}

/// How lines of scripts begin, and of files that start something.
const BEGINNINGS: &[u8] =
    b"#!,%!,@echo,@if,@start,@set,@rem,& ,id;p,if exist,if not ,on error,for /,<?,windows registry";

/// Words by which a line of a script begins, and hardly one of a text.
const COMMANDS: &[u8] =
    b"echo rem goto cmd powershell pwsh var const eval dim wscript cscript mshta \
    rundll32 regsvr32 certutil bitsadmin msiexec schtasks sh bash zsh curl wget sudo chmod rm iex \
    javascript vbscript osascript createobject xdg-open regedit4";

/// Words by which lines of both begin.
const AMBIGUOUS: &[u8] = b"if start set call import let function exec sub on require print export \
    copy move del use include python perl ruby php node reg";

/// What the commands of PowerShell begin with.
const VERBS: &[u8] =
    b"start invoke new get set add remove stop import write out copy move register";
