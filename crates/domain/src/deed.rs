//! What people do at the desk.

/// What somebody did, as an event says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A posting was saved, as a draft or for everybody.
    Saved,
    /// A posting was ended before its deadline.
    Ended,
    /// A posting was taken off the careers page.
    TakenDown,
    /// A posting was put back on it, or opened again after it was ended.
    PutBack,
    /// The applications of a posting were exported.
    Exported,
    /// An application got another stage.
    StageChanged,
    /// A message to the candidate was scheduled.
    MessageScheduled,
    /// A message was stopped.
    MessageStopped,
    /// A note was written.
    NoteWritten,
    /// A document was looked at.
    DocumentViewed,
    /// All that is known of a person was handed out.
    HandedOut,
    /// The candidate withdrew the application.
    Withdrawn,
    /// An application was erased at the person's request.
    Erased,
    /// An application that came otherwise was added by hand.
    Added,
    /// It was noted that the candidate was answered elsewhere.
    AnsweredElsewhere,
    /// That note was taken back.
    AnswerTakenBack,
    /// It was confirmed that an application has arrived; what is kept of its
    /// content goes.
    Confirmed,
}

impl Deed {
    /// Every one.
    pub const ALL: [Self; 17] = [
        Self::Saved,
        Self::Ended,
        Self::TakenDown,
        Self::PutBack,
        Self::Exported,
        Self::StageChanged,
        Self::MessageScheduled,
        Self::MessageStopped,
        Self::NoteWritten,
        Self::DocumentViewed,
        Self::HandedOut,
        Self::Withdrawn,
        Self::Erased,
        Self::Added,
        Self::AnsweredElsewhere,
        Self::AnswerTakenBack,
        Self::Confirmed,
    ];

    /// Returns the name that the ledger, clients and locales use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Ended => "ended",
            Self::TakenDown => "taken_down",
            Self::PutBack => "put_back",
            Self::Exported => "exported",
            Self::StageChanged => "stage_changed",
            Self::MessageScheduled => "message_scheduled",
            Self::MessageStopped => "message_stopped",
            Self::NoteWritten => "note_written",
            Self::DocumentViewed => "document_viewed",
            Self::HandedOut => "handed_out",
            Self::Withdrawn => "withdrawn",
            Self::Erased => "erased",
            Self::Added => "added",
            Self::AnsweredElsewhere => "answered_elsewhere",
            Self::AnswerTakenBack => "answer_taken_back",
            Self::Confirmed => "confirmed",
        }
    }

    /// Returns the deed with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_has_one_name() {
        for deed in Deed::ALL {
            assert_eq!(Deed::parse(deed.as_str()), Some(deed));
        }
    }
}
