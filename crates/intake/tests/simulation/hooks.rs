//! What the ports do where a mistake was made on purpose.
//!
//! Mistakes are not switches in the flows. Each is a port that breaks its
//! trait's contract, or a call in another order; the real ports have the same
//! hooks, which do nothing there.

use std::borrow::Cow;

use domain::Posting;
use intake::memory::Memory;
use intake::ports::{Fault, MailKind, Page, PostingVersion, Retention as _, Sending};
use intake::{Outcome, PageTerms, Submission, SubmittedDocument, Verdict};
use ledger::{SqlLedger, Statement};
use serde_json::{Value as Json, json};

use crate::bugs::Bug;
use crate::database::{number, tables, text};
use crate::letters::EVIL_SERVER;
use crate::ports::{Parcel, Ports};
use crate::scheduler::Worker;
use crate::world::{Port, World, setting};

type Read = fn(PostingVersion) -> Result<Posting, Fault>;

/// Hooks of the ports. Without a bug they do nothing.
impl Ports {
    pub(crate) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// How stored versions of postings are read.
    pub(crate) fn reads(&self, read: Read) -> Read {
        match self.bug {
            Some(Bug::MailsByPresentText) => |_| Err(Fault::Ledger("not asked for".into())),
            Some(Bug::ForgetsKeys) => |stored| crate::world::read(stored).map(without_keys),
            _ => read,
        }
    }

    /// What holds for a form from a page, while `current` is the posting.
    pub(crate) fn terms(&self, terms: PageTerms, current: &Posting, page: &Posting) -> PageTerms {
        match self.bug {
            Some(Bug::JudgesByPageQuestions) => asking(terms, page),
            Some(Bug::JudgesByPresentClosing) => PageTerms { posting: current.clone(), ..terms },
            Some(Bug::TakenDownStaysOpen) => PageTerms { taken_until: None, ..terms },
            Some(Bug::PromisesPresentDay) => PageTerms { erase_at: current.erased_at(), ..terms },
            _ => terms,
        }
    }

    /// A form is about to be taken in.
    pub(crate) async fn before_submit(&self, posting: &Posting, form: &Submission<Parcel>) {
        if self.has(Bug::OverwritesBeforeJudging) {
            self.overwrite(form);
        }
        if !self.has(Bug::SendsBeforeCommit) {
            return;
        }
        let (scratch, queue) = (SqlLedger(tables()), Memory::default());
        let form = self.copy_of(form);
        let verdict = intake::submit(self, &scratch, &queue, posting, form).await;
        if let Ok(Verdict::Accepted { received, .. }) = verdict {
            let composer = setting().composer();
            for kind in MailKind::OF_APPLICATION {
                let mail = kind.mail_id(&received.id, 1);
                let _ = intake::deliver(self, &scratch, self, self, self, &composer, &mail).await;
            }
        }
    }

    /// Writes what a form says over the application with its id.
    fn overwrite(&self, form: &Submission<Parcel>) {
        let name = format!("{} again", form.form.name);
        let change = format!(
            "UPDATE applications SET application = json_set(application, '$.name', '{name}') \
             WHERE id = '{}'",
            form.id.as_str()
        );
        self.tables.script(&change).unwrap();
    }

    /// What is there under this id, whatever the form says.
    pub(crate) fn answer_from_token(&self, id: &str) -> Option<Verdict> {
        let received = self.application(id).filter(|_| self.has(Bug::AnswersFromToken))?;
        let (received, outcome) = (Box::new(received), Outcome::Unchanged);
        Some(Verdict::Accepted { received, outcome, unqueued: None })
    }

    fn copy_of(&self, form: &Submission<Parcel>) -> Submission<Parcel> {
        let documents = form.documents.iter().map(|document| SubmittedDocument {
            id: document.id.clone(),
            file_name: document.file_name.clone(),
            bytes: document.bytes,
            upload: Parcel { ports: self.clone(), bytes: document.upload.bytes.clone() },
        });
        Submission {
            id: form.id.clone(),
            received_at: form.received_at,
            language: form.language.clone(),
            origin: form.origin.clone(),
            own_addresses: form.own_addresses.clone(),
            unicode: form.unicode,
            form: form.form.clone(),
            documents: documents.collect(),
            holds: form.holds,
            channel: intake::Channel::Form,
            signing: form.signing.clone(),
            taken_until: form.taken_until,
            erase_at: form.erase_at,
        }
    }

