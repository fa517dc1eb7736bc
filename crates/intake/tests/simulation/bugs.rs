//! Mistakes made on purpose: the simulator has to notice each of them.
//!
//! None is a switch in the flows. Each is a port that does something else
//! than its trait says, or a call that is wired in another order; the real
//! ports go through the same places and do nothing there.

use std::borrow::Cow;

use domain::{Application, Posting};
use intake::memory::Memory;
use intake::ports::{
    Claim, Commit, Fault, Ledger as _, Letter, Retention as _, Sending, Settlement,
};
use intake::{Submission, SubmittedDocument, Verdict};
use rules::Timestamp;

use crate::invariants::Invariant;
use crate::ports::{Parcel, Ports};
use crate::scheduler::Worker;
use crate::witness::committed;
use crate::world::setting;

/// In so many seeds each must show.
pub(crate) const SEEDS: u64 = 1_000;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// The letters leave before the application is in the ledger.
    SendsBeforeCommit,
    /// The candidate is told that all is safe, then it is written down.
    AcknowledgesBeforeCommit,
    /// A letter counts as sent from when it is claimed.
    MarksBeforeSending,
    /// Two may claim a letter at the same time.
    NoLease,
    /// A claim lasts one minute, and a sender may take a quarter of an hour.
    ShortLease,
    /// Nobody looks for what was left behind.
    NoSweep,
    /// The number is read first and written later.
    NumberOutsideCommit,
    /// That a letter may have arrived is not written down.
    ForgetsDoubt,
    /// A connection that broke at the end counts as sent.
    TakesDoubtForSuccess,
    /// What the server wants later counts as refused for good.
    TakesLaterForNever,
    /// Each attempt has a Message-ID of its own.
    NewMessageId,
    /// The rows of an application go before its documents.
    RowsBeforeDocuments,
    /// A withdrawn application's id may come again.
    WithdrawsWithoutRetiring,
    /// Staff are told of a withdrawal while a letter may be on its way.
    TellsTooEarly,
    /// A document that cannot be read is sent empty.
    SendsWhatItHas,
}

impl Bug {
    /// Each, and what it breaks.
    pub(crate) const ALL: [(Self, Invariant); 15] = [
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
    ];
}

/// What the ports do on their way, which without a bug is nothing.
impl Ports {
    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// A form is about to be taken in.
    pub(crate) async fn before_submit(&self, posting: &Posting, form: &Submission<Parcel>) {
        if !self.has(Bug::SendsBeforeCommit) {
            return;
        }
        let (scratch, form) = (Memory::default(), self.copy_of(form));
        let verdict = intake::submit(self, &scratch, &scratch, posting, form).await;
        if let Ok(Verdict::Accepted { received, .. }) = verdict {
            let office = setting().office();
            let _ = intake::deliver(self, &scratch, self, self, &office, &received).await;
        }
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
            form: form.form.clone(),
            documents: documents.collect(),
        }
    }

    /// Until when a claim is to last.
    pub(crate) fn lease(&self, now: Timestamp, until: Timestamp) -> Timestamp {
        match self.bug {
            Some(Bug::NoLease) => now,
            Some(Bug::ShortLease) => Timestamp(now.0 + 60_000),
            _ => until,
        }
    }

    /// What is written down of an attempt.
    pub(crate) fn settlement<'a>(&self, settlement: &'a Settlement) -> Cow<'a, Settlement> {
        match settlement {
            Settlement::Later { at, reason, .. } if self.has(Bug::ForgetsDoubt) => {
                let (at, reason) = (*at, reason.clone());
                Cow::Owned(Settlement::Later { at, reason, possibly_sent: false })
            }
            settlement => Cow::Borrowed(settlement),
        }
    }

    /// What the flows hear of an attempt.
    pub(crate) fn said(&self, sending: Sending) -> Sending {
        match sending {
            Sending::Unknown(_) if self.has(Bug::TakesDoubtForSuccess) => Sending::Sent,
            Sending::Later(why) if self.has(Bug::TakesLaterForNever) => Sending::Refused(why),
            sending => sending,
        }
    }

    /// A message as it leaves.
    pub(crate) fn stamped<'a>(&self, message: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.has(Bug::NewMessageId) {
            return Cow::Borrowed(message);
        }
        let (text, own) = (String::from_utf8_lossy(message), self.scheduler.now());
        let changed = text.replacen("\r\nMessage-ID: <", &format!("\r\nMessage-ID: <{own}."), 1);
        Cow::Owned(changed.into_bytes())
    }

    /// The claim has just been given.
    pub(crate) async fn mark_too_early(
        &self,
        id: &str,
        letter: Letter,
        claim: Claim,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if self.has(Bug::MarksBeforeSending) {
            self.memory.settle(id, letter, claim, &Settlement::Sent { at: now }).await?;
        }
        Ok(())
    }

    /// The documents are about to be deleted.
    pub(crate) async fn before_documents_go(&self, prefix: &str) -> Result<(), Fault> {
        if self.has(Bug::RowsBeforeDocuments) {
            let id = prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            self.erase(id).await?;
        }
        Ok(())
    }

    /// The mark of a withdrawal has just been made.
    pub(crate) fn after_the_mark(&self, id: &str, now: Timestamp) {
        if self.has(Bug::WithdrawsWithoutRetiring) {
            self.memory.retired.borrow_mut().remove(id);
        }
        let mut notices = self.memory.notices.borrow_mut();
        let notice = notices.get_mut(&format!("withdrawal/{id}"));
        if let Some(notice) = notice.filter(|_| self.has(Bug::TellsTooEarly)) {
            notice.due_at = now;
        }
    }

    /// A document has been asked for.
    pub(crate) fn document(
        &self,
        got: Result<Option<Vec<u8>>, Fault>,
    ) -> Result<Option<Vec<u8>>, Fault> {
        match got {
            Err(_) if self.has(Bug::SendsWhatItHas) => Ok(Some(Vec::new())),
            got => got,
        }
    }

    /// The application is about to be written down.
    pub(crate) async fn number_too_early(
        &self,
        received: &Application,
    ) -> Result<Option<u32>, Fault> {
        if !self.has(Bug::NumberOutsideCommit) {
            return Ok(None);
        }
        let number = self.next_number(&received.posting);
        // A question to the ledger, for the time that it takes.
        self.find(&received.id).await?;
        Ok(Some(number))
    }

    fn next_number(&self, slug: &str) -> u32 {
        let applications = self.memory.applications.borrow();
        let kept = applications.values().filter(|one| one.posting == slug).count();
        let tally = self.memory.tallies.borrow().get(slug).copied().unwrap_or_default();
        1 + u32::try_from(kept).unwrap_or(u32::MAX) + tally.erased + tally.withdrawn
    }

    /// Says that the application is held, and writes it down in a while.
    pub(crate) fn commit_later(
        &self,
        received: &Application,
        letters: &[Letter],
    ) -> Option<Commit> {
        if !self.has(Bug::AcknowledgesBeforeCommit) {
            return None;
        }
        let (ports, received, letters) = (self.clone(), received.clone(), letters.to_vec());
        let number = self.next_number(&received.posting);
        let held = Commit::Held(Box::new(Application { number, ..received.clone() }));
        self.spawn(1_000, Worker::Request, async move {
            if let Ok(commit) = ports.memory.commit(&received, &letters).await {
                committed(&ports, commit, None);
            }
        });
        Some(held)
    }
}
