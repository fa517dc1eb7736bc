//! Marks the mails that leave, so that systems which forward to each other stop.
//!
//! A mail to staff may be redirected to another system like this one, which
//! forwards it to its own staff, and they are our intake. Each system adds its
//! mark to what it forwards and keeps those of others, as mail servers do with
//! `Received`; a mail that carries our mark has been here.

use mail::Extra;

use crate::mail_composer::MailComposer;

/// The header, after its prefix.
const PASSED: &str = "Passed";

/// The most systems that a mail may have passed. No way is as long.
const MAX_PASSED: usize = 10;

/// What a mail that leaves is for, as far as its mark tells.
#[derive(Clone, Copy)]
enum Mark {
    Mail,
    /// It tells the operator of trouble. Where it comes back, nobody is told of it
    /// by another.
    Alert,
}

/// What the marks of a mail that came in say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// It comes from elsewhere.
    New,
    /// It has been here, or has passed too many systems.
    Returned,
    /// It is an alert of ours.
    ReturnedAlert,
}

/// The marks of a mail, as one that passes it on keeps them.
pub(crate) fn kept(passed: &[String]) -> impl Iterator<Item = Extra> {
    passed.iter().take(MAX_PASSED).filter_map(|mark| Extra::new(PASSED, mark.as_str()).ok())
}

impl MailComposer<'_> {
    /// The mark of mails: the same for all of this installation, so that it says
    /// nothing of a person.
    pub(crate) fn mark(&self) -> Option<Extra> {
        self.header(Mark::Mail)
    }

    /// The mark of alerts.
    pub(crate) fn alert_mark(&self) -> Option<Extra> {
        self.header(Mark::Alert)
    }

    /// Reads the marks of a mail that came in.
    pub(crate) fn passage(&self, passed: &[String]) -> Passage {
        let is = |mark: Mark, text: &String| self.signing.verify(PURPOSE, &[mark.as_str()], text);
        if passed.iter().any(|text| is(Mark::Alert, text)) {
            Passage::ReturnedAlert
        } else if passed.len() >= MAX_PASSED || passed.iter().any(|text| is(Mark::Mail, text)) {
            Passage::Returned
        } else {
            Passage::New
        }
    }

    fn header(&self, mark: Mark) -> Option<Extra> {
        Extra::new(PASSED, self.signing.sign(PURPOSE, &[mark.as_str()])).ok()
    }
}

/// What a mark is signed for.
const PURPOSE: &str = "passed";

impl Mark {
    fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Alert => "alert",
        }
    }
}
