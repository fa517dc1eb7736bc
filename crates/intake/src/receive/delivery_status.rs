//! Reads what a notification says of each recipient (RFC 3464).

/// How many addresses of a notification are looked at.
const ADDRESSES: usize = 100;

/// Whether one of these reports says that a mail has failed, or none says what
/// became of it.
pub(super) fn is_failure<'a>(reports: impl Iterator<Item = &'a [u8]>) -> bool {
    let groups: Vec<_> = reports.flat_map(groups).collect();
    let mut actions = groups.iter().filter_map(|group| group.action.as_deref()).peekable();
    actions.peek().is_none() || actions.any(has_failed)
}

/// The addresses that the mail has not reached: the one that it was sent to, and
/// the one that this stood for at the end, where both are named.
pub(super) fn failed_recipients<'a>(reports: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let failed = reports.flat_map(groups).filter(|group| {
        // A report that says of nobody what became of the mail says that it failed.
        group.action.as_deref().is_none_or(has_failed)
    });
    failed.flat_map(|group| group.addresses).take(ADDRESSES).collect()
}

fn has_failed(action: &str) -> bool {
    action.starts_with("failed")
}

/// The fields of one recipient, or those of the mail.
#[derive(Default)]
struct Group {
    action: Option<String>,
    addresses: Vec<String>,
}

/// The groups of fields of a report, which empty lines part. All is in small
/// letters.
fn groups(report: &[u8]) -> Vec<Group> {
    let mut groups = vec![Group::default()];
    for line in unfolded(&String::from_utf8_lossy(report).to_lowercase()) {
        if line.is_empty() {
            groups.push(Group::default());
        }
        let (Some((name, value)), Some(group)) = (line.split_once(':'), groups.last_mut()) else {
            continue;
        };
        match name.trim() {
            "action" => group.action = Some(value.trim().to_owned()),
            "original-recipient" | "final-recipient" => group.addresses.extend(address(value)),
            _ => {}
        }
    }
    groups
}

/// The lines, each with those that continue it.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) && !last.is_empty() => last.push_str(line),
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines
}

/// The address in `rfc822; <team@example.org>`, without its type.
fn address(value: &str) -> Option<String> {
    let (_, address) = value.split_once(';')?;
    let address = address.trim().trim_start_matches('<').trim_end_matches('>').trim();
    (!address.is_empty()).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(report: &str) -> Vec<String> {
        failed_recipients(std::iter::once(report.as_bytes()))
    }

    #[test]
    fn who_did_not_get_it_is_read_group_by_group() {
        let report = "Reporting-MTA: dns; mx.example.net\r\n\r\n\
            Original-Recipient: rfc822;Team@Example.org\r\n\
            Final-Recipient: rfc822;\r\n <box@example.net>\r\nAction: failed\r\n\r\n\
            Final-Recipient: rfc822; b@example.org\r\nAction: delayed\r\n";
        assert_eq!(failed(report), ["team@example.org", "box@example.net"]);
        assert!(is_failure(std::iter::once(report.as_bytes())));
    }

    #[test]
    fn what_is_late_has_not_failed() {
        let late = "Final-Recipient: rfc822; b@example.org\nAction: delayed\n";
        assert!(failed(late).is_empty() && !is_failure(std::iter::once(late.as_bytes())));
        assert!(is_failure(std::iter::empty()), "what says nothing is a failure");
        for nonsense in ["", ":", "Final-Recipient: b@example.org", "Final-Recipient: rfc822; <>"] {
            assert!(failed(nonsense).is_empty(), "{nonsense}");
        }
    }
}
