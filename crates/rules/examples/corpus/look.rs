//! Inspects one file.

use std::panic::catch_unwind;
use std::path::Path;
use std::time::Instant;

use documents::{Kind, Limits, Report, inspect};
use rules::deadline::Window;
use rules::requirements::{DocumentRequirement, Translated};
use rules::subject::fold;
use rules::{Form, OfferedDocument, Requirements, Timestamp, Unicode, content, review_field};
use serde_json::json;

use crate::files;

/// One file, looked into.
pub(crate) struct Seen {
    pub(crate) path: String,
    /// Nothing where the file could not be read, or the inspection panicked.
    pub(crate) report: Option<Report>,
    /// What a posting would refuse it for.
    pub(crate) codes: Vec<&'static str>,
    pub(crate) remarks: Vec<&'static str>,
    /// How long the inspection took, in milliseconds.
    pub(crate) ms: f64,
    pub(crate) failure: Option<Failure>,
}

/// Why nothing is known of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Unreadable,
    Panicked,
}

/// Looks into the file at `path` below `folder`.
pub(crate) fn look(folder: &Path, path: &Path) -> Seen {
    let (bytes, length) = match files::read(&folder.join(path)) {
        Ok(found) => found,
        Err(error) => {
            eprintln!("error: {}: {error}", path.display());
            return Seen { failure: Some(Failure::Unreadable), ..seen(path, 0, None, 0.0) };
        }
    };
    let started = Instant::now();
    let report = catch_unwind(|| inspect(&bytes, &Limits::default())).ok();
    let ms = started.elapsed().as_secs_f64() * 1e3;
    let failure = report.is_none().then_some(Failure::Panicked);
    Seen { failure, ..seen(path, length, report, ms) }
}

fn seen(path: &Path, length: u64, report: Option<Report>, ms: f64) -> Seen {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Seen {
        path: path.to_string_lossy().into_owned(),
        codes: codes(name, length, report.clone()),
        remarks: report.iter().flat_map(content::remarks).map(rules::Remark::as_str).collect(),
        report,
        ms,
        failure: None,
    }
}

impl Seen {
    pub(crate) fn to_json(&self) -> serde_json::Value {
        let report = self.report.clone().unwrap_or_else(|| Report::of(Kind::Unknown, 0));
        json!({
            "path": self.path,
            "kind": report.kind,
            "readable": self.is_readable(),
            "pages": report.pages,
            "encryption": report.encryption,
            "active": report.active,
            "codes": self.codes,
            "remarks": self.remarks,
            "ms": (self.ms * 1e3).round() / 1e3,
        })
    }

    /// Returns whether staff could open it.
    pub(crate) fn is_readable(&self) -> bool {
        self.report.as_ref().is_some_and(Report::is_readable)
    }
}

const UNICODE: Unicode = Unicode { fold, to_ascii: addresses::to_ascii };

fn codes(file_name: String, bytes: u64, report: Option<Report>) -> Vec<&'static str> {
    let offered = OfferedDocument { id: "cv".into(), file_name, bytes, report, sha256: None };
    let form = Form { documents: vec![offered], ..Form::default() };
    let issues = review_field(UNICODE, &requirements(), &form, Timestamp(0), "cv");
    issues.iter().map(|issue| issue.code.as_str()).collect()
}

fn requirements() -> Requirements {
    Requirements {
        subject: String::new(),
        window: Window { opens_at: Timestamp(i64::MIN), closes_at: Timestamp(i64::MAX) },
        documents: vec![DocumentRequirement {
            id: "cv".into(),
            name: Translated::default(),
            required: true,
            kinds: vec![Kind::Pdf, Kind::Docx, Kind::Odt],
            max_bytes: 20_000_000,
        }],
        questions: Vec::new(),
        is_neutral: false,
    }
}
