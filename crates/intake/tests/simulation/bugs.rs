//! Deliberate bugs: the simulator has to notice each of them. `hooks` says what
//! each does.

use crate::invariants::Invariant;

/// Each mistake must show within this many seeds.
pub(crate) const SEEDS: u64 = 10_000;

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
    /// A form is asked what its page asked, whatever the posting asks by now.
    JudgesByPageQuestions,
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
    /// What is announced counts from the last time on.
    ForgetsWhatWasAnnounced,
    /// What does not come whole is kept.
    KeepsUnfinished,
    /// Nobody is told that something has not come whole.
    TellsNobodyWhatIsMissing,
    /// Who confirms an earlier revision has confirmed the latest.
    ConfirmsWhatNobodySaw,
    /// The keys of postings are not read.
    ForgetsKeys,
    /// Mails are encrypted to the keys that a posting had first.
    KeepsFirstKeys,
    /// Documents stay beside the encrypted mail.
    KeepsSealedDocuments,
}

impl Bug {
    /// Every mistake, the invariant that it breaks, and a seed in which it did.
    /// The seed saves time: where it does so no longer, all seeds are tried.
    pub(crate) const ALL: [(Self, Invariant, u64); 48] = [
        (Self::SendsBeforeCommit, Invariant::NothingFromNowhere, 0),
        (Self::AcknowledgesBeforeCommit, Invariant::AcknowledgedArrives, 73),
        (Self::MarksBeforeSending, Invariant::AcknowledgedArrives, 8),
        (Self::NoLease, Invariant::Once, 0),
        (Self::ShortLease, Invariant::Once, 0),
        (Self::NoSweep, Invariant::AcknowledgedArrives, 0),
        (Self::NumberOutsideCommit, Invariant::NumbersWithoutHoles, 0),
        (Self::ForgetsDoubt, Invariant::Recognisable, 1),
        (Self::TakesDoubtForSuccess, Invariant::AcknowledgedArrives, 0),
        (Self::TakesLaterForNever, Invariant::GivenUpForAReason, 0),
        (Self::NewMessageId, Invariant::Recognisable, 0),
        (Self::RowsBeforeDocuments, Invariant::WithdrawnIsGone, 3),
        (Self::WithdrawsWithoutRetiring, Invariant::WithdrawnIsGone, 30),
        (Self::TellsTooEarly, Invariant::NothingAfterTheNotice, 473),
        (Self::SendsWhatItHas, Invariant::AcknowledgedArrives, 3),
        (Self::AnswersFromToken, Invariant::AnswerIsOfTheForm, 0),
        (Self::ErasesByPresentDay, Invariant::ErasedOnTheDayTold, 0),
        (Self::MailsByPresentText, Invariant::TextIsWhatWasRead, 13),
        (Self::JudgesByPresentClosing, Invariant::JudgedRightly, 20),
        (Self::JudgesByPageQuestions, Invariant::JudgedRightly, 172),
        (Self::TakenDownStaysOpen, Invariant::JudgedRightly, 376),
        (Self::PromisesPresentDay, Invariant::ErasedOnTheDayTold, 0),
        (Self::OverwritesBeforeJudging, Invariant::FailedCorrectionChangesNothing, 1),
        (Self::DoesNotWait, Invariant::LatestComesLast, 1057),
        (Self::SendsEarlierDocuments, Invariant::AcknowledgedArrives, 8),
        (Self::KeepsReplacedDocuments, Invariant::ReplacedIsGone, 8),
        (Self::DeletesWhatIsArriving, Invariant::AcknowledgedArrives, 2834),
        (Self::KeepsHeldDocuments, Invariant::HeldForAnHour, 0),
        (Self::ConfirmsToNobody, Invariant::WithdrawalIsConfirmed, 1),
        (Self::KeepsTheAddress, Invariant::WithdrawnIsGone, 0),
        (Self::ReportDayRestarts, Invariant::ReportsAgree, 3),
        (Self::StopsWhatHasLeft, Invariant::StoppedNeverLeaves, 3),
        (Self::StopsInNameOnly, Invariant::StoppedNeverLeaves, 4),
        (Self::OverlooksColleagues, Invariant::NoChangeIsLost, 1540),
        (Self::SaysSafeTooEarly, Invariant::NoLetterIsDropped, 3),
        (Self::NoSweepOfLetters, Invariant::NoLetterIsDropped, 3),
        (Self::BelievesAnyServer, Invariant::AnsweredOnProof, 15),
        (Self::TakesCopiesForMails, Invariant::AnsweredOnce, 43),
        (Self::LateCopyWins, Invariant::JudgedRightly, 719),
        (Self::AnswersEachTime, Invariant::LoopsEnd, 743),
        (Self::DeletesUnforwarded, Invariant::NoLetterIsDropped, 3),
        (Self::ForgetsWhatWasAnnounced, Invariant::AnnouncedOnce, 1),
        (Self::KeepsUnfinished, Invariant::UnfinishedIsGone, 3),
        (Self::TellsNobodyWhatIsMissing, Invariant::UnfinishedIsTold, 1),
        (Self::ConfirmsWhatNobodySaw, Invariant::UnconfirmedStays, 6),
        (Self::ForgetsKeys, Invariant::SealedStaysSealed, 2),
        (Self::KeepsFirstKeys, Invariant::SealedForTheTeam, 2),
        (Self::KeepsSealedDocuments, Invariant::SealedIsAllThatIsKept, 2),
    ];
}
