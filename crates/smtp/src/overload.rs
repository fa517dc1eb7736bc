//! Which temporary refusals mean that the server wants fewer connections or mails.

use crate::{Enhanced, Reply};

/// Returns whether a 4xx reply asks the client to slow down: 421, a status that says so, or words that say so.
///
/// Words are needed because servers agree on no code: Amazon SES answers 454 above its sending rate, Postfix 450 above
/// `smtpd_client_message_rate_limit`. A reply that is taken for overload by mistake is only tried again more slowly.
pub(crate) fn is_reported_by(reply: &Reply) -> bool {
    if reply.class() != 4 {
        return false;
    }
    let has_status = reply.enhanced.is_some_and(|status| STATUSES.contains(&status));
    let text = reply.text.to_ascii_lowercase();
    reply.code == 421 || has_status || WORDS.iter().any(|words| text.contains(words))
}

/// X.3.2: the system accepts no messages now. X.4.5: it is congested (both RFC 3463). X.7.28: a flood of mails (IANA's registry of
/// enhanced status codes).
const STATUSES: [Enhanced; 3] = [Enhanced(4, 3, 2), Enhanced(4, 4, 5), Enhanced(4, 7, 28)];

const WORDS: [&str; 9] = [
    "too many connections",
    "too many concurrent",
    "too many messages",
    "too many sessions",
    "too much mail",
    "throttl",
    "rate limit",
    "sending rate",
    "slow down",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn is_overload(code: u16, enhanced: Option<Enhanced>, text: &str) -> bool {
        is_reported_by(&Reply { code, enhanced, text: text.to_owned() })
    }

    #[test]
    fn codes_statuses_and_words_ask_to_slow_down() {
        for (code, enhanced, text) in [
            (421, None, ""),
            (
                421,
                Some(Enhanced(4, 7, 0)),
                "4.7.0 mx.example Error: too many connections from 192.0.2.1",
            ),
            (432, Some(Enhanced(4, 3, 2)), "4.3.2 Concurrent connections limit exceeded"),
            (451, Some(Enhanced(4, 4, 5)), "4.4.5 Server busy"),
            (450, Some(Enhanced(4, 7, 28)), "4.7.28 flood"),
            (450, Some(Enhanced(4, 7, 1)), "4.7.1 Error: too much mail from 192.0.2.1"),
            (454, None, "Throttling failure: Maximum sending rate exceeded."),
            (451, None, "Rate limit exceeded, SLOW DOWN"),
        ] {
            assert!(is_overload(code, enhanced, text), "{code} {text}");
        }
    }

    #[test]
    fn other_refusals_do_not() {
        for (code, enhanced, text) in [
            (450, Some(Enhanced(4, 2, 0)), "4.2.0 greylisted, try again in five minutes"),
            (451, Some(Enhanced(4, 7, 1)), "4.7.1 greylisting in action"),
            (452, Some(Enhanced(4, 3, 1)), "4.3.1 insufficient system storage"),
            (452, Some(Enhanced(4, 2, 2)), "4.2.2 mailbox full"),
            (454, Some(Enhanced(4, 7, 0)), "4.7.0 temporary authentication failure"),
            // Permanent, whatever it says.
            (550, Some(Enhanced(5, 7, 1)), "5.7.1 too many connections, rate limit"),
        ] {
            assert!(!is_overload(code, enhanced, text), "{code} {text}");
        }
    }
}
