//! Records what an outside observer saw of a run, for comparison with its end.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Application, Reference};
use intake::ports::{MailKind, Sending};
use mail_parser::MessageParser;
use rules::Timestamp;
use sha2::Digest as _;

use crate::events::Counts;
use crate::letters::Letter;
use crate::parts::Kept;
use crate::scheduler::TaskId;
use crate::sealed::{self, Sealing, TeamKey};
use crate::world::TIME_LIMIT;

/// Times are those of the simulation, not of the server's clock, unless a field says otherwise.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) counts: Counts,
    /// What was sent under each id of a page, or Message-ID of a mail.
    pub(crate) forms: BTreeMap<String, Vec<SentForm>>,
    /// What the ledger took in, in its latest revision.
    pub(crate) committed: BTreeMap<String, Application>,
    /// Every revision that the ledger took in.
    pub(crate) revisions: BTreeMap<(String, u32), Application>,
    /// What was acknowledged to candidates, in the latest revision.
    pub(crate) acknowledged: BTreeMap<String, Application>,
    /// When applications were marked as withdrawn.
    pub(crate) withdrawn: BTreeMap<String, i64>,
    /// Which applications were erased.
    pub(crate) erased: BTreeSet<String>,
    /// When the latest document of an application was put.
    pub(crate) put: BTreeMap<String, i64>,
    /// Every claim, by mail and attempt.
    pub(crate) attempts: BTreeMap<(String, u32), Attempt>,
    /// The claim that each task holds.
    holding: BTreeMap<TaskId, (String, u32)>,
    /// What each task has read for a report that it will write.
    pub(crate) read: BTreeMap<TaskId, SeenDelivery>,
    /// Which revisions staff have confirmed, or tried to.
    pub(crate) confirmed: BTreeSet<(String, u32)>,
    /// When the latest revision of an application was forgotten.
    pub(crate) forgotten: BTreeMap<String, i64>,
    /// When revisions of applications were encrypted.
    pub(crate) sealed: BTreeMap<(String, u32), Sealing>,
    /// From when on a posting had which keys.
    pub(crate) keys: Vec<(i64, String, Vec<TeamKey>)>,
    /// The mails of messages that staff have stopped.
    pub(crate) stopped: BTreeSet<String>,
    /// What mailboxes hold.
    pub(crate) mails: Vec<Mail>,
    /// The announcements that the store has kept.
    pub(crate) kept: Vec<Kept>,
    /// From when on each announcement counts, as its candidate was told, and when
    /// that was.
    pub(crate) told: BTreeMap<String, (Timestamp, i64)>,
    /// The mails that came in, or were to.
    pub(crate) letters: Vec<Letter>,
}

/// A form as a person sent it.
pub(crate) struct SentForm {
    pub(crate) documents: Vec<Vec<u8>>,
    pub(crate) is_sound: bool,
}

/// A mail that a task may send for a while.
pub(crate) struct Attempt {
    /// What the server's clock showed.
    pub(crate) clock: Timestamp,
    /// What the transport said.
    pub(crate) told: Option<Sending>,
    /// Whether the outcome was settled before another task claimed the mail.
    settled: bool,
    /// Whether the task or its settlement failed.
    broken: bool,
}

impl Attempt {
    fn was_sent(&self) -> bool {
        matches!(self.told, Some(Sending::Sent(_)))
    }

    pub(crate) fn was_refused(&self) -> bool {
        matches!(self.told, Some(Sending::Refused(_)))
    }
}

/// Where applications to a posting stood at a moment.
#[derive(Clone, Default)]
pub(crate) struct SeenDelivery {
    /// References of those that were there, with their numbers.
    pub(crate) kept: BTreeMap<String, u32>,
    pub(crate) withdrawn: usize,
    /// References of those that staff's mailbox had.
    pub(crate) arrived: BTreeSet<String>,
    /// References of those that the server knew to be delivered.
    pub(crate) known: BTreeSet<String>,
}

/// A mail in a mailbox.
pub(crate) struct Mail {
    pub(crate) at: i64,
    pub(crate) to: String,
    /// The mail's name and attempt; nothing if no claim was held.
    pub(crate) right: Option<(String, u32)>,
    pub(crate) message_id: String,
    /// Of In-Reply-To.
    pub(crate) in_reply_to: Option<String>,
    pub(crate) is_marked: bool,
    /// Of `X-Guichet-Reference` and `X-Guichet-Notice`.
    pub(crate) reference: Option<String>,
    pub(crate) notice: Option<String>,
    /// Of `X-Guichet-Number` and `X-Guichet-Revision`.
    pub(crate) number: Option<u32>,
    pub(crate) revision: Option<u32>,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) attachments: Vec<Vec<u8>>,
    /// The keys that it is encrypted to.
    pub(crate) sealed_to: Vec<TeamKey>,
    /// Addresses of documents, as the text has them.
    pub(crate) links: Vec<String>,
}

