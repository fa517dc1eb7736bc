//! Simulates candidates on bad lines: their documents come in parts, twice,
//! late, from two tabs, after the twelve hours, or not at all.

use domain::Application;
use intake::ports::{Fault, PostingStore as _};
use intake::{
    ANNOUNCED_MS, Announced, AnnouncedDocument, Announcement, Awaited, MIN_PART, Part, PartAnswer,
    Source, Submission, Token, Verdict, page_terms,
};
use rules::Timestamp;

use crate::events::Event;
use crate::history::{History, Mail, SentForm, hex};
use crate::in_time::InTime;
use crate::invariants::Invariant;
use crate::people::{Answer, Person};
use crate::platform::ask;
use crate::ports::{Parcel, Ports};
use crate::scheduler::Worker;
use crate::witness;
use crate::world::{World, read, setting};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// An announcement that was kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    slug: String,
    /// What is announced, by whom.
    content: String,
    of: Of,
    at: Timestamp,
}

/// What becomes of an announcement.
#[derive(Clone, Debug)]
enum Of {
    /// The application with this id.
    Application { id: String, address: String },
    /// The one after this revision of an application.
    Correction { id: String, revision: u32 },
}

/// The store keeps an announcement.
pub(crate) fn kept(ports: &Ports, key: &str, record: &str) {
    let Some(path) = key.strip_prefix("announced/") else { return };
    let (content, at) = path.rsplit_once('.').unwrap();
    let at = Timestamp(at.parse().unwrap());
    let is_same =
        |one: &&mut Kept| one.content == content && (at.0 - one.at.0).abs() < ANNOUNCED_MS;
    if let Some(before) = ports.history.borrow_mut().kept.iter_mut().find(is_same) {
        // Twice at once: the first one counts.
        before.at = before.at.min(at);
        return;
    }
    let record: serde_json::Value = serde_json::from_str(record).unwrap();
    let text = |name: &str| record["tell"][name].as_str().unwrap().to_owned();
    let of = match &record["corrects"] {
        serde_json::Value::Null => Of::Application { id: text("id"), address: text("address") },
        corrected => Of::Correction {
            id: corrected["id"].as_str().unwrap().to_owned(),
            revision: u32::try_from(corrected["revision"].as_u64().unwrap()).unwrap(),
        },
    };
    let slug = path.split('/').next().unwrap().to_owned();
    let kept = Kept { slug, content: content.to_owned(), of, at };
    ports.history.borrow_mut().kept.push(kept);
}

impl Kept {
    /// Whether it has become an application of its candidate, or has given way
    /// to one that came later.
    fn has_come(&self, history: &History) -> bool {
        match &self.of {
            Of::Application { id, address } => {
                let is_it = |one: &Application| {
                    let is_of_page = one.id == *id || one.page.as_deref() == Some(id);
                    let is_theirs = one.content.email == *address || one.address_changes > 0;
                    is_of_page && is_theirs && one.revised_at >= self.at
                };
                // Where one of the page was withdrawn, it may have been theirs.
                history.withdrawn.contains_key(id) || history.revisions.values().any(is_it)
            }
            Of::Correction { id, revision } => {
                // Of one that is forgotten nobody knows the address.
                history.withdrawn.contains_key(id)
                    || history.forgotten.contains_key(id)
                    || history.committed.get(id).is_some_and(|one| one.revision > *revision)
            }
        }
    }

    /// The addresses of which one is told that it has not come.
    fn addresses(&self, history: &History) -> Vec<String> {
        match &self.of {
            Of::Application { address, .. } => vec![address.clone()],
            Of::Correction { id, .. } => {
                let of = history.revisions.range((id.clone(), 0)..=(id.clone(), u32::MAX));
                of.map(|(_, one)| one.content.email.clone()).collect()
            }
        }
    }

    /// Whether its candidate may be told that it has not come. A mail about a
    /// correction may be on its way while the next one comes.
    fn may_be_told(&self, history: &History) -> bool {
        match &self.of {
            Of::Application { .. } => !self.has_come(history),
            Of::Correction { id, revision } => {
                let until = self.at.0 + ANNOUNCED_MS - HOUR;
                let was_withdrawn = history.withdrawn.get(id).is_some_and(|at| *at < until);
                let later = (id.clone(), revision + 1)..=(id.clone(), u32::MAX);
                let has_later =
                    history.revisions.range(later).any(|(_, one)| one.revised_at.0 < until);
                !was_withdrawn && !has_later
            }
        }
    }
}

