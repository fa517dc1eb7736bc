//! Word before 2007 ([MS-DOC]), and what else Office keeps in compound files.

use crate::{
    Active, Encryption, Kind, Limits, Report,
    bytes::{head, u16_at},
    compound::Compound,
};

/// Returns what a compound file is.
pub(crate) fn inspect(bytes: &[u8], limits: &Limits) -> Report {
    let mut report = Report::of(Kind::Doc, bytes.len() as u64);
    let Some(file) = Compound::read(bytes, limits) else {
        report.damage = Some(crate::Damage::Directory);
        return report;
    };
    let text = file.stream("WordDocument").unwrap_or_default();
    let marks = ["EncryptedPackage", "EncryptionInfo", "EncryptedSummary"];
    if marks.iter().any(|mark| file.has(mark)) || is_encrypted(&text) || has_locked_sheets(&file) {
        report.encryption = Encryption::Password;
        return report;
    }
    if file.is_installer() {
        report.active.push(Active::Program);
    }
    if runs_programs(&text) {
        report.active.push(Active::Dde);
    }
    if file.has("VBA") || file.has("_VBA_PROJECT") || file.has("_VBA_PROJECT_CUR") {
        report.active.push(Active::Macros);
    }
    if file.has("\u{1}Ole10Native") || file.has("\u{3}ObjInfo") {
        report.active.push(Active::OleObject);
    }
    report
}

/// Returns the flag for a password, XOR or RC4, in the file information block (2.5.2).
fn is_encrypted(text: &[u8]) -> bool {
    const ENCRYPTED: u16 = 0x0100;
    u16_at(text, 10).is_some_and(|flags| flags & ENCRYPTED != 0)
}

/// Returns whether a workbook says, behind its first record, how it is encrypted ([MS-XLS]
/// 2.4.117).
fn has_locked_sheets(file: &Compound) -> bool {
    const FILE_PASS: u16 = 0x2F;
    let sheets = file.stream("Workbook").or_else(|| file.stream("Book")).unwrap_or_default();
    let second = u16_at(&sheets, 2).map(|length| 4 + usize::from(length));
    second.is_some_and(|at| u16_at(&sheets, at) == Some(FILE_PASS))
}

/// Returns whether the code of a field begins with `DDE`, in text of one or two bytes a character.
fn runs_programs(text: &[u8]) -> bool {
    const BEGINNING: u8 = 0x13;
    let mut codes = text.split(|byte| *byte == BEGINNING).skip(1);
    codes.any(|code| {
        let letters = head(code, 32).iter().filter(|byte| !matches!(byte, 0 | b' ' | b'"'));
        letters.take(3).map(u8::to_ascii_uppercase).eq(*b"DDE")
    })
}

#[cfg(test)]
mod tests;
