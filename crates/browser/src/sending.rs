//! The states of sending an application to the server.

use locales::{Words, bytes, fill, plural};
use serde::Deserialize;

use crate::view::{Item, Summary, Upload};

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sending {
    /// Nothing is on the way.
    #[default]
    Idle,
    /// It is to leave as soon as the documents are read.
    Waiting,
    /// It is leaving: so many bytes of so many.
    Leaving { sent: u64, total: u64 },
    /// It has arrived; the receipt is being opened.
    Received,
    /// The candidate stopped it.
    Cancelled,
}

impl Sending {
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self, Self::Waiting | Self::Leaving { .. } | Self::Received)
    }

    pub(crate) fn view(&self, words: &impl Words) -> Option<Upload> {
        let plain = |key: &str, percent| {
            let text = words.word(key).to_owned();
            Some(Upload { seen: text.clone(), spoken: text, percent, can_stop: false })
        };
        match *self {
            Self::Idle => None,
            Self::Waiting => plain("script_waiting", None),
            Self::Received => plain("script_received", None),
            Self::Cancelled => plain("script_cancelled", None),
            Self::Leaving { sent, total } if total > 0 && sent >= total => {
                plain("script_sent", Some(100))
            }
            Self::Leaving { sent, total } => Some(leaving(words, sent, total)),
        }
    }
}

fn leaving(words: &impl Words, sent: u64, total: u64) -> Upload {
    let hundredths = sent.saturating_mul(100).checked_div(total).unwrap_or(0);
    let percent = u8::try_from(hundredths).unwrap_or(100).min(99);
    let number = percent.to_string();
    let seen = fill(
        words.word("script_sending"),
        &[("percent", &number), ("sent", &bytes(words, sent)), ("total", &bytes(words, total))],
    );
    let quarter = (percent / 25 * 25).to_string();
    let spoken = fill(words.word("script_sending_quarter"), &[("percent", &quarter)]);
    Upload { seen, spoken, percent: Some(percent), can_stop: true }
}

/// What the server answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Taken in: the address of the receipt.
    Received { status_url: String },
    /// Not admissible. `kept` says that an earlier application stays.
    Refused { errors: Vec<FieldError>, kept: Option<String> },
    /// A correction that was not taken although nothing is wrong with it: why,
    /// and what to do. `is_for_now` where it may be sent again in a while.
    NotTaken { message: String, is_for_now: bool },
    /// Not admissible, by a newer version of the posting than the page shows.
    Changed(Changed),
    /// Anything else, by its status; 0 where there was no connection.
    Failed { status: u16, retry_after: Option<i64> },
    /// No answer came, for whatever reason.
    Nothing,
}

impl Answer {
    /// Whether an application from this page is stored, or may be.
    pub(crate) fn leaves_something(&self) -> bool {
        match self {
            Self::Refused { kept, .. } => kept.is_some(),
            Self::Changed(changed) => changed.kept.is_some(),
            Self::Received { .. } | Self::NotTaken { .. } | Self::Nothing => true,
            Self::Failed { status, .. } => *status == 0 || *status >= 500,
        }
    }
}

/// What is to be told once the form of the newer version is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) errors: Vec<FieldError>,
    /// That an earlier application stays.
    pub(crate) kept: Option<String>,
    /// The page's token, for the newer version.
    pub(crate) token: Option<String>,
}

/// What is wrong with a field, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct FieldError {
    /// The field's name, or a document's or question's id.
    pub(crate) field: String,
    /// The sentence for the candidate.
    pub(crate) message: String,
}

/// The summary of a failure: what to do, and that nothing is lost.
pub(crate) fn failure(words: &impl Words, status: u16, retry_after: Option<i64>) -> Summary {
    let (key, again) = match status {
        0 => ("script_no_connection", true),
        404 | 410 => ("script_gone", false),
        413 => ("script_too_large", true),
        429 => ("script_busy", true),
        500.. => ("script_unavailable", true),
        _ => ("script_failed", true),
    };
    let sentence = fill(words.word(key), &[("wait", &wait(words, retry_after))]);
    again_summary(words, sentence, again)
}

