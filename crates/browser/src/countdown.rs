//! Shows the time left until the deadline, in words.

use locales::{Words, fill, plural};
use rules::Timestamp;
use rules::deadline::{Phase, Window};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// With more time left than this, only whole days are shown.
const DAYS_ONLY: i64 = 48 * HOUR;
/// With less time left than this, seconds are shown.
const TO_THE_SECOND: i64 = 10 * MINUTE;

/// What the page says of the time that is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Countdown {
    /// The sentence.
    pub(crate) text: String,
    /// Whether a screen reader should say it, unasked: on entering the last
    /// hour, the last ten minutes and the last one, and at the end.
    pub(crate) announced: bool,
}

/// Returns the sentence at `now`; nothing while applications are not taken yet.
/// While an upload runs, the end is told otherwise: one begun in time is in
/// time.
pub(crate) fn countdown(
    words: &impl Words,
    window: &Window,
    now: Timestamp,
    sending: bool,
) -> Option<Countdown> {
    match window.phase(now) {
        Phase::NotYetOpen => None,
        Phase::Closed => {
            let key = if sending { "script_closed_sending" } else { "script_closed" };
            Some(Countdown { text: words.word(key).to_owned(), announced: true })
        }
        Phase::Open => {
            let left = left(window, now);
            let text = fill(words.word("script_left"), &[("time", &duration(words, left))]);
            Some(Countdown { text, announced: is_threshold(left) })
        }
    }
}

/// After how many milliseconds the sentence changes; nothing when it is final.
pub(crate) fn next_change(window: &Window, now: Timestamp) -> Option<i64> {
    match window.phase(now) {
        Phase::NotYetOpen => Some(MINUTE),
        Phase::Closed => None,
        Phase::Open => {
            let left = left(window, now);
            let unit = if left <= TO_THE_SECOND { SECOND } else { MINUTE };
            Some(left % unit + 1)
        }
    }
}

fn left(window: &Window, now: Timestamp) -> i64 {
    window.closes_at.0.saturating_sub(now.0)
}

/// Rounded down, so that the time shown is never longer than the time left.
fn duration(words: &impl Words, left: i64) -> String {
    let days = |n| plural(words, "script_days", n);
    let hours = |n| plural(words, "script_hours", n);
    let minutes = |n| plural(words, "script_minutes", n);
    let seconds = |n| plural(words, "script_seconds", n);
    if left > DAYS_ONLY {
        days(left / DAY)
    } else if left >= HOUR {
        both(words, hours(left / HOUR), (left % HOUR / MINUTE, minutes))
    } else if left >= TO_THE_SECOND {
        minutes(left / MINUTE)
    } else if left >= MINUTE {
        both(words, minutes(left / MINUTE), (left % MINUTE / SECOND, seconds))
    } else {
        seconds((left / SECOND).max(1))
    }
}

/// `2 heures et 5 minutes`; without the second part where it is none.
fn both(words: &impl Words, first: String, second: (i64, impl Fn(i64) -> String)) -> String {
    match second {
        (0, _) => first,
        (count, say) => {
            fill(words.word("script_and"), &[("first", &first), ("second", &say(count))])
        }
    }
}

/// Returns the first sentence of the last hour, of the last ten minutes and of
/// the last one.
fn is_threshold(left: i64) -> bool {
    let (minute, second) = (left / MINUTE, left / SECOND);
    minute == 59 || second == 599 || second == 59
}

#[cfg(test)]
mod tests {
    use locales::{EN, FR};

    use super::*;

    const CLOSES: i64 = 1_754_258_400_000;

    fn at(left: i64, sending: bool) -> (String, String, bool, Option<i64>) {
        let window = Window { opens_at: Timestamp(0), closes_at: Timestamp(CLOSES) };
        let now = Timestamp(CLOSES - left);
        let french = countdown(&FR, &window, now, sending).unwrap();
        let english = countdown(&EN, &window, now, sending).unwrap();
        assert_eq!(french.announced, english.announced);
        (french.text, english.text, french.announced, next_change(&window, now))
    }

    #[test]
    fn the_time_left_in_words() {
        for (left, french, english, announced, next) in [
            (6 * DAY + 1, "6\u{A0}jours", "6\u{A0}days", false, 2),
            (DAYS_ONLY + MINUTE, "2\u{A0}jours", "2\u{A0}days", false, 1),
            (DAYS_ONLY, "48\u{A0}heures", "48\u{A0}hours", false, 1),
            (
                DAYS_ONLY - 1,
                "47\u{A0}heures et 59\u{A0}minutes",
                "47\u{A0}hours and 59\u{A0}minutes",
                false,
                MINUTE,
            ),
            (
                HOUR + MINUTE + 5,
                "1\u{A0}heure et 1\u{A0}minute",
                "1\u{A0}hour and 1\u{A0}minute",
                false,
                6,
            ),
            (HOUR, "1\u{A0}heure", "1\u{A0}hour", false, 1),
            (HOUR - 1, "59\u{A0}minutes", "59\u{A0}minutes", true, MINUTE),
            (TO_THE_SECOND, "10\u{A0}minutes", "10\u{A0}minutes", false, 1),
            (
                TO_THE_SECOND - 1,
                "9\u{A0}minutes et 59\u{A0}secondes",
                "9\u{A0}minutes and 59\u{A0}seconds",
                true,
                SECOND,
            ),
            (MINUTE - 1, "59\u{A0}secondes", "59\u{A0}seconds", true, SECOND),
            (1, "1\u{A0}seconde", "1\u{A0}second", false, 2),
        ] {
            let (fr, en, said, after) = at(left, false);
            assert!(fr.contains(&format!("reste {french} ")), "{left}: {fr}");
            assert!(en.contains(&format!(" {english} ")), "{left}: {en}");
            assert_eq!((said, after), (announced, Some(next)), "{left}");
        }
    }

    #[test]
    fn the_end_is_said_honestly() {
        for left in [0, -1, -DAY] {
            let (closed, _, announced, next) = at(left, false);
            assert_eq!((closed.as_str(), announced, next), (FR.script_closed, true, None));
            assert_eq!(at(left, true).0, FR.script_closed_sending);
        }
    }

    #[test]
    fn nothing_is_counted_before_the_opening() {
        let window = Window { opens_at: Timestamp(10), closes_at: Timestamp(20) };
        assert_eq!(countdown(&FR, &window, Timestamp(9), false), None);
    }
}
