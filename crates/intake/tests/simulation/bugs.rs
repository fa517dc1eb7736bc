//! Deliberate bugs: the simulator has to notice each of them.
//!
//! They are not switches in the flows. Each is a port that breaks its trait's
//! contract, or a call in another order; the real ports have the same hooks,
//! which do nothing there.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use domain::Posting;
use intake::memory::Memory;
use intake::ports::{Fault, MailKind, PostingVersion, Retention as _, Sending};
use intake::{Outcome, PageTerms, Submission, SubmittedDocument, Verdict};
use ledger::{SqlLedger, Statement, Value};
use rules::Timestamp;
use serde_json::{Value as Json, json};

use crate::database::{number, tables, text};
use crate::invariants::Invariant;
use crate::letters::EVIL_SERVER;
use crate::ports::{Parcel, Ports};
use crate::scheduler::Worker;
use crate::world::{Port, setting};

/// Each mistake must show within this many seeds.
pub(crate) const SEEDS: u64 = 5_000;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// The mails leave before the application is in the ledger.
    SendsBeforeCommit,
    /// The candidate gets the receipt before the application is stored.
    AcknowledgesBeforeCommit,
    /// A mail counts as sent from when it is claimed.
    MarksBeforeSending,
    /// Two senders may claim a mail at the same time.
    NoLease,
    /// A claim lasts one minute, and a sender may take a quarter of an hour.
    ShortLease,
    /// The sweep does not run.
    NoSweep,
    /// The next number is read before the commit that writes it.
    NumberOutsideCommit,
    /// The ledger is not told that a mail may have arrived.
    ForgetsDoubt,
    /// A connection that broke at the end counts as sent.
    TakesDoubtForSuccess,
    /// A temporary refusal counts as a permanent one.
    TakesLaterForNever,
    /// Each attempt has a Message-ID of its own.
    NewMessageId,
    /// The rows of an application go before its documents.
    RowsBeforeDocuments,
    /// A withdrawn application's id may come again.
    WithdrawsWithoutRetiring,
    /// Staff get the notice of a withdrawal while a mail may still be on its
    /// way.
    TellsTooEarly,
    /// A document that cannot be read is sent empty.
    SendsWhatItHas,
    /// A token that comes again is answered by the stored application, whatever the form says.
    AnswersFromToken,
    /// The day of deletion is that of the posting at present.
    ErasesByPresentDay,
    /// Mails have the text of the posting at present.
    MailsByPresentText,
    /// A form is judged by the posting at present, however old its page is.
    JudgesByPresentClosing,
    /// A posting that was taken down goes on taking applications.
    TakenDownStaysOpen,
    /// An application is given the day of deletion of the posting at present.
    PromisesPresentDay,
    /// A correction is written down, then judged.
    OverwritesBeforeJudging,
    /// The mail of a correction does not wait for one that is being sent.
    DoesNotWait,
    /// Staff get a correction with the documents that came first.
    SendsEarlierDocuments,
    /// Documents that a correction has replaced stay.
    KeepsReplacedDocuments,
    /// With what was replaced, what a correction is about to bring is deleted.
    DeletesWhatIsArriving,
    /// Documents of refused forms are held for good.
    KeepsHeldDocuments,
    /// A withdrawal is told to staff only.
    ConfirmsToNobody,
    /// A notice keeps the address that it went to.
    KeepsTheAddress,
    /// A report is keyed by a day that starts anew with each closing.
    ReportDayRestarts,
    /// A message that is being sent, or has been, is said to be stopped.
    StopsWhatHasLeft,
    /// A message is stopped, and its mail stays in the outbox.
    StopsInNameOnly,
    /// A stage is set over the one that a colleague has set meanwhile.
    OverlooksColleagues,
    /// A sending server hears that a mail is safe before it is stored.
    SaysSafeTooEarly,
    /// The sweep does not queue mails that came in.
    NoSweepOfLetters,
    /// Whoever says that an author is proved is believed.
    BelievesAnyServer,
    /// Each copy of a mail is a mail of its own.
    TakesCopiesForMails,
    /// A copy that came late keeps out the one that was in time.
    LateCopyWins,
    /// What was answered a while ago is answered again.
    AnswersEachTime,
    /// A mail is deleted before staff have it.
    DeletesUnforwarded,
}

