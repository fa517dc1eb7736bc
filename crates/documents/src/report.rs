use serde::{Deserialize, Serialize};

use crate::Kind;

/// What [`inspect`](crate::inspect) found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What the file is.
    pub kind: Kind,
    /// Its length, in bytes.
    pub bytes: u64,
    /// The first reason found not to trust that a reader can open it whole and as one thing.
    /// Nothing: staff can read it, unless it needs a password.
    pub damage: Option<Damage>,
    /// How many pages it has, where its bytes alone tell.
    pub pages: Option<u32>,
    /// Whether it is encrypted, and whether it opens all the same.
    pub encryption: Encryption,
    /// What in it acts, calls or carries something, each once, in the order of [`Active`].
    pub active: Vec<Active>,
    /// What it tells of its author without being meant to, each once, in the order of [`Trace`].
    pub traces: Vec<Trace>,
    /// Who it says has written or saved it, as far as it says so: at most four names of at most
    /// 100 characters, each once.
    pub authors: Vec<String>,
    /// What the files inside are called, as far as they have names: at most eight of at most 100
    /// characters, each once.
    #[serde(default)]
    pub files: Vec<String>,
}

impl Report {
    /// Returns a file of this kind and length of which nothing else is known.
    pub fn of(kind: Kind, bytes: u64) -> Self {
        Self {
            kind,
            bytes,
            damage: None,
            pages: None,
            encryption: Encryption::None,
            active: Vec::new(),
            traces: Vec::new(),
            authors: Vec::new(),
            files: Vec::new(),
        }
    }

    /// With each thing found once and in order, and the trace that authors are.
    pub(crate) fn in_order(mut self) -> Self {
        if !self.authors.is_empty() {
            self.traces.push(Trace::Author);
        }
        let (active, traces) = (self.active, self.traces);
        self.active = Active::ALL.iter().copied().filter(|it| active.contains(it)).collect();
        self.traces = Trace::ALL.iter().copied().filter(|it| traces.contains(it)).collect();
        self
    }

    /// Takes what was found in a file inside: a document with macros or under a lock is refused, and
    /// what is damaged has not been looked through.
    pub(crate) fn take_in(&mut self, inner: Self) {
        let has_macros = inner.kind == Kind::Docm || inner.active.contains(&Active::Macros);
        let is_locked = match inner.kind {
            // An owner's password that forbids printing, say, hides nothing.
            Kind::Pdf => inner.encryption == Encryption::Password,
            _ => inner.encryption != Encryption::None,
        };
        if has_macros || is_locked {
            self.active.push(Active::Program);
        }
        self.active.extend(inner.active);
        self.damage = self.damage.or(inner.damage);
    }

    /// Returns the same JSON as `serde` makes of it. The page weighs 3 KB less without a serialiser.
    pub fn to_json(&self) -> String {
        let mut json = String::from("{\"kind\":");
        text(&mut json, self.kind.as_str());
        json.push_str(",\"bytes\":");
        number(&mut json, self.bytes);
        json.push_str(",\"damage\":");
        match self.damage {
            Some(damage) => text(&mut json, damage.as_str()),
            None => json.push_str("null"),
        }
        json.push_str(",\"pages\":");
        match self.pages {
            Some(pages) => number(&mut json, pages.into()),
            None => json.push_str("null"),
        }
        json.push_str(",\"encryption\":");
        text(&mut json, self.encryption.as_str());
        list(&mut json, "active", &mut self.active.iter().map(|it| it.as_str()));
        list(&mut json, "traces", &mut self.traces.iter().map(|it| it.as_str()));
        list(&mut json, "authors", &mut self.authors.iter().map(String::as_str));
        list(&mut json, "files", &mut self.files.iter().map(String::as_str));
        json.push('}');
        json
    }

    /// Returns whether staff can open it, as far as its bytes tell.
    pub fn is_readable(&self) -> bool {
        self.kind != Kind::Empty && self.damage.is_none() && self.encryption != Encryption::Password
    }
}

/// Writes a field that is a list of texts.
fn list(json: &mut String, name: &str, items: &mut dyn Iterator<Item = &str>) {
    json.push(',');
    text(json, name);
    json.push_str(":[");
    let mut is_first = true;
    for item in items {
        if !is_first {
            json.push(',');
        }
        is_first = false;
        text(json, item);
    }
    json.push(']');
}

/// Writes a number. What the standard library formats numbers with weighs a kilobyte in the page.
fn number(json: &mut String, written: u64) {
    if written > 9 {
        number(json, written / 10);
    }
    let [digit, ..] = (written % 10).to_le_bytes();
    json.push(char::from(b'0' + digit));
}

/// Writes a text without control characters, as all texts of a report are.
fn text(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            json.push('\\');
        }
        json.push(c);
    }
    json.push('"');
}