    /// Changes what statements have just written. `number` is what was read
    /// for an application before its commit.
    pub(crate) fn after(&self, statements: &[Statement], number: Option<u32>) {
        let Statement { query, values } = &statements[0];
        let change = match (query.name, self.bug) {
            ("claim", Some(Bug::MarksBeforeSending)) => format!(
                "UPDATE mails SET sent_at = leased_until, leased_until = 0 \
                 WHERE id = '{}' AND application IS NOT NULL AND leased_until > 0",
                text(&values[0])
            ),
            ("retire", Some(Bug::WithdrawsWithoutRetiring)) => {
                format!("DELETE FROM retired WHERE id = '{}'", text(&values[0]))
            }
            ("retire", Some(Bug::TellsTooEarly)) => {
                let (id, now) = (text(&values[0]), crate::database::number(&values[1]));
                format!("UPDATE mails SET due_at = {now} WHERE id = 'withdrawal/{id}'")
            }
            ("retire", Some(Bug::ConfirmsToNobody)) => {
                let id = text(&values[0]);
                format!("DELETE FROM mails WHERE id = 'withdrawal_confirmation/{id}'")
            }
            ("cleaned", Some(Bug::DeletesWhatIsArriving)) => {
                self.delete_all_but_the_latest(text(&values[0]));
                return;
            }
            ("note erasure days", Some(Bug::ErasesByPresentDay)) => format!(
                "UPDATE applications SET erase_at = \
                 (SELECT value FROM json_each('{}') WHERE key = posting)",
                text(&values[0])
            ),
            ("insert application", Some(Bug::NumberOutsideCommit)) => {
                let Some(number) = number else { return };
                self.renumber(text(&values[0]), number);
                return;
            }
            _ => return,
        };
        self.tables.script(&change).unwrap();
    }

    /// Returns what the flows hear of an attempt.
    pub(crate) fn said(&self, sending: Sending) -> Sending {
        match sending {
            Sending::Unknown(_) if self.has(Bug::TakesDoubtForSuccess) => Sending::Sent(None),
            Sending::Later(why) if self.has(Bug::TakesLaterForNever) => Sending::Refused(why),
            sending => sending,
        }
    }