impl Bug {
    /// Returns every mistake with the invariant that it breaks.
    pub(crate) const ALL: [(Self, Invariant); 40] = [
        (Self::SendsBeforeCommit, Invariant::NothingFromNowhere),
        (Self::AcknowledgesBeforeCommit, Invariant::AcknowledgedArrives),
        (Self::MarksBeforeSending, Invariant::AcknowledgedArrives),
        (Self::NoLease, Invariant::Once),
        (Self::ShortLease, Invariant::Once),
        (Self::NoSweep, Invariant::AcknowledgedArrives),
        (Self::NumberOutsideCommit, Invariant::NumbersWithoutHoles),
        (Self::ForgetsDoubt, Invariant::Recognisable),
        (Self::TakesDoubtForSuccess, Invariant::AcknowledgedArrives),
        (Self::TakesLaterForNever, Invariant::GivenUpForAReason),
        (Self::NewMessageId, Invariant::Recognisable),
        (Self::RowsBeforeDocuments, Invariant::WithdrawnIsGone),
        (Self::WithdrawsWithoutRetiring, Invariant::WithdrawnIsGone),
        (Self::TellsTooEarly, Invariant::NothingAfterTheNotice),
        (Self::SendsWhatItHas, Invariant::AcknowledgedArrives),
        (Self::AnswersFromToken, Invariant::AnswerIsOfTheForm),
        (Self::ErasesByPresentDay, Invariant::ErasedOnTheDayTold),
        (Self::MailsByPresentText, Invariant::TextIsWhatWasRead),
        (Self::JudgesByPresentClosing, Invariant::JudgedRightly),
        (Self::TakenDownStaysOpen, Invariant::JudgedRightly),
        (Self::PromisesPresentDay, Invariant::ErasedOnTheDayTold),
        (Self::OverwritesBeforeJudging, Invariant::FailedCorrectionChangesNothing),
        (Self::DoesNotWait, Invariant::LatestComesLast),
        (Self::SendsEarlierDocuments, Invariant::AcknowledgedArrives),
        (Self::KeepsReplacedDocuments, Invariant::ReplacedIsGone),
        (Self::DeletesWhatIsArriving, Invariant::AcknowledgedArrives),
        (Self::KeepsHeldDocuments, Invariant::HeldForAnHour),
        (Self::ConfirmsToNobody, Invariant::WithdrawalIsConfirmed),
        (Self::KeepsTheAddress, Invariant::WithdrawnIsGone),
        (Self::ReportDayRestarts, Invariant::ReportsAgree),
        (Self::StopsWhatHasLeft, Invariant::StoppedNeverLeaves),
        (Self::StopsInNameOnly, Invariant::StoppedNeverLeaves),
        (Self::OverlooksColleagues, Invariant::NoChangeIsLost),
        (Self::SaysSafeTooEarly, Invariant::NoLetterIsDropped),
        (Self::NoSweepOfLetters, Invariant::NoLetterIsDropped),
        (Self::BelievesAnyServer, Invariant::AnsweredOnProof),
        (Self::TakesCopiesForMails, Invariant::AnsweredOnce),
        (Self::LateCopyWins, Invariant::JudgedRightly),
        (Self::AnswersEachTime, Invariant::LoopsEnd),
        (Self::DeletesUnforwarded, Invariant::NoLetterIsDropped),
    ];
}

type Read = fn(PostingVersion) -> Result<Posting, Fault>;

/// Hooks of the ports. Without a bug they do nothing.
impl Ports {
    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// How stored versions of postings are read.
    pub(crate) fn reads(&self, read: Read) -> Read {
        let none = |_| Err(Fault::Ledger("not asked for".into()));
        if self.has(Bug::MailsByPresentText) { none } else { read }
    }

