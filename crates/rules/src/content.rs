//! Decides which findings in a document are refused and which only remarked.
//! docs/documents.md shows the same table.

use documents::{Active, Report, Trace};
use serde::{Deserialize, Serialize};

/// What becomes of a document for something that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is refused, with [`crate::Code::DocumentActiveContent`].
    Refused,
    /// It is accepted; candidate and staff are told.
    Remarked(Remark),
    /// It is accepted without a word.
    Passed,
}

/// Returns the table.
///
/// Refused is what runs, fetches or hides something when staff open the
/// document, and what a candidate loses nothing by leaving out. What honest
/// programs put into honest documents passes: a jump to the first page, a
/// CV's data attached to it (Europass does so), the format of a date that
/// `LibreOffice` writes for a form's field.
pub fn verdict(active: Active) -> Verdict {
    match active {
        Active::Script
        | Active::Launch
        | Active::SubmitForm
        | Active::Xfa
        | Active::Macros
        | Active::Dde
        | Active::OleObject
        | Active::RemoteTemplate
        | Active::ServerName
        | Active::Program
        | Active::Automatic
        | Active::Doctype => Verdict::Refused,
        Active::EmbeddedFile => Verdict::Remarked(Remark::Attachments),
        Active::RemoteContent => Verdict::Remarked(Remark::RemoteContent),
        Active::RemoteGoTo | Active::ExternalRelationship => Verdict::Remarked(Remark::OtherFiles),
        Active::JavaScript | Active::AdditionalActions | Active::OpenAction => Verdict::Passed,
    }
}

/// For what a document with this report is refused.
pub fn refused(report: &Report) -> impl Iterator<Item = Active> {
    report.active.iter().copied().filter(|active| verdict(*active) == Verdict::Refused)
}

/// Returns what is to be told of a document that is accepted, each once, in order.
pub fn remarks(report: &Report) -> Vec<Remark> {
    let active = report.active.iter().filter_map(|active| match verdict(*active) {
        Verdict::Remarked(remark) => Some(remark),
        Verdict::Refused | Verdict::Passed => None,
    });
    let found: Vec<Remark> =
        active.chain(report.traces.iter().map(|trace| of_trace(*trace))).collect();
    Remark::ALL.iter().copied().filter(|remark| found.contains(remark)).collect()
}

fn of_trace(trace: Trace) -> Remark {
    match trace {
        Trace::TrackedChanges => Remark::TrackedChanges,
        Trace::Comments => Remark::Comments,
        Trace::Author => Remark::Author,
        Trace::Location => Remark::Location,
        Trace::NoText => Remark::NoText,
    }
}

/// Something that candidate and staff should know about an accepted document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// A picture in it says where it was taken.
    Location,
    /// It names who wrote or saved it.
    Author,
    /// Opening it loads something from the web, which tells its author when and where.
    RemoteContent,
    /// It shows what was changed, by whom and when.
    TrackedChanges,
    /// It has comments in the margin.
    Comments,
    /// Other files are inside.
    Attachments,
    /// It refers to files that are not inside.
    OtherFiles,
    /// Its pages are pictures without text.
    NoText,
}

impl Remark {
    /// Every one, in the order in which they are told: what may harm the
    /// candidate first.
    pub const ALL: &[Self] = &[
        Self::Location,
        Self::Author,
        Self::RemoteContent,
        Self::TrackedChanges,
        Self::Comments,
        Self::Attachments,
        Self::OtherFiles,
        Self::NoText,
    ];

    /// Returns the name that clients see and that locales translate.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Location => "location",
            Self::Author => "author",
            Self::RemoteContent => "remote_content",
            Self::TrackedChanges => "tracked_changes",
            Self::Comments => "comments",
            Self::Attachments => "attachments",
            Self::OtherFiles => "other_files",
            Self::NoText => "no_text",
        }
    }
}

#[cfg(test)]
mod tests {
    use documents::Kind;

    use super::*;

    #[test]
    fn remarks_come_once_and_in_order() {
        let report = Report {
            active: vec![Active::EmbeddedFile, Active::OpenAction],
            traces: vec![Trace::Comments, Trace::Location],
            ..Report::of(Kind::Pdf, 1)
        };
        assert_eq!(refused(&report).count(), 0);
        assert_eq!(remarks(&report), [Remark::Location, Remark::Comments, Remark::Attachments]);
    }

    #[test]
    fn one_thing_that_acts_is_enough() {
        let active = vec![Active::EmbeddedFile, Active::Launch];
        let report = Report { active, ..Report::of(Kind::Pdf, 1) };
        assert_eq!(refused(&report).collect::<Vec<_>>(), [Active::Launch]);
    }

    #[test]
    fn a_remark_is_serialised_by_its_name() {
        for remark in Remark::ALL {
            let json = serde_json::to_string(remark).unwrap();
            assert_eq!(json, format!("{:?}", remark.as_str()));
        }
    }

    /// Checks that the table of docs/documents.md says of each what the code does.
    #[test]
    fn the_documentation_has_the_table() {
        let page = include_str!("../../../docs/documents.md");
        for active in Active::ALL {
            let row = format!("| `{}` |", active.as_str());
            let line = page.lines().find(|line| line.starts_with(&row));
            let said = match verdict(*active) {
                Verdict::Refused => "refused",
                Verdict::Remarked(_) => "remarked",
                Verdict::Passed => "passes",
            };
            assert!(
                line.is_some_and(|line| line.ends_with(&format!("| {said} |"))),
                "{row} {said}"
            );
        }
        for remark in Remark::ALL {
            assert!(page.contains(&format!("`{}`", remark.as_str())), "{}", remark.as_str());
        }
    }
}