impl Person {
    /// Sends the form as the page does it on a bad line. Nothing where the
    /// person, or the line, has given up.
    pub(crate) async fn send_in_parts(&self, ports: &Ports, patience: i64) -> Option<Answer> {
        for _ in 0..4 {
            let (person, theirs) = (self.clone(), ports.clone());
            let request = async move { person.handle_announcement(&theirs).await };
            match ask(ports, patience, request).await? {
                Ok(Announced::Answered(verdict)) => return Some(Ok(*verdict)),
                Ok(Announced::Awaited(awaited)) => self.send_parts(ports, &awaited).await?,
                Ok(Announced::Complete) => {}
                Err(fault) => return Some(Err(fault)),
            }
        }
        None
    }

    /// Sends what is awaited. Nothing where the line is cut for good.
    pub(crate) async fn send_parts(&self, ports: &Ports, awaited: &Awaited) -> Option<()> {
        let chance = &ports.chance;
        for (document, arrived) in &awaited.documents {
            let files = self.files();
            let (_, _, bytes) = files.iter().find(|(id, ..)| *id == document.id)?;
            let mut from = *arrived;
            while from < document.bytes {
                if chance.happens(100) {
                    return None;
                }
                if chance.happens(50) {
                    // The lid is closed, and opened the next day.
                    ports.pause(chance.between(11 * HOUR, 14 * HOUR)).await;
                }
                let least = i64::try_from(MIN_PART).unwrap_or_default();
                let length = usize::try_from(chance.between(least, 2 * least)).unwrap();
                let start = usize::try_from(from).unwrap();
                let part: Vec<u8> = bytes.iter().skip(start).take(length).copied().collect();
                let sent = (awaited.id.clone(), document.sha256.clone(), from, part);
                if chance.happens(1_000) {
                    ports.count(Event::PartTwice);
                    let longest = chance.pick(&[SECOND, HOUR, 13 * HOUR]);
                    let request = self.put(ports, sent.clone());
                    ports.spawn(chance.between(1, longest), Worker::Request, async {
                        let _ = request.await;
                    });
                }
                let request = self.put(ports, sent);
                match ask(ports, chance.between(5 * SECOND, MINUTE), request).await {
                    Some(Ok(PartAnswer::Arrived(arrived))) => from = arrived,
                    Some(Ok(PartAnswer::Gone | PartAnswer::WrongSize)) => return Some(()),
                    Some(Err(_)) | None => ports.pause(chance.between(SECOND, MINUTE)).await,
                }
            }
        }
        Some(())
    }

    /// The request with a part.
    fn put(
        &self,
        ports: &Ports,
        (announcement, sha256, from, bytes): (String, String, u64, Vec<u8>),
    ) -> impl Future<Output = Result<PartAnswer, Fault>> + 'static {
        let (ports, slug) = (ports.clone(), self.page.slug.clone());
        async move {
            ports.count(Event::PartSent);
            let part = Part { slug: &slug, announcement: &announcement, sha256: &sha256, from };
            let answer = intake::take_part(&ports, part, bytes, ports.clock()).await;
            if answer == Ok(PartAnswer::Gone) {
                ports.count(Event::PartLate);
            }
            answer
        }
    }

    /// What the server does with the form, as `crates/edge` does it.
    async fn handle_announcement(&self, ports: &Ports) -> Result<Announced, Fault> {
        let files = self.files();
        let documents = files.iter().map(|(_, _, bytes)| bytes.clone()).collect();
        let sent = SentForm { documents, is_sound: self.is_sound() };
        let id = self.id().to_owned();
        ports.history.borrow_mut().forms.entry(id).or_default().push(sent);
        let said = files.iter().map(|(id, name, bytes)| AnnouncedDocument {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex(bytes),
        });
        let (began, now) = (ports.scheduler.now(), ports.clock());
        let mut form = self.form(ports, now);
        form.documents.clear();
        let (slug, said) = (&self.page.slug, said.collect());
        let page = Source::Page(&form.id);
        let found = Announcement::find(ports, slug, page, &form.form, said, now);
        let announcement = found.await?;
        form.received_at = announcement.first_arrival().unwrap_or(now);
        let page = Some(self.page.version);
        let before = InTime::of(ports, &self.page, page, self.opened, form.received_at);
        let answer = self.take_in_announced(ports, &announcement, form).await;
        match &answer {
            Ok(Announced::Awaited(awaited)) => told(ports, self.id(), awaited, began, now),
            Ok(Announced::Answered(verdict)) => {
                if matches!(**verdict, Verdict::Accepted { .. }) {
                    ports.count(Event::AcceptedInParts);
                }
                witness::answered(ports, self, &before, &Ok((**verdict).clone()));
            }
            Ok(Announced::Complete) => {}
            Err(fault) => witness::answered(ports, self, &before, &Err(fault.clone())),
        }
        answer
    }

    async fn take_in_announced(
        &self,
        ports: &Ports,
        announcement: &Announcement,
        mut form: Submission<Parcel>,
    ) -> Result<Announced, Fault> {
        let (ledger, at) = (ports.ledger(), form.received_at);
        let none = || Fault::Ledger("there is no posting".into());
        let stored = ledger.current(&self.page.slug).await?.ok_or_else(none)?;
        let since = stored.state_since;
        let version = Some(self.page.version);
        let token = Token { id: form.id.clone(), issued_at: self.opened, version };
        let terms = page_terms(&ledger, read, read(stored)?, since, &token, at).await?;
        let posting = &terms.posting;
        let subject = &mut form.form.subject;
        if intake::is_a_subject(&ledger, read, posting, version, subject).await? {
            subject.clone_from(&posting.requirements.subject);
        }
        (form.taken_until, form.erase_at) = (terms.taken_until, Some(terms.erase_at));
        match intake::announce(ports, &ledger, ports, posting, announcement, &form).await? {
            Announced::Complete => {
                intake::submit_announced(ports, &ledger, ports, posting, announcement, form)
                    .await
                    .map(|verdict| Announced::Answered(Box::new(verdict)))
            }
            answer => Ok(answer),
        }
    }
}

