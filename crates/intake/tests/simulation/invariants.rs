//! The promises that every run of the simulation is held to.

/// The promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invariant {
    /// What was acknowledged is in staff's mailbox with its documents' bytes,
    /// and its acknowledgement, or a digest with its reference, in the
    /// candidate's, unless it was withdrawn or is given up.
    AcknowledgedArrives,
    /// What is given up was refused for good by the mail server, or tried for
    /// three days; and staff's last report names it.
    GivenUpForAReason,
    /// A mail is repeated only if it was unknown whether it had been delivered.
    Once,
    /// Copies have one Message-ID, and all but one are marked as possible
    /// duplicates; a first attempt never is.
    Recognisable,
    /// In each posting numbers are given from 1 on, each once.
    NumbersWithoutHoles,
    /// The same form gets the same answer.
    SameAnswer,
    /// What is acknowledged is what the form said.
    AnswerIsOfTheForm,
    /// A correction that fails leaves the application as it was.
    FailedCorrectionChangesNothing,
    /// The latest revision is the last that staff get.
    LatestComesLast,
    /// What a correction has replaced is deleted once staff have the latest.
    ReplacedIsGone,
    /// The day of deletion that was told is the day that is kept.
    ErasedOnTheDayTold,
    /// Mails of an application have the text of the posting that its candidate
    /// read, whatever it says by now.
    TextIsWhatWasRead,
    /// An application is taken if and only if it is in time and complete; its id
    /// stays valid for a day.
    JudgedRightly,
    /// Of a refused form nothing is kept or sent, but documents that are held.
    RefusedIsNotKept,
    /// Documents of a refused form are held for an hour, and no longer.
    HeldForAnHour,
    /// Of a withdrawn application nothing is left; the candidate's address goes
    /// with the mail that confirms it.
    WithdrawnIsGone,
    /// Staff get a notice of each withdrawal.
    WithdrawalIsTold,
    /// The candidate of a withdrawn application gets a confirmation, unless the
    /// address does not take it.
    WithdrawalIsConfirmed,
    /// No mail of a withdrawn application comes after that notice.
    NothingAfterTheNotice,
    /// Every mail is of an application that the ledger knew, goes to the right
    /// recipient, and was sent by a task that held its claim.
    NothingFromNowhere,
    /// There is a report on each posting; reports agree with the mailbox.
    ReportsAgree,
    /// A receipt opens with its key only, and tells the truth.
    ReceiptNeedsItsKey,
    /// A mail that was said to be safe is an application, or staff have it.
    NoLetterIsDropped,
    /// A mail is answered at most once, and is at most one application, however
    /// often it comes.
    AnsweredOnce,
    /// Only the proved author of a mail is answered, or has applied.
    AnsweredOnProof,
    /// A program that answers every mail is not answered for long.
    LoopsEnd,
    /// In the end nothing is pending: no mail, no incident, no orphaned document.
    ComesToRest,
    /// On the day of deletion only counts are left.
    ErasedInTheEnd,
    /// A message that staff were told is stopped has not left, and never does.
    StoppedNeverLeaves,
    /// One that was not stopped leaves.
    ScheduledLeaves,
    /// What was announced counts from the first moment that was told, for twelve
    /// hours.
    AnnouncedOnce,
    /// What has not come whole by then is deleted.
    UnfinishedIsGone,
    /// Its candidate is told, and nobody whose application is there.
    UnfinishedIsTold,
    /// Nobody changes a stage that a colleague has set since they looked, and
    /// each stage is what the changes, as they are written down, made of it.
    NoChangeIsLost,
    /// What staff have not confirmed to have is never forgotten, nor anything
    /// that a mail still has to bring.
    UnconfirmedStays,
    /// What they have confirmed is gone, documents, answers and address.
    ConfirmedIsGone,
    /// A mail about an application whose candidate was promised so is encrypted,
    /// however its posting's keys change.
    SealedStaysSealed,
    /// It is encrypted for the keys that the posting has when it is composed, or
    /// had for the candidate, and for none that has expired.
    SealedForTheTeam,
    /// What was forwarded encrypted is kept as that mail alone.
    SealedIsAllThatIsKept,
    /// What is counted of a posting is what there is.
    CountsAgree,
}

/// A promise that was not kept.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    pub(crate) invariant: Invariant,
    pub(crate) what: String,
}
