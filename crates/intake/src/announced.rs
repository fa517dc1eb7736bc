//! Applications whose documents come in parts, for lines on which a whole form
//! never arrives.
//!
//! A page first announces what it is about to send: its fields, and name, size
//! and hash of each document. That fixes what is applied for, and when. Then
//! come the parts (`parts.rs`), and the same announcement again makes an
//! application of them.
//!
//! Of the fields only the address and the choice of mails are kept meanwhile,
//! to tell candidates whose documents do not come; the others are in a hash.
//! All of it is in the store of documents, which has no history: the database
//! would remember for a month who has not applied.

mod parts;
mod unfinished;

use std::borrow::Cow;

use domain::{Application, Posting};
use rules::review::tidied;
use rules::{Code, Form, Issue, Mails, OfferedDocument, Timestamp, Unicode};
use serde::{Deserialize, Serialize};

use crate::correct::is_known;
use crate::held::digest;
use crate::key::{ApplicationId, SigningKey};
use crate::mailbox::judge;
use crate::ports::{
    Corrections, DocumentStore, Fault, HeldDocuments, Ledger, Outbox, Queue, UploadContent,
};
use crate::submit::{
    Submission, SubmittedDocument, Verdict, find, keep_choice, refused, submit, unchanged,
};
use crate::uploads::hex;

pub use parts::{MAX_PART, MIN_PART, Part, PartAnswer, take_part};
pub use unfinished::erase_unfinished;

/// How long an announcement is good, in milliseconds.
pub const ANNOUNCED_MS: i64 = 12 * 3_600_000;

/// What the keys of all announcements begin with.
const ANNOUNCED: &str = "announced/";

/// More than anybody announces of one page in twelve hours.
const MOST: u32 = 100;

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
    /// Whether its hash is one: it becomes part of a key.
    pub fn is_sound(&self) -> bool {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        self.sha256.len() == 64 && self.sha256.bytes().all(is_digit)
    }
}

/// What a page has announced, and when it first did.
#[derive(Clone, Debug)]
pub struct Announcement {
    place: Place,
    documents: Vec<AnnouncedDocument>,
    announced_at: Option<Timestamp>,
}

impl Announcement {
    /// Looks up whether the page with the id `page` has announced the same
    /// before, within the time for which that is good.
    pub async fn find(
        store: &impl DocumentStore,
        slug: &str,
        page: &ApplicationId,
        form: &Form,
        documents: Vec<AnnouncedDocument>,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let place = Place {
            slug: slug.to_owned(),
            folder: parts::folder_of(page.as_str(), &form.email),
            content: content(page, form, &documents)?,
        };
        let before = store.list(&place.prefix(), None, MOST).await?.documents;
        let times = before.iter().filter_map(|kept| announced_at(&kept.key));
        let announced_at = times.filter(|at| is_good(*at, now)).min();
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

    /// The fields of `form` with the announced documents.
    fn form(&self, form: &Form) -> Form {
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
}

/// Where an announcement is kept.
#[derive(Clone, Debug)]
struct Place {
    slug: String,
    /// The folder of the parts that come from this page and address.
    folder: String,
    /// A hash of what is announced.
    content: String,
}

impl Place {
    fn prefix(&self) -> String {
        format!("{}{}.", self.of_folder(), self.content)
    }

    /// By which the page sends parts. Whoever does not have the page's token
    /// cannot guess it.
    fn id(&self, at: Timestamp) -> String {
        format!("{}.{}.{}", self.folder, self.content, at.0)
    }

    /// What the keys of all announcements from this page and address begin with.
    fn of_folder(&self) -> String {
        format!("{ANNOUNCED}{}/{}.", self.slug, self.folder)
    }
}

/// What is kept of an announcement.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    documents: Vec<Expected>,
    /// Whom to tell if it does not become an application; nobody who wants no
    /// mails.
    tell: Option<Whom>,
}

/// A document whose parts are taken.
#[derive(Debug, Serialize, Deserialize)]
struct Expected {
    sha256: String,
    bytes: u64,
}

/// A candidate whose documents have not come.
#[derive(Debug, Serialize, Deserialize)]
struct Whom {
    /// The id of the application to come.
    id: String,
    version: Option<u32>,
    address: String,
    language: String,
    mails: Mails,
}

/// The answer to an announcement.
#[derive(Debug, PartialEq)]
pub enum Announced {
    /// It needs no parts: it says what is there already, or something is wrong
    /// with it.
    Answered(Box<Verdict>),
    /// It is kept, and these documents are still to come.
    Awaited(Awaited),
    /// Every document has arrived: [`submit_announced`] comes next.
    Complete,
}

/// What an announcement waits for.
#[derive(Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The announcement's id, by which parts are sent.
    pub id: String,
    /// When it first arrived.
    pub received_at: Timestamp,
    /// Each document, and how many of its bytes have arrived from its beginning
    /// on.
    pub documents: Vec<(AnnouncedDocument, u64)>,
}

