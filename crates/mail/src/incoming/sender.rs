//! Who or what wrote a message.

use mail_parser::{Addr, HeaderValue};

use crate::Address;
use crate::text::clean;

/// Somebody who writes or gets mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The display name on one line; empty where there is none.
    pub name: String,
    /// The address.
    pub address: Address,
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessageKind {
    /// A person wrote it.
    #[default]
    Personal,
    /// It came by a mailing list, or to many at the same time.
    List,
    /// A program wrote it, such as an out-of-office note.
    Automatic,
    /// It tells that a mail was not delivered.
    Bounce,
}

/// The only person in the value of a header. Nothing for several, for a group, and for what is no address.
pub(super) fn only_person(value: &HeaderValue<'_>) -> Option<Person> {
    let list = value.as_address()?.as_list()?;
    let [Addr { name, address: Some(address) }] = list else { return None };
    let name = name.as_deref().map(clean).unwrap_or_default();
    Some(Person { name, address: Address::parse(address.trim()).ok()? })
}

/// Returns the kind of a message, by its headers (RFC 3834, 2). `X-Auto-Response-Suppress` makes none automatic, because Outlook writes it
/// into what people write.
pub(super) fn kind<'a>(header: impl Fn(&str) -> Option<&'a str>, is_report: bool) -> MessageKind {
    let is = |name: &str, wanted: &[&str]| {
        let first = header(name).unwrap_or_default().split([';', ' ', '(']).next();
        wanted.iter().any(|one| first.unwrap_or_default().trim().eq_ignore_ascii_case(one))
    };
    let has = |names: &[&str]| names.iter().any(|name| header(name).is_some());
    let empty_path = header("return-path").is_some_and(|path| path.replace(' ', "") == "<>");
    let from = header("from").unwrap_or_default().to_ascii_lowercase();
    if is_report || empty_path || from.contains("mailer-daemon@") || has(&["x-failed-recipients"]) {
        MessageKind::Bounce
    } else if header("auto-submitted").is_some() && !is("auto-submitted", &["no"])
        || has(&["x-autoreply", "x-autorespond", "x-autoresponder", "x-guichet-passed"])
        || is("precedence", &["auto_reply"])
    {
        MessageKind::Automatic
    } else if has(&["list-id", "list-post", "list-unsubscribe", "mailing-list"])
        || is("precedence", &["bulk", "junk", "list"])
    {
        MessageKind::List
    } else {
        MessageKind::Personal
    }
}