/// The summary of a correction that was not taken, in the server's words.
pub(crate) fn not_taken(words: &impl Words, message: String, is_for_now: bool) -> Summary {
    again_summary(words, message, is_for_now)
}

/// The summary of an upload that was stopped too late. The receipt says what
/// has arrived: it may be what was sent before.
pub(crate) fn already_received(words: &impl Words, status_url: String) -> Summary {
    let text = words.word("script_already_received_what").to_owned();
    let title = words.word("script_already_received").to_owned();
    Summary::Shown { title, items: vec![Item { href: Some(status_url), text }] }
}

/// Returns the summary of an expired page that was mended: it only wants to be sent.
pub(crate) fn renewed(words: &impl Words) -> Summary {
    again_summary(words, words.word("script_renewed").to_owned(), true)
}

fn again_summary(words: &impl Words, sentence: String, again: bool) -> Summary {
    let item = |target: Option<&str>, text: String| Item { href: target.map(str::to_owned), text };
    let mut items = vec![item(None, sentence)];
    if again {
        items.push(item(None, words.word("script_safe").to_owned()));
        items.push(item(Some("#submit"), words.word("script_to_send").to_owned()));
    }
    Summary::Shown { title: words.word("script_not_sent").to_owned(), items }
}

/// Whole minutes from one on: a minute, where the server does not say.
fn wait(words: &impl Words, seconds: Option<i64>) -> String {
    match seconds {
        Some(seconds @ 1..60) => plural(words, "script_seconds", seconds),
        Some(seconds @ 60..) => plural(words, "script_minutes", seconds.saturating_add(59) / 60),
        _ => plural(words, "script_minutes", 1),
    }
}

#[cfg(test)]
mod tests {
    use locales::FR;

    use super::*;

    #[test]
    fn progress_is_seen_often_and_spoken_seldom() {
        let mut spoken = Vec::new();
        for sent in (0..=4_200_000).step_by(10_000) {
            let upload = Sending::Leaving { sent, total: 4_200_000 }.view(&FR).unwrap();
            assert_eq!(upload.percent, Some(u8::try_from(sent * 100 / 4_200_000).unwrap()));
            if spoken.last() != Some(&upload.spoken) {
                spoken.push(upload.spoken);
            }
        }
        assert_eq!(spoken.len(), 5, "{spoken:?}");
        let half = Sending::Leaving { sent: 2_100_000, total: 4_200_000 }.view(&FR).unwrap();
        assert_eq!(half.seen, "Envoi\u{A0}: 50\u{A0}% (2,1\u{A0}Mo sur 4,2\u{A0}Mo)");
        assert_eq!(half.spoken, "Envoi\u{A0}: 50\u{A0}%");
    }

    #[test]
    fn an_unknown_length_is_no_trap() {
        let view = Sending::Leaving { sent: 5, total: 0 }.view(&FR).unwrap();
        assert_eq!(view.percent, Some(0));
    }

    #[test]
    fn every_failure_says_what_to_do() {
        for (status, retry_after, words) in [
            (0, None, "connexion"),
            (404, None, "Cette annonce"),
            (413, None, "volumineux"),
            (429, Some(60), "Attendez 1\u{A0}minute,"),
            (429, Some(61), "Attendez 2\u{A0}minutes,"),
            (503, Some(30), "Attendez 30\u{A0}secondes,"),
            (503, None, "Attendez 1\u{A0}minute,"),
            (503, Some(-1), "Attendez 1\u{A0}minute,"),
            (415, None, "n’a pas pu lire"),
            (200, None, "n’a pas pu lire"),
        ] {
            let Summary::Shown { items, .. } = failure(&FR, status, retry_after) else { panic!() };
            assert!(items[0].text.contains(words), "{status}: {items:?}");
            assert_eq!(items.len() == 3, status != 404, "{status}");
            assert_eq!(items[0].href, None, "a sentence is no link");
        }
    }
}
