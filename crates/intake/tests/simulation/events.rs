//! Counts what happened, because a run in which no fault occurs proves nothing.

use std::fmt;

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    // Faults.
    CallLate,
    CallFailed,
    CallDoneThenFailed,
    CallHungThenDone,
    CallHungThenFailed,
    TaskDied,
    TaskOutOfTime,
    ServerCrashed,
    QueueLost,
    QueueRepeated,
    QueueReordered,
    QueueGivenUp,
    ClockForward,
    ClockBack,
    CronSkipped,
    AnswerLost,
    MailAway,
    MailGreylisted,
    MailRefused,
    MailBrokenTaken,
    MailBrokenLost,
    MailSlow,
    MailTooLarge,
    MailTooMany,
    // What people did.
    Applied,
    ClickedTwice,
    SentAgain,
    GaveUp,
    Changed,
    AskedToCorrect,
    AskedToChangeAddress,
    Reworded,
    Extended,
    Shortened,
    Ended,
    RetentionChanged,
    QuestionsChanged,
    TakenDown,
    PutBack,
    ChangeConflict,
    Reopened,
    FoundNoPosting,
    AppliedFromSamePage,
    AskedToWithdraw,
    LookedWithKey,
    LookedWithWrongKey,
    StageAsked,
    ConfirmationAsked,
    LetterWritten,
    LetterForged,
    LetterTwice,
    LetterSentAgain,
    RobotAnswered,
    PartSent,
    PartTwice,
    AskedToCorrectInParts,
    // What came of it.
    Accepted,
    AcceptedAgain,
    AcceptedUnqueued,
    Corrected,
    AddressChanged,
    CorrectionRefused,
    Outdated,
    Refused,
    Held,
    SentFromHeld,
    Retired,
    Unavailable,
    Withdrawn,
    StaffMail,
    CandidateMail,
    WithdrawalMail,
    ConfirmationMail,
    AddressNotice,
    DigestMail,
    LetterTaken,
    LetterCompletedByForm,
    AnswerMail,
    ForwardMail,
    ReportMail,
    AlertMail,
    LinkedMail,
    Duplicate,
    LeaseLapsed,
    MailGivenUp,
    MailTriedInVain,
    OrphanErased,
    OrphanedLetterErased,
    HeldErased,
    ReplacedErased,
    Erased,
    StageChanged,
    StageSkipped,
    MessageMail,
    MessageStopped,
    StoppedTooLate,
    Announced,
    AcceptedInParts,
    CorrectedInParts,
    PartLate,
    UnfinishedErased,
    UnfinishedMail,
    Forgotten,
    ForgottenLater,
    ConfirmedTooLate,
    KeysChanged,
    Sealed,
    SealedMail,
}

