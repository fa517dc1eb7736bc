//! Compares the findings with the expected verdicts.

use std::fs;
use std::path::Path;

use crate::look::{Seen, look};

/// The file that gives a verdict for each file of a folder.
pub(crate) const FILE: &str = "expected.tsv";

/// Prints a line for each file: wanted, got. False where they differ.
pub(crate) fn print(folder: &Path) -> Result<bool, String> {
    let path = folder.join(FILE);
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (mut right, mut judged) = (0, 0);
    println!("{:<4}{:<8}{:<8}{:<50}because", "", "wanted", "got", "file");
    for line in text.lines().skip(1) {
        let Some((name, wanted)) = line.split_once('\t') else { continue };
        let seen = look(folder, Path::new(name));
        let got = verdict(&seen);
        let is_right = agrees(wanted, &seen);
        judged += usize::from(wanted != "any");
        right += usize::from(wanted != "any" && is_right);
        let mark = if is_right { "" } else { "!!" };
        println!("{mark:<4}{wanted:<8}{got:<8}{name:<50}{}", reasons(&seen));
    }
    if judged == 0 {
        return Err(format!("{} judges no file", path.display()));
    }
    println!("\n{right} of {judged} as wanted");
    Ok(right == judged)
}

fn verdict(seen: &Seen) -> &'static str {
    let Some(report) = &seen.report else { return "failed" };
    if !seen.codes.is_empty() {
        "refuse"
    } else if !seen.remarks.is_empty() || !report.active.is_empty() {
        "tell"
    } else {
        "clean"
    }
}

/// Returns whether the verdict suffices: what is refused is told too, and what
/// has no code counts as clean.
fn agrees(wanted: &str, seen: &Seen) -> bool {
    let got = verdict(seen);
    match wanted {
        "any" => got != "failed",
        "tell" => matches!(got, "tell" | "refuse"),
        "clean" => seen.codes.is_empty() && got != "failed",
        _ => got == wanted,
    }
}

fn reasons(seen: &Seen) -> String {
    let report = seen.report.iter();
    let damage = report.clone().filter_map(|report| report.damage.map(documents::Damage::as_str));
    let active = report.flat_map(|report| report.active.iter().map(|it| it.as_str()));
    damage.chain(active).collect::<Vec<_>>().join(" ")
}
