//! Compares the findings with the manifest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use documents::{Active, Encryption};
use rules::Code;

use crate::look::{Failure, Seen, look};

/// Codes that say more than "we do not take this kind".
const ALARMS: [&str; 4] =
    ["document_damaged", "document_password", "document_active_content", "document_kind_mismatch"];
/// Of the manifest's marks, those for which a document is refused.
const ACTS: [&str; 8] = ["js", "launch", "submit", "xfa", "vba", "macroCT", "dde", "doctype"];
/// The mark of an Office file that has an OLE object or another file inside.
const EMBEDS: &str = "embed";

/// A row of the manifest, by column.
type Row<'a> = BTreeMap<&'a str, &'a str>;

/// Prints the table. False where a file could not be read or made the inspection panic.
pub(crate) fn print(folder: &Path) -> Result<bool, String> {
    let manifest = folder.join("manifest.tsv");
    let text = fs::read_to_string(&manifest)
        .map_err(|error| format!("{}: {error}; --json needs none", manifest.display()))?;
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let mut tally = Tally::default();
    for line in lines {
        let row: Row = columns.iter().copied().zip(line.split('\t')).collect();
        let Some(path) = row.get("path") else { continue };
        tally.add(&row, &look(folder, Path::new(path)));
    }
    if tally.files == 0 {
        return Err(format!("{} names no file that can be read", manifest.display()));
    }
    tally.print();
    Ok(tally.panicked.is_empty() && tally.unreadable.is_empty())
}

/// Counts by what was asked, and the files that fell short.
#[derive(Default)]
struct Tally {
    files: usize,
    clean: usize,
    asked: BTreeMap<&'static str, (usize, usize)>,
    missed: Vec<String>,
    false_alarms: Vec<String>,
    panicked: Vec<String>,
    unreadable: Vec<String>,
    times: Vec<(f64, String)>,
}

impl Tally {
    fn add(&mut self, row: &Row, seen: &Seen) {
        if seen.failure == Some(Failure::Unreadable) {
            self.unreadable.push(seen.path.clone());
            return;
        }
        self.files += 1;
        self.times.push((seen.ms, seen.path.clone()));
        let Some(report) = &seen.report else {
            self.panicked.push(seen.path.clone());
            return;
        };
        let cell = |column| row.get(column).copied().unwrap_or_default();
        if let Ok(pages) = cell("pages").parse::<u32>() {
            self.ask("pages of PDFs", report.pages == Some(pages), seen, || {
                format!("{:?} instead of {pages} pages", report.pages)
            });
        }
        let refused_for_password = seen.codes.contains(&Code::DocumentPassword.as_str());
        match cell("encryption") {
            "password" => self.ask(
                "PDFs that need a password",
                // Attachments that need one are refused like documents that do.
                matches!(report.encryption, Encryption::Password | Encryption::Attachments)
                    && refused_for_password,
                seen,
                || "needs a password".into(),
            ),
            "opens" => self.ask(
                "encrypted PDFs that open",
                report.encryption == Encryption::Opens && !refused_for_password,
                seen,
                || format!("opens: {:?} {:?}", report.encryption, seen.codes),
            ),
            _ => {}
        }
        for mark in marks(cell("active")).filter(|mark| *mark != "enc") {
            let found = report.active.iter().any(|active| active.as_str() == mark);
            self.ask("active content of PDFs", found, seen, || mark.to_owned());
        }
        for mark in marks(cell("office")) {
            self.ask("marks of Office files", office(mark, seen), seen, || mark.to_owned());
        }
        self.alarm(row, seen);
    }

    fn ask(&mut self, what: &'static str, right: bool, seen: &Seen, miss: impl Fn() -> String) {
        let (good, all) = self.asked.entry(what).or_default();
        *all += 1;
        if right {
            *good += 1;
        } else {
            self.missed.push(format!("{what}: {}: {}", seen.path, miss()));
        }
    }

    fn alarm(&mut self, row: &Row, seen: &Seen) {
        let cell = |column| row.get(column).copied().unwrap_or_default();
        let clean = match cell("kind") {
            "pdf" => cell("qpdf_check") == "0" && matches!(cell("encryption"), "none" | "opens"),
            "ooxml" | "odf:text" => !marks(cell("office")).any(|mark| mark.starts_with("ERR")),
            _ => false,
        };
        let acts = marks(cell("active")).chain(marks(cell("office"))).any(|m| ACTS.contains(&m));
        let has_object = marks(cell("office")).any(|mark| mark == EMBEDS)
            && seen
                .report
                .as_ref()
                .is_some_and(|report| report.active.contains(&Active::OleObject));
        if !clean || acts || has_object {
            return;
        }
        self.clean += 1;
        if seen.codes.iter().any(|code| ALARMS.contains(code)) {
            let report = seen.report.as_ref();
            let why = report.map(|report| (report.damage, report.active.clone()));
            self.false_alarms.push(format!("{}: {:?} {why:?}", seen.path, seen.codes));
        }
    }

    fn print(&mut self) {
        println!("{:<40}{:>8}{:>8}", "", "found", "of");
        for (what, (good, all)) in &self.asked {
            println!("{what:<40}{good:>8}{all:>8}");
        }
        println!("{:<40}{:>8}{:>8}", "false alarms", self.false_alarms.len(), self.clean);
        println!("{:<40}{:>8}{:>8}", "panics", self.panicked.len(), self.files);
        self.times.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let whole: f64 = self.times.iter().map(|(ms, _)| ms).sum();
        println!("{:<40}{whole:>8.0} ms", "time in all");
        for (ms, path) in self.times.iter().take(3) {
            println!("{:<40}{ms:>8.1} ms  {path}", "slowest");
        }
        list("could not be read", &self.unreadable);
        list("panicked", &self.panicked);
        list("missed", &self.missed);
        list("false alarms", &self.false_alarms);
    }
}

fn marks(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',').map(str::trim).filter(|mark| !mark.is_empty())
}

/// Returns whether what the manifest marks in an Office file was found.
fn office(mark: &str, seen: &Seen) -> bool {
    let Some(report) = &seen.report else { return false };
    let has = |wanted: &[Active]| report.active.iter().any(|active| wanted.contains(active));
    match mark {
        "vba" | "macroCT" => has(&[Active::Macros]),
        "dde" => has(&[Active::Dde]),
        "embed" => has(&[Active::OleObject, Active::EmbeddedFile]),
        "extrel" => has(&[Active::ExternalRelationship, Active::RemoteTemplate]),
        "doctype" => has(&[Active::Doctype]),
        "docenc" | "ooxmlenc" => report.encryption == Encryption::Password,
        _ => !seen.is_readable(),
    }
}

fn list(what: &str, files: &[String]) {
    if !files.is_empty() {
        println!("\n{what}:");
    }
    for file in files {
        println!("  {file}");
    }
}
