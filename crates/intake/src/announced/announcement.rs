//! What a page announces, and what is kept of it.

use rules::{Form, Mails, OfferedDocument, Timestamp};
use serde::{Deserialize, Serialize};

use super::parts;
use crate::key::{ApplicationId, id_of};
use crate::ports::{DocumentStore, Fault};

/// How long an announcement is valid, in milliseconds.
pub const ANNOUNCED_MS: i64 = 12 * 3_600_000;

/// What the keys of all announcements begin with.
pub(super) const ANNOUNCED: &str = "announced/";

/// The most announcements that are read of one page: more than anybody makes in
/// twelve hours.
pub(super) const MOST: u32 = 100;

/// What a page says of a document before its bytes come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedDocument {
    /// The id of what it is meant for.
    pub id: String,
    /// Its name on the candidate's device.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

impl AnnouncedDocument {
    /// Whether its hash is a SHA-256 in hexadecimal: it becomes part of a key.
    pub fn is_sound(&self) -> bool {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        self.sha256.len() == 64 && self.sha256.bytes().all(is_digit)
    }
}

/// What documents are announced from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A posting's page, by the id in its token.
    Page(&'a ApplicationId),
    /// The receipt of an application, whose revision is corrected.
    Receipt {
        /// The application's id.
        application: &'a str,
        /// The revision that the correction was made from.
        revision: u32,
        /// The key that the form posts.
        key: &'a str,
    },
}

impl Source<'_> {
    /// The folder of the parts that come from here, and from this address. An
    /// application has one, whatever address a correction brings.
    fn folder(self, address: &str) -> String {
        match self {
            Self::Page(page) => parts::folder_of(page.as_str(), address),
            Self::Receipt { application, .. } => parts::folder_of_receipt(application),
        }
    }

    /// What makes the same text another announcement.
    fn name(self) -> String {
        match self {
            Self::Page(page) => page.as_str().to_owned(),
            Self::Receipt { application, revision, key } => {
                format!("{application} {revision} {key}")
            }
        }
    }
}

/// What a page has announced, and when it first did.
#[derive(Clone, Debug)]
pub struct Announcement {
    pub(super) place: Place,
    pub(super) documents: Vec<AnnouncedDocument>,
    announced_at: Option<Timestamp>,
}

impl Announcement {
    /// Looks up whether the same was announced before, and is still valid.
    pub async fn find(
        store: &impl DocumentStore,
        slug: &str,
        source: Source<'_>,
        form: &Form,
        documents: Vec<AnnouncedDocument>,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let place = Place {
            slug: slug.to_owned(),
            folder: source.folder(&form.email),
            content: content(&source.name(), form, &documents)?,
        };
        let announced_at = place.first(store, now).await?;
        Ok(Self { place, documents, announced_at })
    }

    /// When it was first announced: what counts for the deadline.
    pub fn first_arrival(&self) -> Option<Timestamp> {
        self.announced_at
    }

    /// How many bytes its documents have in all.
    pub fn bytes(&self) -> u64 {
        self.documents.iter().map(|document| document.bytes).fold(0, u64::saturating_add)
    }

    /// What it says of its documents.
    pub(crate) fn documents(&self) -> &[AnnouncedDocument] {
        &self.documents
    }

    /// The fields of `form` with the announced documents.
    pub(super) fn form(&self, form: &Form) -> Form {
        let offered = |document: &AnnouncedDocument| OfferedDocument {
            id: document.id.clone(),
            file_name: document.name.clone(),
            bytes: document.bytes,
            report: None,
            sha256: Some(document.sha256.clone()),
        };
        let documents = form.documents.iter().cloned();
        let documents = documents.chain(self.documents.iter().map(offered)).collect();
        Form { documents, ..form.clone() }
    }

    /// Keeps it, if it is not kept, as announced at `now`. Returns when it was
    /// first announced: the same may come twice at once.
    pub(super) async fn keep(
        &self,
        store: &impl DocumentStore,
        now: Timestamp,
        of: Of,
    ) -> Result<Timestamp, Fault> {
        if let Some(before) = self.announced_at {
            return Ok(before);
        }
        let expected =
            |one: &AnnouncedDocument| Expected { sha256: one.sha256.clone(), bytes: one.bytes };
        let documents = self.documents.iter().map(expected).collect();
        let key = format!("{}{}", self.place.prefix(), now.0);
        store.write(&key, &json(&Record::new(documents, of))?).await?;
        match self.place.first(store, now).await? {
            Some(before) if before < now => store.delete(&key).await.map(|()| before),
            _ => Ok(now),
        }
    }
}

