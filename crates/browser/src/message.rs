//! What happens to the form, and what [`crate::form::State::update`] then asks
//! the page to do.

use crate::chosen::{Found, Turn};
use crate::sending::{Answer, Changed};

/// Something that happened.
pub(crate) enum Message {
    /// Time has passed.
    Tick,
    /// A control of this field was changed.
    Edited(String),
    /// This field was left.
    Left(String),
    /// A file was chosen for the document `id`.
    Chosen { id: String, file_name: String, bytes: u64 },
    /// The choice for this document was taken back.
    Cleared(String),
    /// The file of `turn` was read.
    Inspected { id: String, turn: Turn, found: Found },
    /// The submit button was clicked.
    Submitted,
    /// So many bytes have left.
    Progress { sent: u64, total: u64 },
    /// The server answered, or the connection failed.
    Answered(Answer),
    /// These documents could not be read any more while they were sent.
    Lost(Vec<String>),
    /// The page had expired and has a new token.
    Renewed,
    /// The candidate stopped the upload.
    Cancelled,
    /// The candidate wants to see everything once more before sending.
    Reviewed,
    /// The candidate has seen enough of it.
    ReviewClosed,
    /// The candidate has emptied the form.
    Emptied,
    /// What was stopped had arrived: the address of its receipt.
    Arrived(String),
    /// The page is looked at again after another one.
    Resumed,
}

/// What is to be done, besides showing the new view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// The file just chosen for the document `id` is to be read.
    Read { id: String, turn: Turn },
    /// The form is to be sent.
    Send,
    /// The focus belongs on this element.
    Focus(&'static str),
    /// No answer came: perhaps a file is gone.
    LookForFiles,
    /// The upload was stopped: perhaps it had arrived.
    AskWhetherArrived,
    /// The page needs a new token.
    RenewToken,
    /// The posting has changed: its form is to be taken up, and then this is to be
    /// told.
    TakeUp(Changed),
    /// The receipt is to be opened, at this address.
    Open(String),
}