    /// What holds for a form from a page, while `current` is the posting.
    pub(crate) fn terms(&self, terms: PageTerms, current: &Posting) -> PageTerms {
        match self.bug {
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
            sender: "guichet@example.org".into(),
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

    /// Changes what statements are about to write.
    pub(crate) fn spoil(&self, statements: &mut [Statement]) {
        if self.has(Bug::ReportDayRestarts)
            && let [Statement { query, .. }, report] = statements
            && query.name == "delete stale reports"
        {
            report.values[1] = "0".into();
            return;
        }
        if self.spoil_letters(statements) {
            return;
        }
        match (statements[0].query.name, self.bug) {
            ("stop message", Some(Bug::StopsWhatHasLeft)) => {
                let stop = &mut statements[0].query;
                stop.sql = without(stop.sql, "AND EXISTS (SELECT 1 FROM mails", None);
            }
            ("stop message", Some(Bug::StopsInNameOnly)) => {
                statements
                    .iter_mut()
                    .filter(|one| one.query.name == "delete stopped")
                    .for_each(|one| one.values = vec!["of no message".into()]);
            }
            ("replace pending", Some(Bug::OverlooksColleagues)) => {
                for statement in &mut *statements {
                    let seen = "AND applications.stage = json_extract(step.value, '$.seen')";
                    let sql = statement.query.sql;
                    statement.query.sql = without(sql, seen, Some(seen));
                }
            }
            _ => {}
        }
        let Statement { query, values } = &mut statements[0];
        let (until, now) = match query.name {
            "claim" => (2, 1),
            "settle" if self.has(Bug::KeepsTheAddress) => {
                query.sql = without_emptying(query.sql);
                return;
            }
            // The seventh value says whether the mail may have arrived.
            "settle" if self.has(Bug::ForgetsDoubt) => {
                values[6] = Value::Number(0.0);
                return;
            }
            _ => return,
        };
        let now = number(&values[now]);
        if self.has(Bug::DoesNotWait) {
            query.sql = impatient(query.sql);
        }
        match self.bug {
            Some(Bug::NoLease) => values[until] = Timestamp(now).into(),
            Some(Bug::ShortLease) => values[until] = Timestamp(now + 60_000).into(),
            _ => {}
        }
    }

    /// Changes what statements about mails that come in are about to do. Says
    /// whether they are such.
    fn spoil_letters(&self, statements: &mut [Statement]) -> bool {
        let Some(Statement { query, values }) = statements.first_mut() else { return false };
        match (query.name, self.bug) {
            ("is duplicate", Some(Bug::TakesCopiesForMails)) => values[0] = "".into(),
            ("is duplicate", Some(Bug::LateCopyWins)) => {
                values[2] = Timestamp(i64::MAX >> 11).into();
            }
            ("is answered", Some(Bug::AnswersEachTime)) => {
                values[3] = Timestamp(i64::MAX >> 11).into();
            }
            ("select incoming to erase", Some(Bug::DeletesUnforwarded)) => {
                query.sql = "SELECT id FROM incoming WHERE outcome IS NOT NULL AND erased = 0 \
                    AND outcome != 'incomplete' AND ?1 > 0 LIMIT ?2";
            }
            ("process incoming", Some(Bug::TakesCopiesForMails)) => {
                let copy = text(&values[0]).to_owned();
                for notice in &mut statements[1..] {
                    let name = format!("{}/{copy}", text(&notice.values[0]));
                    notice.values[0] = name.as_str().into();
                }
            }
            _ => return false,
        }
        true
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
            ("promise", Some(Bug::ErasesByPresentDay)) => format!(
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
        self.has(Bug::KeepsReplacedDocuments) && !prefix.ends_with('/')
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

/// The claim of a mail that asks for no other one.
fn impatient(claim: &'static str) -> &'static str {
    static WITHOUT: OnceLock<String> = OnceLock::new();
    WITHOUT.get_or_init(|| {
        let (before, rest) = claim.split_once("AND NOT EXISTS").unwrap();
        let (_, after) = rest.split_once("RETURNING").unwrap();
        format!("{before})) RETURNING{after}")
    })
}

/// The settlement of a mail that keeps what it says.
fn without_emptying(settle: &'static str) -> &'static str {
    static WITHOUT: OnceLock<String> = OnceLock::new();
    WITHOUT.get_or_init(|| {
        let (before, rest) = settle.split_once("payload = ").unwrap();
        let (_, after) = rest.split_once("END").unwrap();
        format!("{before}payload = payload{after}")
    })
}

/// A statement without its end from `from` on, or without `part` alone. Each is
/// made once.
fn without(sql: &'static str, from: &str, part: Option<&str>) -> &'static str {
    thread_local! {
        static MADE: RefCell<BTreeMap<&'static str, &'static str>> = RefCell::default();
    }
    let make = || match part {
        Some(part) => sql.replace(part, ""),
        None => sql.split(from).next().unwrap().to_owned(),
    };
    MADE.with_borrow_mut(|made| *made.entry(sql).or_insert_with(|| make().leak()))
}

/// The id of the application that these statements write down.
fn commits(statements: &[Statement]) -> Option<&str> {
    let Statement { query, values } = statements.first()?;
    (query.name == "insert application").then(|| text(&values[0]))
}