/// The name under which a mail of an application is remembered, in its
/// latest revision.
pub(crate) fn mail_name(received: &Application, kind: MailKind) -> String {
    kind.mail_id(&received.id, received.revision)
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

impl History {
    /// A document is put under `key`.
    pub(crate) fn put_under(&mut self, key: &str, now: i64) {
        let id = key.split('/').nth(1).unwrap_or_default();
        self.put.insert(id.to_owned(), now);
    }

    /// Whether documents may still be there that were put after `since`, when the
    /// application lost its own: an orphan has a day, and the sweep two hours.
    pub(crate) fn has_its_day(&self, id: &str, since: i64, now: i64) -> bool {
        let put = self.put.get(id).copied().unwrap_or_default();
        put > since && now - put <= 26 * 3_600_000
    }

    pub(crate) fn claimed(&mut self, task: TaskId, name: String, attempt: u32, clock: Timestamp) {
        let right = Attempt { clock, told: None, settled: false, broken: false };
        self.attempts.insert((name.clone(), attempt), right);
        self.holding.insert(task, (name, attempt));
    }

    /// Returns the claim that `task` holds.
    pub(crate) fn right_of(&self, task: TaskId) -> Option<(String, u32)> {
        self.holding.get(&task).cloned()
    }

    pub(crate) fn told(&mut self, task: TaskId, sending: &Sending) {
        let right = self.holding.get(&task).cloned();
        if let Some(attempt) = right.and_then(|right| self.attempts.get_mut(&right)) {
            attempt.told = Some(sending.clone());
        }
    }

    /// Notes that the task has tried to settle its mail.
    pub(crate) fn settled(&mut self, name: String, attempt: u32, succeeded: bool) {
        let too_late = self.attempts.contains_key(&(name.clone(), attempt + 1));
        if let Some(attempt) = self.attempts.get_mut(&(name, attempt)) {
            attempt.settled = succeeded && !too_late;
            attempt.broken |= !succeeded;
        }
    }

    /// Notes that the task was killed.
    pub(crate) fn ended(&mut self, task: TaskId) {
        let right = self.holding.remove(&task);
        if let Some(attempt) = right.and_then(|right| self.attempts.get_mut(&right)) {
            attempt.broken |= !attempt.settled;
        }
    }

    /// Returns whether another attempt was justified after this one, because its
    /// outcome could not be known.
    pub(crate) fn was_in_doubt(&self, name: &str, attempt: u32) -> bool {
        let this = self.attempts.get(&(name.to_owned(), attempt));
        this.is_some_and(|this| matches!(this.told, Some(Sending::Unknown(_))) || this.broken)
            || self.lapsed(name, attempt)
    }

    /// Returns whether another task claimed the mail after the platform, by the
    /// server's clock, had ended this attempt.
    pub(crate) fn lapsed(&self, name: &str, attempt: u32) -> bool {
        let this = self.attempts.get(&(name.to_owned(), attempt)).filter(|this| !this.settled);
        let next = self.attempts.get(&(name.to_owned(), attempt + 1));
        this.zip(next).is_some_and(|(this, next)| next.clock.0 - this.clock.0 >= TIME_LIMIT)
    }

    /// Whether there was a reason to give the mail up: the mail server
    /// refused it for good, or did not take it for three days.
    pub(crate) fn is_hopeless(&self, name: &str) -> bool {
        let clocks = self.attempts_at(name).map(|attempt| attempt.clock);
        let span = clocks.clone().next().zip(clocks.last());
        let for_days = span.is_some_and(|(first, last)| last.0 - first.0 >= 71 * 3_600_000);
        let was_heard = self.attempts_at(name).any(|attempt| attempt.told.is_some());
        self.attempts_at(name).any(Attempt::was_refused) || for_days && was_heard
    }

    /// Every attempt at a mail, in their order.
    pub(crate) fn attempts_at(&self, name: &str) -> impl Iterator<Item = &Attempt> + Clone {
        let range = (name.to_owned(), 0)..=(name.to_owned(), u32::MAX);
        self.attempts.range(range).map(|(_, attempt)| attempt)
    }

    /// Notes that the ledger has stored a revision.
    pub(crate) fn took_in(&mut self, held: Application) {
        self.forgotten.remove(&held.id);
        self.revisions.entry((held.id.clone(), held.revision)).or_insert_with(|| held.clone());
        self.committed.insert(held.id.clone(), held);
    }

    /// Returns the application with this reference.
    pub(crate) fn by_reference(&self, reference: &str) -> Option<&Application> {
        self.committed.values().find(|received| received.reference.as_str() == reference)
    }

    /// Returns the copies of a mail, in the order of their attempts.
    pub(crate) fn copies(&self, name: &str) -> Vec<&Mail> {
        let is_copy = |mail: &&Mail| mail.right.as_ref().is_some_and(|(of, _)| of == name);
        let mut copies: Vec<_> = self.mails.iter().filter(is_copy).collect();
        copies.sort_by_key(|mail| mail.right.as_ref().map(|(_, attempt)| *attempt));
        copies
    }

    /// Whether a digest has told its candidate of an application.
    pub(crate) fn is_digested(&self, received: &Application) -> bool {
        self.is_digested_since(received, i64::MIN)
    }

    /// Whether one has done so since then.
    pub(crate) fn is_digested_since(&self, received: &Application, since: i64) -> bool {
        let is_one = |mail: &&Mail| mail.notice.as_deref() == Some("digest") && mail.at >= since;
        let to_them = |mail: &Mail| mail.to.eq_ignore_ascii_case(&received.content.email);
        let mut digests = self.mails.iter().filter(is_one);
        digests.any(|mail| to_them(mail) && mail.tells_of(&received.reference))
    }

    /// Notes that what the task has sent could not be settled.
    pub(crate) fn not_noted(&mut self, task: TaskId) {
        let right = self.holding.get(&task).cloned();
        if let Some(attempt) = right.and_then(|right| self.attempts.get_mut(&right)) {
            attempt.broken = true;
        }
    }

    /// The task reads from the ledger how far the applications to a posting
    /// have come.
    pub(crate) fn read_delivery(&mut self, task: TaskId, slug: &str) {
        let standing = self.seen_delivery(slug);
        self.read.insert(task, standing);
    }

    /// Where the applications to the posting stand, as far as can be seen.
    pub(crate) fn seen_delivery(&self, slug: &str) -> SeenDelivery {
        let mut standing = SeenDelivery::default();
        for (id, received) in self.committed.iter().filter(|(_, one)| one.posting == slug) {
            let reference = received.reference.as_str();
            if self.withdrawn.contains_key(id) {
                standing.withdrawn += 1;
                continue;
            }
            if self.erased.contains(id) {
                continue;
            }
            standing.kept.insert(reference.to_owned(), received.number);
            let name = mail_name(received, MailKind::Staff);
            if !self.copies(&name).is_empty() {
                standing.arrived.insert(reference.to_owned());
            }
            if self.attempts_at(&name).any(|attempt| attempt.settled && attempt.was_sent()) {
                standing.known.insert(reference.to_owned());
            }
        }
        standing
    }
}

impl Mail {
    /// Returns whether staff get the documents by their addresses.
    pub(crate) fn is_by_links(&self) -> bool {
        !self.links.is_empty()
    }

    /// Whether its text has this reference.
    pub(crate) fn tells_of(&self, reference: &Reference) -> bool {
        self.text.contains(reference.as_str())
    }

    pub(crate) fn read(at: i64, to: &str, right: Option<(String, u32)>, message: &[u8]) -> Self {
        let message = MessageParser::default().parse(message).unwrap();
        let (inside, sealed_to) = sealed::opened(&message).unwrap_or_default();
        let inside = MessageParser::default().parse(&inside).filter(|_| !sealed_to.is_empty());
        let read = inside.as_ref().unwrap_or(&message);
        let text = read.body_text(0).unwrap_or_default().into_owned();
        let words = text.split_whitespace().filter(|word| word.contains("/documents/"));
        let links = words.map(str::to_owned).collect();
        let header = |name: &str| message.header_raw(name).map(|value| value.trim().to_owned());
        Self {
            at,
            to: to.to_owned(),
            right,
            message_id: message.message_id().unwrap_or_default().to_owned(),
            in_reply_to: message.in_reply_to().as_text().map(str::to_owned),
            is_marked: header("X-Guichet-Possible-Duplicate").is_some(),
            reference: header("X-Guichet-Reference"),
            notice: header("X-Guichet-Notice"),
            number: header("X-Guichet-Number").and_then(|number| number.parse().ok()),
            revision: header("X-Guichet-Revision").and_then(|number| number.parse().ok()),
            subject: read.subject().unwrap_or_default().to_owned(),
            links,
            text,
            sealed_to,
            attachments: read.attachments().map(|part| part.contents().to_vec()).collect(),
        }
    }
}
