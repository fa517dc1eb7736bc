//! What the page shows, as plain data; `dom` writes it into the page.

use rules::TextMap;

use crate::countdown::Countdown;

/// Everything that the script changes in the page.
#[derive(Debug)]
pub(crate) struct View<'a> {
    /// What is asked about the address.
    pub(crate) question: Option<Question>,
    /// The error beside each field that has one.
    pub(crate) errors: &'a TextMap,
    /// What is said of each document's file. Where there is nothing, what the
    /// server said stays.
    pub(crate) statuses: TextMap,
    /// How much all documents weigh.
    pub(crate) meter: Option<String>,
    /// The error summary, and how often it was made.
    pub(crate) summary: (&'a Summary, u32),
    /// The upload.
    pub(crate) upload: Option<Upload>,
    /// Whether a click on the submit button does nothing for now.
    pub(crate) busy: bool,
    /// Whether leaving the page would break something off.
    pub(crate) guarded: bool,
    /// The time that is left.
    pub(crate) countdown: Option<Countdown>,
    /// Whether the deadline has passed, so that the form can no longer be sent.
    pub(crate) over: bool,
    /// What a screen reader says of the latest change.
    pub(crate) spoken: &'a str,
    /// How many characters are left, for each text near its limit.
    pub(crate) counters: TextMap,
    /// What was typed and chosen, by field, where the candidate looks at all of
    /// it before sending.
    pub(crate) review: Option<TextMap>,
    /// The details that open by themselves: how an image that was chosen becomes
    /// a PDF.
    pub(crate) opened: Option<&'static str>,
}

/// A question beside the address, which is valid and may be a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// What is asked.
    pub(crate) text: String,
    /// The address that was probably meant.
    pub(crate) suggestion: Option<String>,
}

/// The error summary at the head of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Summary {
    /// As the server made it, shown or not.
    #[default]
    AsServed,
    /// Nothing is wrong.
    Hidden,
    /// This is wrong.
    Shown {
        /// Its heading.
        title: String,
        /// What is wrong, in the order of the page.
        items: Vec<Item>,
    },
}

/// A line of the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Where it is mended: an element of the page, as `#id`, or another page.
    /// Without one it is plain text.
    pub(crate) href: Option<String>,
    /// The sentence.
    pub(crate) text: String,
}

/// The upload's place in the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    /// What is seen.
    pub(crate) seen: String,
    /// What a screen reader says: it changes seldom.
    pub(crate) spoken: String,
    /// Where the bar stands. Without it there is no bar.
    pub(crate) percent: Option<u8>,
    /// Whether it can be stopped.
    pub(crate) can_stop: bool,
}