/// Judges an announcement as far as that can be done without the documents'
/// bytes, and keeps it if nothing is wrong with it.
pub async fn announce<D: DocumentStore>(
    store: &D,
    ledger: &(impl Ledger + Corrections + Outbox),
    queue: &impl Queue,
    posting: &Posting,
    announcement: &Announcement,
    submission: &Submission<D::Upload>,
) -> Result<Announced, Fault> {
    let form = announcement.form(&submission.form);
    let answered = |verdict| Ok(Announced::Answered(Box::new(verdict)));
    let Submission { id, received_at, unicode, signing, sender, .. } = submission;
    let (judged_by, kept) = match standing(ledger, signing, posting, id, &form, *unicode).await? {
        Standing::Same(received) => {
            return answered(unchanged(ledger, queue, *received).await?);
        }
        Standing::Earlier(received) => (Cow::Borrowed(posting), Some(*received)),
        Standing::None => (submission.for_new(posting), None),
    };
    let content = match judge(&judged_by, sender, *unicode, &form, *received_at) {
        Ok(content) => content,
        Err(issues) => return answered(refused(form, issues, kept)),
    };
    let at = announcement.announced_at.unwrap_or(*received_at);
    if announcement.announced_at.is_none() {
        let tell = (content.mails != Mails::Nothing).then(|| Whom {
            id: id.as_str().to_owned(),
            version: (posting.version > 0).then_some(posting.version),
            address: content.email,
            language: submission.language.clone(),
            mails: content.mails,
        });
        keep(store, announcement, at, tell).await?;
    }
    let mut documents = Vec::with_capacity(announcement.documents.len());
    for document in &announcement.documents {
        let arrived = parts::arrived(store, &announcement.place.folder, &document.sha256).await?;
        documents.push((document.clone(), arrived));
    }
    if documents.iter().all(|(document, arrived)| *arrived >= document.bytes) {
        return Ok(Announced::Complete);
    }
    let id = announcement.place.id(at);
    Ok(Announced::Awaited(Awaited { id, received_at: at, documents }))
}

async fn keep(
    store: &impl DocumentStore,
    announcement: &Announcement,
    at: Timestamp,
    tell: Option<Whom>,
) -> Result<(), Fault> {
    let expected =
        |one: &AnnouncedDocument| Expected { sha256: one.sha256.clone(), bytes: one.bytes };
    let documents = announcement.documents.iter().map(expected).collect();
    let key = format!("{}{}", announcement.place.prefix(), at.0);
    store.write(&key, &json(&Record { documents, tell })?).await
}

