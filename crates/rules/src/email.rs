//! The HTML standard's rule for e-mail addresses.
//!
//! <https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address>,
//! the rule of `<input type=email>`, so that page and Worker agree with the
//! browser. `validator`'s own `email` rule is another one, and costs 120 KB of
//! wasm.

use crate::application::limit;

/// Longest local part, in octets (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// Longest label of a domain name, in octets (RFC 1034, 3.1).
const MAX_LABEL: usize = 63;

/// Returns whether `text` is one valid e-mail address and nothing else: no
/// list, no display name, no line break.
///
/// Stricter than the standard in two points: lengths that mail servers take,
/// and no percent-encoded line break, which `%` in a local part would allow
/// and which no mailbox has.
pub fn is_valid(text: &str) -> bool {
    text.len() as u64 <= limit::EMAIL
        && !has_encoded_break(text)
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= MAX_LOCAL
                && local.bytes().all(is_local)
                && domain.split('.').all(is_label)
        })
}

/// Returns whether the local part of an address names a way by other hosts:
/// `marie%example.org@relay` or `relay!marie@host`. Old mail servers forward
/// such mail to whom it names; nobody has such an address.
pub fn is_routed(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, _)| local.contains(['%', '!']))
}

fn has_encoded_break(text: &str) -> bool {
    ["%0d", "%0a", "%0D", "%0A", "%00"].iter().any(|encoded| text.contains(encoded))
}

fn is_local(byte: u8) -> bool {
    let is_mark = matches!(
        byte,
        b'.' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~' | b'-'
    );
    byte.is_ascii_alphanumeric() || is_mark
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same table is put to Chromium's `<input type=email>` in
    /// `tests/e2e`, so that the two cannot drift apart.
    const CASES: &str = include_str!("../../../tests/fixtures/addresses.json");

    #[test]
    fn agrees_with_the_table_shared_with_chromium() {
        let cases: Vec<(String, bool)> = serde_json::from_str(CASES).unwrap();
        assert!(cases.len() > 40);
        for (address, valid) in cases {
            assert_eq!(is_valid(&address), valid, "{address:?}");
        }
    }

    #[test]
    fn refuses_what_a_browser_would_strip_but_a_client_may_send() {
        for address in [
            "a@b.org\r\nBcc: c@d.org",
            "a@b.org\n",
            " a@b.org",
            "a@b.org\0",
            "a@b.org ",
            "a%0d%0a@b.org",
            "a%0D%0ABcc=x@b.org",
        ] {
            assert!(!is_valid(address), "{address:?}");
        }
    }

    #[test]
    fn a_way_by_other_hosts_is_recognised() {
        for (address, routed) in [
            ("marie%example.org@relay.org", true),
            ("relay!marie@example.org", true),
            ("marie+omct@example.org", false),
            ("marie@example.org", false),
        ] {
            assert!(is_valid(address));
            assert_eq!(is_routed(address), routed, "{address:?}");
        }
    }

    #[test]
    fn refuses_more_than_a_mail_server_takes() {
        let domain = format!("{}.{}.{}", "d".repeat(63), "e".repeat(63), "f".repeat(61));
        let local = "a".repeat(64);
        assert!(is_valid(&format!("{local}@{domain}")));
        assert!(!is_valid(&format!("{local}@{domain}f")));
        assert!(!is_valid(&format!("a{local}@b.org")));
    }
}