impl Event {
    pub(crate) const ALL: [(Self, &str); 108] = [
        (Self::CallLate, "calls late"),
        (Self::CallFailed, "failed"),
        (Self::CallDoneThenFailed, "done, then failed"),
        (Self::CallHungThenDone, "hung, then done"),
        (Self::CallHungThenFailed, "hung, then failed"),
        (Self::TaskDied, "tasks died"),
        (Self::TaskOutOfTime, "out of time"),
        (Self::ServerCrashed, "server crashed"),
        (Self::QueueLost, "queue messages lost"),
        (Self::QueueRepeated, "repeated"),
        (Self::QueueReordered, "late and out of order"),
        (Self::QueueGivenUp, "given up after ten tries"),
        (Self::ClockForward, "clock jumped forward"),
        (Self::ClockBack, "backward"),
        (Self::CronSkipped, "cron skipped"),
        (Self::AnswerLost, "answers lost"),
        (Self::MailAway, "mail server away"),
        (Self::MailGreylisted, "greylisting"),
        (Self::MailRefused, "refusing for good"),
        (Self::MailBrokenTaken, "broken after DATA, taken"),
        (Self::MailBrokenLost, "not taken"),
        (Self::MailSlow, "slow"),
        (Self::MailTooLarge, "too large"),
        (Self::MailTooMany, "with too many at a time"),
        (Self::Applied, "applications"),
        (Self::ClickedTwice, "clicked twice"),
        (Self::SentAgain, "sent again"),
        (Self::GaveUp, "people who gave up"),
        (Self::Changed, "changed the form between"),
        (Self::AskedToCorrect, "corrections sent"),
        (Self::AskedToChangeAddress, "of the address"),
        (Self::Reworded, "postings reworded"),
        (Self::Extended, "extended"),
        (Self::Shortened, "shortened"),
        (Self::Ended, "ended by hand"),
        (Self::RetentionChanged, "kept longer or shorter"),
        (Self::QuestionsChanged, "with another question, or without"),
        (Self::TakenDown, "taken down"),
        (Self::PutBack, "put back"),
        (Self::ChangeConflict, "changes that met another one"),
        (Self::Reopened, "open again after they had closed"),
        (Self::FoundNoPosting, "people who found no posting"),
        (Self::AppliedFromSamePage, "applications from the page of somebody else"),
        (Self::AskedToWithdraw, "asked to withdraw"),
        (Self::LookedWithKey, "looked at their receipt"),
        (Self::LookedWithWrongKey, "with a wrong key"),
        (Self::StageAsked, "changes asked for at the desk"),
        (Self::ConfirmationAsked, "confirmed that they have it"),
        (Self::LetterWritten, "mails written to the intake address"),
        (Self::LetterForged, "of which forged"),
        (Self::LetterTwice, "sent twice"),
        (Self::LetterSentAgain, "sent again because they were not taken"),
        (Self::RobotAnswered, "mails of ours answered by a program"),
        (Self::PartSent, "parts of documents sent"),
        (Self::PartTwice, "of which twice"),
        (Self::AskedToCorrectInParts, "corrections begun in parts"),
        (Self::Accepted, "acknowledged"),
        (Self::AcceptedAgain, "once more"),
        (Self::AcceptedUnqueued, "without a queue message"),
        (Self::Corrected, "corrected"),
        (Self::AddressChanged, "with another address"),
        (Self::CorrectionRefused, "corrections refused"),
        (Self::Outdated, "older than the latest revision"),
        (Self::Refused, "refused"),
        (Self::Held, "with documents held"),
        (Self::SentFromHeld, "accepted with documents that were held"),
        (Self::Retired, "id used up"),
        (Self::Unavailable, "unavailable"),
        (Self::Withdrawn, "withdrawn"),
        (Self::StaffMail, "mails to staff"),
        (Self::CandidateMail, "to candidates"),
        (Self::WithdrawalMail, "of withdrawals"),
        (Self::ConfirmationMail, "to candidates who withdrew"),
        (Self::AddressNotice, "to previous addresses"),
        (Self::DigestMail, "digests"),
        (Self::LetterTaken, "mails taken in"),
        (Self::LetterCompletedByForm, "completed by the form"),
        (Self::AnswerMail, "answers"),
        (Self::ForwardMail, "mails forwarded as they came"),
        (Self::ReportMail, "reports"),
        (Self::AlertMail, "alerts"),
        (Self::LinkedMail, "with addresses of documents"),
        (Self::Duplicate, "marked as possible duplicates"),
        (Self::LeaseLapsed, "senders who never came back"),
        (Self::MailGivenUp, "mails given up"),
        (Self::MailTriedInVain, "of which after three days"),
        (Self::OrphanErased, "orphaned documents erased"),
        (Self::OrphanedLetterErased, "orphaned mails erased"),
        (Self::HeldErased, "held documents erased"),
        (Self::ReplacedErased, "replaced documents erased"),
        (Self::Erased, "erased on the day of deletion"),
        (Self::StageChanged, "stages changed"),
        (Self::StageSkipped, "left as others had made them"),
        (Self::MessageMail, "messages of staff"),
        (Self::MessageStopped, "stopped"),
        (Self::StoppedTooLate, "too late"),
        (Self::Announced, "announcements kept"),
        (Self::AcceptedInParts, "applications that came in parts"),
        (Self::CorrectedInParts, "corrections"),
        (Self::PartLate, "parts that came too late"),
        (Self::UnfinishedErased, "announcements erased"),
        (Self::UnfinishedMail, "told"),
        (Self::Forgotten, "applications forgotten"),
        (Self::ForgottenLater, "once a mail had left"),
        (Self::ConfirmedTooLate, "confirmed after a correction"),
        (Self::KeysChanged, "keys of a team changed"),
        (Self::Sealed, "applications kept as encrypted mails"),
        (Self::SealedMail, "mails encrypted"),
    ];
}

/// How often each thing happened.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    pub(crate) seeds: u64,
    of: [u64; Event::ALL.len()],
}

impl Default for Counts {
    fn default() -> Self {
        Self { seeds: 0, of: [0; Event::ALL.len()] }
    }
}

impl Counts {
    pub(crate) fn add(&mut self, event: Event) {
        self.of[event as usize] += 1;
    }

    pub(crate) fn of(&self, event: Event) -> u64 {
        self.of[event as usize]
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.seeds += other.seeds;
        for (sum, more) in self.of.iter_mut().zip(other.of) {
            *sum += more;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |events: &[(Event, &str)]| {
            let each = events.iter().map(|(event, name)| format!("{} {name}", self.of(*event)));
            each.collect::<Vec<_>>().join(", ")
        };
        let (faults, others) = Event::ALL.split_at(Event::Applied as usize);
        let (people, outcomes) = others.split_at(Event::Accepted as usize - faults.len());
        writeln!(out, "simulation: {} seeds", self.seeds)?;
        writeln!(out, "  people: {}", told(people))?;
        writeln!(out, "  outcomes: {}", told(outcomes))?;
        write!(out, "  faults: {}", told(faults))
    }
}
