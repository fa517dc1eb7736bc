//! What the flows take in: a form as it arrived, with its files.

use std::borrow::Cow;

use domain::Posting;
use mail::Address;
use rules::{Form, Timestamp, Unicode};

use crate::key::{ApplicationId, SigningKey};

/// A form as it arrived.
#[derive(Debug)]
pub struct Submission<U> {
    /// The id that the application gets: the token's, or a new one.
    pub id: ApplicationId,
    /// When the request began, before its body was read.
    pub received_at: Timestamp,
    /// The language of the page.
    pub language: String,
    /// Scheme and host of the page, without a slash at the end.
    pub origin: String,
    /// Our own addresses, which no candidate has.
    pub own_addresses: Vec<Address>,
    /// The functions that compare texts and convert domains.
    pub unicode: Unicode,
    /// The typed fields. Its documents are empty; they are below.
    pub form: Form,
    /// The files.
    pub documents: Vec<SubmittedDocument<U>>,
    /// Whether documents that pass are held where the form is refused: a page
    /// without a script cannot keep them chosen.
    pub holds: bool,
    /// How it came.
    pub channel: Channel,
    /// The key by which a sealed application is recognised.
    pub signing: SigningKey,
    /// Until when new applications are taken, where that is earlier than the
    /// posting's closing: it was taken down. Corrections are taken until then.
    pub taken_until: Option<Timestamp>,
    /// The day of deletion that the page stated. Without one, the posting's
    /// counts.
    pub erase_at: Option<Timestamp>,
}

impl<U> Submission<U> {
    /// The posting as it is for new applications.
    pub(crate) fn for_new<'a>(&self, posting: &'a Posting) -> Cow<'a, Posting> {
        match self.taken_until {
            Some(until) => Cow::Owned(posting.clone().ended(until)),
            None => Cow::Borrowed(posting),
        }
    }
}

/// How an application came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// By the form of a posting.
    Form,
    /// By the mail with this Message-ID. A mail answers no questions: its
    /// sender is asked afterwards.
    Mail(String),
    /// By post, or by mail to a person: staff have added it. No answer is
    /// required, since nobody was asked.
    Desk,
    /// By the form that the answer to a mail leads to.
    MailAndForm {
        /// The Message-ID of the mail.
        message_id: String,
        /// The ids of the documents that the mail has brought.
        brought: Vec<String>,
    },
}

impl Channel {
    pub(crate) fn message_id(&self) -> Option<String> {
        match self {
            Self::Form | Self::Desk => None,
            Self::Mail(id) | Self::MailAndForm { message_id: id, .. } => Some(id.clone()),
        }
    }

    /// Whether a document came by the mail, which is stored in any case.
    pub(crate) fn has_brought(&self, document: &str) -> bool {
        match self {
            Self::MailAndForm { brought, .. } => brought.iter().any(|id| id == document),
            Self::Form | Self::Desk | Self::Mail(_) => false,
        }
    }

    /// Returns the posting, with the questions that an application has to
    /// answer that comes this way.
    pub(crate) fn asks<'a>(&self, posting: &'a Posting) -> Cow<'a, Posting> {
        let mut asked = Cow::Borrowed(posting);
        match self {
            Self::Mail(_) => asked.to_mut().requirements.questions.clear(),
            Self::Desk => {
                for question in &mut asked.to_mut().requirements.questions {
                    question.required = false;
                }
            }
            Self::Form | Self::MailAndForm { .. } => {}
        }
        asked
    }
}

/// A file as it arrived.
#[derive(Debug)]
pub struct SubmittedDocument<U> {
    /// The form field it came in.
    pub id: String,
    /// Its name, as the client said it.
    pub file_name: String,
    /// Its size.
    pub bytes: u64,
    /// The file.
    pub upload: U,
}