/// A candidate is told that an announcement is kept: the moment that was told
/// before, when this request began, counts for as long as it is good, unless
/// what came of it was withdrawn.
pub(crate) fn told(ports: &Ports, page: &str, awaited: &Awaited, began: i64, now: Timestamp) {
    ports.count(Event::Announced);
    let (announcement, _) = awaited.id.rsplit_once('.').unwrap();
    let told = (awaited.received_at, ports.scheduler.now());
    let mut history = ports.history.borrow_mut();
    let before = history.told.insert(announcement.to_owned(), told);
    let is_withdrawn = history.withdrawn.contains_key(page);
    drop(history);
    let Some((before, _)) = before.filter(|(_, at)| *at < began && !is_withdrawn) else { return };
    // The server's clock may have been ahead when the time of the first was over.
    let is_good = now.0 - before.0 < ANNOUNCED_MS - HOUR;
    if is_good && before < awaited.received_at {
        let what = format!("{announcement} counts from now on");
        ports.breach(Invariant::AnnouncedOnce, what);
    }
}

/// A candidate gets a mail that something has not come whole.
pub(crate) fn unfinished(ports: &Ports, mail: &Mail) {
    let history = ports.history.borrow();
    let is_theirs = |kept: &&Kept| kept.addresses(&history).contains(&mail.to);
    let mut theirs = history.kept.iter().filter(is_theirs);
    let is_right = theirs.any(|kept| kept.may_be_told(&history));
    drop(history);
    if !is_right {
        let what = format!("{} is told that something is missing", mail.to);
        ports.breach(Invariant::UnfinishedIsTold, what);
    }
}

/// Nothing that was announced is left, and who was to be told has been.
pub(crate) fn at_rest(world: &World) {
    let overdue = world.clock().0 - ANNOUNCED_MS - 2 * HOUR;
    let records = world.memory.records.borrow();
    for key in records.keys().filter(|key| key.starts_with("announced/")) {
        let at: i64 = key.rsplit_once('.').unwrap().1.parse().unwrap();
        if at < overdue {
            world.breach(Invariant::UnfinishedIsGone, key.clone());
        }
    }
    let history = world.history.borrow();
    let rows = world.ids("SELECT id FROM mails WHERE kind = 'unfinished'");
    for kept in history.kept.iter().filter(|kept| kept.at.0 < overdue && !kept.has_come(&history)) {
        let day = kept.at.0.div_euclid(24 * HOUR);
        let is_told = |address: &String| {
            let signature = setting().signing.sign("recipient", &[address]);
            rows.contains(&format!("unfinished/{}/{}/{day}", &signature[..22], kept.slug))
        };
        if !kept.addresses(&history).iter().any(is_told) {
            world.breach(Invariant::UnfinishedIsTold, format!("{kept:?} is not told"));
        }
    }
}
