//! Which facts of a posting the form asks for, and how.

/// How a fact is asked for.
#[derive(Clone, Copy)]
pub(super) enum Control {
    Line,
    /// A whole number from one to another.
    Number(u32, u32),
    Day,
    /// A text of so many lines.
    Lines(u32),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Any of these words.
    AnyOf(&'static [&'static str]),
    Country,
    Zone,
    /// One of the posting's documents.
    Document,
    Box,
}

use Control::{AnyOf, Box as Tick, Country, Day, Document, Line, Lines, Number, OneOf, Zone};

/// A field's name, and how it is asked for.
pub(super) type Asked = (&'static str, Control);

/// The facts that every posting has, by group.
pub(super) const GROUPS: [(&str, &[Asked]); 4] = [
    (
        "post",
        &[
            ("title", Line),
            ("summary", Lines(3)),
            ("language", OneOf(&locales::LANGUAGES)),
            ("slug", Line),
            ("organisation.name", Line),
            ("organisation.short", Line),
            ("organisation.website", Line),
            ("organisation.logo", Line),
        ],
    ),
    (
        "terms",
        &[
            ("place.town", Line),
            ("place.country", Country),
            ("place.street", Line),
            ("place.postcode", Line),
            ("place.region", Line),
            ("place.remote", OneOf(&["", "partly", "fully"])),
            ("starts", Day),
            ("workload", Number(1, 100)),
            ("contract.kind", OneOf(&["", "permanent", "fixed_term"])),
            ("contract.months", Number(1, 120)),
            ("contract.renewable", Tick),
        ],
    ),
    (
        "salary",
        &[
            ("salary.minimum", Number(1, u32::MAX)),
            ("salary.maximum", Number(1, u32::MAX)),
            ("salary.currency", Line),
            ("salary.period", OneOf(&["", "year", "month", "hour"])),
        ],
    ),
    (
        "applying",
        &[
            ("published", Day),
            ("deadline.date", Day),
            ("deadline.zone", Zone),
            ("retention_days", Number(1, 730)),
            ("subject", Line),
            ("recipient", Lines(2)),
            ("contact", Line),
            ("steps", Lines(5)),
            ("panel", Lines(4)),
            ("letter_in_mail", Document),
        ],
    ),
];

/// What is asked about a document.
pub(super) const DOCUMENT: [Asked; 7] = [
    ("name.fr", Line),
    ("name.en", Line),
    ("name.es", Line),
    ("name.ar", Line),
    ("kinds", AnyOf(&["pdf", "docx", "odt"])),
    ("max_size", Line),
    ("required", Tick),
];

/// What is asked about a question.
pub(super) const QUESTION: [Asked; 6] = [
    ("text.fr", Line),
    ("text.en", Line),
    ("text.es", Line),
    ("text.ar", Line),
    ("kind", OneOf(&["yes_no", "text"])),
    ("required", Tick),
];

/// What a new row says before somebody fills it in.
pub(super) const NEW_ROW: [(&str, &str); 5] = [
    ("required", "yes"),
    ("kinds", "pdf\ndocx\nodt"),
    ("max_size", "10 MB"),
    ("kind", "yes_no"),
    ("id", ""),
];
