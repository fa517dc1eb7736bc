//! Deliberate bugs: the simulator has to notice each of them. `hooks` says what
//! each does.

use crate::invariants::Invariant;

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
    /// Who confirms an earlier revision has confirmed the latest.
    ConfirmsWhatNobodySaw,
}

impl Bug {
    /// Returns every mistake with the invariant that it breaks.
    pub(crate) const ALL: [(Self, Invariant); 41] = [
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
        (Self::ConfirmsWhatNobodySaw, Invariant::UnconfirmedStays),
    ];
}