/// Where an announcement is kept.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) slug: String,
    /// The folder of the parts that come from this page and address.
    pub(super) folder: String,
    /// A hash of what is announced.
    pub(super) content: String,
}

impl Place {
    /// The place of the announcement under `key`.
    pub(super) fn of_key(key: &str) -> Option<Self> {
        let (slug, id) = key.strip_prefix(ANNOUNCED)?.split_once('/')?;
        let mut parts = id.split('.').map(str::to_owned);
        Some(Self { slug: slug.to_owned(), folder: parts.next()?, content: parts.next()? })
    }

    pub(super) fn prefix(&self) -> String {
        format!("{}{}.", self.of_folder(), self.content)
    }

    /// When the same was first announced, among announcements still valid at
    /// `now`.
    async fn first(
        &self,
        store: &impl DocumentStore,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Fault> {
        let kept = store.list(&self.prefix(), None, MOST).await?.documents;
        let times = kept.iter().filter_map(|one| announced_at(&one.key));
        Ok(times.filter(|at| is_good(*at, now)).min())
    }

    /// The id by which the page sends parts. It cannot be guessed without the
    /// page's token.
    pub(super) fn id(&self, at: Timestamp) -> String {
        format!("{}.{}.{}", self.folder, self.content, at.0)
    }

    /// What the keys of all announcements from this page and address begin with.
    pub(super) fn of_folder(&self) -> String {
        format!("{ANNOUNCED}{}/{}.", self.slug, self.folder)
    }
}

/// What is kept of an announcement.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) documents: Vec<Expected>,
    /// Whom to tell if it does not become an application; nobody who wants no
    /// mails.
    pub(super) tell: Option<Whom>,
    /// What it corrects.
    #[serde(default)]
    pub(super) corrects: Option<Corrected>,
}

impl Record {
    fn new(documents: Vec<Expected>, of: Of) -> Self {
        let (tell, corrects) = match of {
            Of::Application(tell) => (tell, None),
            Of::Correction(corrected) => (None, Some(corrected)),
        };
        Self { documents, tell, corrects }
    }
}

/// What becomes of an announcement.
pub(super) enum Of {
    /// An application, and whom to tell if it does not.
    Application(Option<Whom>),
    /// The correction of one, which knows its candidate.
    Correction(Corrected),
}

/// The revision of an application that is corrected.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Corrected {
    /// The application's id.
    pub(super) id: String,
    pub(super) revision: u32,
}

/// A document whose parts are taken.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Expected {
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

/// A candidate whose documents have not come.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Whom {
    /// The id of the application to come.
    pub(super) id: String,
    pub(super) version: Option<u32>,
    pub(super) address: String,
    pub(super) language: String,
    pub(super) mails: Mails,
    /// Keyed hashes of what is announced, as an application of the page says it
    /// and as one of another address of the page does.
    #[serde(default)]
    pub(super) said: Vec<String>,
}

/// A hash of everything that an announcement says, and of its source: the same
/// text is the same announcement.
fn content(source: &str, form: &Form, documents: &[AnnouncedDocument]) -> Result<String, Fault> {
    let Form { name, email, phone, subject, message, answers, mails, consent, .. } = form;
    let typed = [name, email, phone, subject, message, mails, consent];
    json(&(source, typed, answers, &form.repeated, documents)).map(|text| id_of(&text))
}

fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value)
        .map_err(|_| Fault::Documents("an announcement is no JSON".to_owned()))
}

/// When an announcement was first made, by its key.
pub(super) fn announced_at(key: &str) -> Option<Timestamp> {
    key.rsplit_once('.')?.1.parse().ok().map(Timestamp)
}

pub(super) fn is_good(announced_at: Timestamp, now: Timestamp) -> bool {
    now.0.saturating_sub(announced_at.0) < ANNOUNCED_MS
}