/// Puts the documents together and submits them with the form, as
/// [`submit`] does with documents that came in one piece. Once it is accepted,
/// it and what was announced before it are not kept any more; after any other
/// verdict what has arrived stays for its time, so that it is not sent twice.
pub async fn submit_announced<D: DocumentStore>(
    store: &D,
    ledger: &(impl Ledger + Corrections + Outbox + HeldDocuments),
    queue: &impl Queue,
    posting: &Posting,
    announcement: &Announcement,
    mut submission: Submission<D::Upload>,
) -> Result<Verdict, Fault> {
    let (folder, received_at) = (&announcement.place.folder, submission.received_at);
    for document in &announcement.documents {
        let bytes = parts::put_together(store, folder, &document.sha256, document.bytes).await?;
        let upload = store.upload(bytes)?;
        if !is_of(&upload, &document.sha256).await? {
            parts::delete(store, folder, &document.sha256).await?;
            let form = announcement.form(&submission.form);
            let issue = Issue::new(&document.id, Code::DocumentDamaged);
            let issue = issue.with("file", document.name.as_str()).with("damage", "truncated");
            return Ok(refused(form, vec![issue], None));
        }
        submission.documents.push(SubmittedDocument {
            id: document.id.clone(),
            file_name: document.name.clone(),
            bytes: document.bytes,
            upload,
        });
    }
    let verdict = submit(store, ledger, queue, posting, submission).await?;
    if matches!(verdict, Verdict::Accepted { .. }) {
        // What stays after a fault goes when its time is over.
        let _ = forget(store, &announcement.place, received_at).await;
    }
    Ok(verdict)
}

async fn is_of(upload: &impl crate::ports::Upload, sha256: &str) -> Result<bool, Fault> {
    let UploadContent { sha256: found, .. } = upload.read().await?;
    Ok(hex(&found) == sha256)
}

/// Deletes what a page has announced until `at`, and the parts unless a later
/// announcement may wait for them: those first, so that after a failure
/// something still leads to what is left.
async fn forget(store: &impl DocumentStore, place: &Place, at: Timestamp) -> Result<(), Fault> {
    let kept = store.list(&place.of_folder(), None, MOST).await?.documents;
    let is_done = |key: &str| announced_at(key).is_none_or(|one| one <= at);
    if kept.iter().all(|one| is_done(&one.key)) {
        parts::delete_all(store, &place.folder).await?;
    }
    for one in kept.iter().filter(|one| is_done(&one.key)) {
        store.delete(&one.key).await?;
    }
    Ok(())
}

/// Whether anything is announced for the posting `slug` that may still come
/// whole.
pub(crate) async fn has_announcements(
    store: &impl DocumentStore,
    slug: &str,
) -> Result<bool, Fault> {
    let page = store.list(&format!("{ANNOUNCED}{slug}/"), None, 1).await?;
    Ok(!page.documents.is_empty())
}

/// What the ledger has of the page and address that a form comes from.
enum Standing {
    None,
    /// An application that the form would correct.
    Earlier(Box<Application>),
    /// One that says the same, or has said so before.
    Same(Box<Application>),
}

async fn standing(
    ledger: &(impl Ledger + Corrections),
    signing: &SigningKey,
    posting: &Posting,
    id: &ApplicationId,
    form: &Form,
    unicode: Unicode,
) -> Result<Standing, Fault> {
    let mut said = tidied(unicode.to_ascii, &posting.requirements, form);
    let of_address = id.for_address(&said.email);
    for id in [id, &of_address] {
        let Some(received) = find(ledger, signing, id.as_str()).await? else { continue };
        keep_choice(&mut said, form, &received);
        if is_known(ledger, signing, &received, &said, posting).await? {
            return Ok(Standing::Same(Box::new(received)));
        }
        if received.content.is_from(&said.email) {
            return Ok(Standing::Earlier(Box::new(received)));
        }
    }
    Ok(Standing::None)
}

/// A hash of everything that an announcement says, and of the page: the same
/// text is the same announcement.
fn content(
    page: &ApplicationId,
    form: &Form,
    documents: &[AnnouncedDocument],
) -> Result<String, Fault> {
    let Form { name, email, phone, subject, message, answers, mails, consent, .. } = form;
    let typed = [name, email, phone, subject, message, mails, consent];
    json(&(page.as_str(), typed, answers, &form.repeated, documents)).map(|text| digest(&text))
}

fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value)
        .map_err(|_| Fault::Documents("an announcement is no JSON".to_owned()))
}

/// When an announcement was first made, by its key.
fn announced_at(key: &str) -> Option<Timestamp> {
    key.rsplit_once('.')?.1.parse().ok().map(Timestamp)
}

fn is_good(announced_at: Timestamp, now: Timestamp) -> bool {
    now.0.saturating_sub(announced_at.0) < ANNOUNCED_MS
}
