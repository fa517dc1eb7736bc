//! Tells which addresses lead to one mailbox, and which are our own.

use domain::Posting;
use mail::Address;
use rules::addresses::tidied;
use rules::{Code, Content, Form, Issue, Timestamp, Unicode, review};

/// Domains where dots before the `@` make no difference.
const WITHOUT_DOTS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Returns what all addresses of a mailbox have in common: in small letters,
/// and without what follows a `+`. For comparing only, not for sending.
pub(crate) fn mailbox_of(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let Some((local, domain)) = address.rsplit_once('@') else { return address };
    let local = match local.split_once('+') {
        Some((before, _)) if !before.is_empty() => before,
        _ => local,
    };
    if WITHOUT_DOTS.contains(&domain) {
        return format!("{}@gmail.com", local.replace('.', ""));
    }
    format!("{local}@{domain}")
}

/// Judges a form as [`review`] does, and refuses our own addresses: those of
/// the posting's staff, and `own_addresses`. A mail to one
/// of them would come back to us or tell staff of their own mailbox. The page
/// cannot check this, since it does not know where staff get applications.
pub(crate) fn judge(
    posting: &Posting,
    own_addresses: &[Address],
    unicode: Unicode,
    form: &Form,
    received_at: Timestamp,
) -> Result<Content, Vec<Issue>> {
    let reviewed = review(unicode, &posting.requirements, form, received_at);
    let mailbox = mailbox_of(&tidied(&form.email, unicode.to_ascii));
    let staff = posting.recipients.iter().chain([&posting.contact]).map(String::as_str);
    let mut ours = staff.chain(own_addresses.iter().map(Address::as_str));
    if !ours.any(|own| mailbox_of(own) == mailbox) {
        return reviewed;
    }
    let issue = Issue::new("email", Code::NotAnEmail).with("address", "ours");
    let Err(mut issues) = reviewed else { return Err(vec![issue]) };
    if !issues.iter().any(|one| one.field == "email" || one.field == Issue::DEADLINE) {
        let at = usize::from(issues.first().is_some_and(|first| first.field == "name"));
        issues.insert(at, issue);
    }
    Err(issues)
}

#[cfg(test)]
mod tests {
    use super::mailbox_of;

    #[test]
    fn addresses_of_one_mailbox_are_alike() {
        for (address, mailbox) in [
            ("Marie.Dupont@Example.org", "marie.dupont@example.org"),
            ("marie+jobs+1@example.org", "marie@example.org"),
            ("+marie@example.org", "+marie@example.org"),
            ("m.a.rie+x@googlemail.com", "marie@gmail.com"),
            ("marie@gmail.com", "marie@gmail.com"),
            ("nobody", "nobody"),
        ] {
            assert_eq!(mailbox_of(address), mailbox);
        }
    }
}