    /// Returns a message as it leaves.
    pub(crate) fn stamped<'a>(&self, message: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.has(Bug::NewMessageId) {
            return Cow::Borrowed(message);
        }
        let (text, own) = (String::from_utf8_lossy(message), self.scheduler.now());
        let changed = text.replacen("\r\nMessage-ID: <", &format!("\r\nMessage-ID: <{own}."), 1);
        Cow::Owned(changed.into_bytes())
    }

    /// The documents are about to be deleted.
    pub(crate) async fn before_documents_go(&self, prefix: &str) -> Result<(), Fault> {
        if self.has(Bug::RowsBeforeDocuments) {
            let id = prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            self.ledger().erase(id).await?;
        }
        Ok(())
    }

    /// Whether documents that are to be deleted stay: single ones go when a
    /// correction has replaced them, folders with their application.
    pub(crate) fn keeps(&self, prefix: &str) -> bool {
        let id = prefix.split('/').nth(1).unwrap_or_default();
        let is_sealed = || self.application(id).is_some_and(|one| one.as_sealed().is_some());
        let stays = match self.bug {
            Some(Bug::KeepsReplacedDocuments) => true,
            Some(Bug::KeepsSealedDocuments) => is_sealed(),
            _ => false,
        };
        stays && !prefix.ends_with('/')
    }

    fn delete_all_but_the_latest(&self, id: &str) {
        let Some(latest) = self.application(id) else { return };
        let is_used =
            |key: &str| latest.content.documents.iter().any(|one| key.ends_with(&one.sha256));
        self.memory.documents.borrow_mut().retain(|key, _| !key.contains(id) || is_used(key));
    }

    /// The document as it came with the first revision.
    fn first_of(&self, key: &str) -> Option<Vec<u8>> {
        let parts: Vec<&str> = key.split('/').take(3).collect();
        let folder = format!("{}/", parts.join("/"));
        let documents = self.memory.documents.borrow();
        let first = documents
            .iter()
            .find(|(key, _)| key.strip_prefix(&folder).is_some_and(|rest| !rest.contains('/')));
        first.map(|(_, bytes)| bytes.clone())
    }

    /// A document has been asked for.
    pub(crate) fn document(
        &self,
        key: &str,
        got: Result<Option<Vec<u8>>, Fault>,
    ) -> Result<Option<Vec<u8>>, Fault> {
        match got {
            Ok(Some(bytes)) if self.has(Bug::SendsEarlierDocuments) => {
                Ok(Some(self.first_of(key).unwrap_or(bytes)))
            }
            Err(_) if self.has(Bug::SendsWhatItHas) => Ok(Some(Vec::new())),
            Ok(Some(raw)) if self.has(Bug::BelievesAnyServer) && key.starts_with("incoming/") => {
                let raw = String::from_utf8_lossy(&raw).replace(EVIL_SERVER, "mx.example.org");
                Ok(Some(raw.into_bytes()))
            }
            got => got,
        }
    }

    /// What is stored has been listed.
    pub(crate) fn listed(&self, prefix: &str, page: Result<Page, Fault>) -> Result<Page, Fault> {
        // The announcements of one content.
        let is_sought = prefix.starts_with("announced/") && prefix.matches('.').count() == 2;
        if is_sought && self.has(Bug::ForgetsWhatWasAnnounced) { Ok(Page::default()) } else { page }
    }

    /// Reads the number of an application that is about to be written.
    pub(crate) async fn number_too_early(
        &self,
        statements: &[Statement],
    ) -> Result<Option<u32>, Fault> {
        let Some(id) = commits(statements).filter(|_| self.has(Bug::NumberOutsideCommit)) else {
            return Ok(None);
        };
        let number = self.next_number(text(&statements[0].values[2]));
        let is_new = self.application(id).is_none();
        // A question to the ledger, for the time that it takes.
        self.call(Port::Ledger, format_args!("number"), async { Ok(()) }).await?;
        Ok(is_new.then_some(number))
    }

    fn renumber(&self, id: &str, number: u32) {
        let change = format!(
            "DROP INDEX IF EXISTS applications_by_number; \
             UPDATE applications SET number = {number} WHERE id = '{id}'"
        );
        self.tables.script(&change).unwrap();
        let mut history = self.history.borrow_mut();
        if let Some(known) = history.committed.get_mut(id) {
            known.number = number;
        }
    }

    fn next_number(&self, slug: &str) -> u32 {
        let rows = self.rows(&format!(
            "SELECT 1 + (SELECT count(*) FROM applications WHERE posting = '{slug}') + coalesce( \
             (SELECT erased + withdrawn FROM tallies WHERE posting = '{slug}'), 0) AS number"
        ));
        rows[0]["number"].as_u64().unwrap() as u32
    }

    /// Says that the application is held, and writes it down in a while.
    pub(crate) fn commit_later(&self, statements: &[Statement]) -> Option<Vec<Json>> {
        commits(statements).filter(|_| self.has(Bug::AcknowledgesBeforeCommit))?;
        let [
            id,
            reference,
            posting,
            language,
            origin,
            received_at,
            application,
            erase_at,
            _page,
            _version,
            _mail,
            _shared,
        ] = statements[0].values.as_slice()
        else {
            panic!("an application has other values")
        };
        let row = json!({
            "id": text(id), "reference": text(reference), "posting": text(posting),
            "language": text(language), "origin": text(origin),
            "received_at": number(received_at), "application": text(application),
            "erase_at": number(erase_at), "revision": 1, "address_changes": 0,
            "number": self.next_number(text(posting)),
        });
        let (ports, statements) = (self.clone(), statements.to_vec());
        self.spawn(1_000, Worker::Request, async move {
            ports.carry_out(&statements);
        });
        Some(vec![row])
    }
}

impl World {
    /// The postings as the composer of mails gets them.
    pub(crate) fn as_composed(&self, postings: Vec<Posting>) -> Vec<Posting> {
        let changed = |posting: Posting| match self.bug {
            Some(Bug::ForgetsKeys) => without_keys(posting),
            Some(Bug::KeepsFirstKeys) => self.with_first_keys(posting),
            _ => posting,
        };
        postings.into_iter().map(changed).collect()
    }
}

fn without_keys(mut posting: Posting) -> Posting {
    posting.privacy.keys.clear();
    posting
}

/// The id of the application that these statements write down.
fn commits(statements: &[Statement]) -> Option<&str> {
    let Statement { query, values } = statements.first()?;
    (query.name == "insert application").then(|| text(&values[0]))
}

/// The same terms, with the questions of `page`.
fn asking(mut terms: PageTerms, page: &Posting) -> PageTerms {
    terms.posting.requirements.questions.clone_from(&page.requirements.questions);
    terms
}