/// Defines an enumeration once, with the names that clients see.
macro_rules! named {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name under which clients and locales know it, and under which it is
            /// serialised.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

named! {
    /// Who can open an encrypted file.
    Encryption {
        /// It is not encrypted.
        None = "none",
        /// It is, but opens without a password: an owner's password that forbids printing, say.
        Opens = "opens",
        /// It needs a password or a key.
        Password = "password",
        /// Only the files attached to it are.
        Attachments = "attachments",
    }
}

named! {
    /// What in a document acts, calls or carries something.
    Active {
        /// PDF: JavaScript, even if it only formats a form's field.
        JavaScript = "js",
        /// PDF: JavaScript that does more than format a field.
        Script = "script",
        /// PDF: an action that starts a program or opens a file.
        Launch = "launch",
        /// PDF: a file inside the file.
        EmbeddedFile = "embed",
        /// PDF: an action tied to an event (`/AA`).
        AdditionalActions = "aa",
        /// PDF: something happens when it is opened (`/OpenAction`), even if it only jumps to a page.
        OpenAction = "openaction",
        /// A form that sends what is typed somewhere, or opens what its button names.
        SubmitForm = "submit",
        /// PDF: a link into another file, inside, here or on a server.
        RemoteGoTo = "gotor",
        /// PDF: a form of the XML Forms Architecture.
        Xfa = "xfa",
        /// Office: a macro project.
        Macros = "vba",
        /// Office: a field that runs a program (`DDE`, `DDEAUTO`).
        Dde = "dde",
        /// Office: an OLE object or a whole file inside.
        OleObject = "ole",
        /// Office: a template or object that is fetched from elsewhere when the document is opened.
        RemoteTemplate = "template",
        /// Office: a relation to something outside, other than a link to click on.
        ExternalRelationship = "extrel",
        /// Office: an XML part with a document type definition, which no writer produces.
        Doctype = "doctype",
        /// A template, picture, frame or text that is loaded from a file server by its name (UNC):
        /// Windows sends that server the reader's password hash.
        ServerName = "server",
        /// A picture, font, frame or field that is loaded from the web without a click.
        RemoteContent = "remote",
        /// A program, script, shortcut, macro document or locked archive inside.
        Program = "program",
        /// PDF: an action that fetches, opens or plays something without a click.
        Automatic = "auto",
    }
}

named! {
    /// What a document tells without being meant to, or fails to tell.
    Trace {
        /// Changes by their author and time, not yet accepted or rejected.
        TrackedChanges = "tracked_changes",
        /// Comments in the margin.
        Comments = "comments",
        /// A name in its properties.
        Author = "author",
        /// A picture that says where it was taken.
        Location = "location",
        /// Pages without any text: a scan, which cannot be searched or read aloud.
        NoText = "no_text",
    }
}

named! {
    /// Why a file is not a sound file of its kind.
    Damage {
        /// The end is missing, as after an interrupted download.
        Truncated = "truncated",
        /// A PDF's header stands behind bytes that are not blank, as in a file meant to be two.
        LeadingJunk = "leading_junk",
        /// A PDF without its header, which some readers repair and others do not open.
        NoHeader = "no_header",
        /// What is packed in a ZIP cannot be unpacked, or is not what was packed.
        Content = "content",
        /// The directory of a ZIP or a compound file contradicts itself or the entries.
        Directory = "directory",
        /// A ZIP's directory exceeds the [`Limits`](crate::Limits).
        DirectoryTooLarge = "directory_too_large",
        /// Entries of a ZIP share bytes, the trick of the compact decompression bombs.
        OverlappingEntries = "overlapping_entries",
        /// Two entries of a ZIP have one name, so that two readers may see two documents.
        DuplicateNames = "duplicate_names",
        /// An entry of a ZIP would be unpacked elsewhere: `../`, an absolute path, a symbolic link.
        EscapingPath = "escaping_path",
        /// A PDF ends as a ZIP does, so that it is both.
        Polyglot = "polyglot",
        /// A PDF in which not one page can be found.
        NoPages = "no_pages",
        /// Two readers in use would read two different documents.
        Ambiguous = "ambiguous",
        /// More work than the [`Limits`](crate::Limits) allow is needed to read it.
        TooComplex = "too_complex",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds the names of one enumeration against what serde writes.
    macro_rules! names_are_serialised {
        ($type:ident) => {
            for value in $type::ALL {
                let json = serde_json::to_string(value).unwrap();
                assert_eq!(json, format!("{:?}", value.as_str()));
                assert_eq!(serde_json::from_str::<$type>(&json).ok(), Some(*value));
            }
            assert_eq!(serde_json::from_str::<$type>("\"Truncated\"").ok(), None);
        };
    }

    #[test]
    fn the_json_is_that_of_serde() {
        let plain = Report::of(Kind::Odt, 7);
        let full = Report {
            damage: Some(Damage::TooComplex),
            pages: Some(3),
            active: Active::ALL.to_vec(),
            traces: Trace::ALL.to_vec(),
            authors: vec!["\"Zoë\" \\ n".into(), "é".into()],
            files: vec!["a.xml".into()],
            ..plain.clone()
        };
        for report in [plain, full] {
            assert_eq!(report.to_json(), serde_json::to_string(&report).unwrap());
        }
    }

    #[test]
    fn each_value_is_serialised_by_its_name() {
        names_are_serialised!(Encryption);
        names_are_serialised!(Active);
        names_are_serialised!(Trace);
        names_are_serialised!(Damage);
    }
}
