//! The command line of `cargo xtask admin`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use lexopt::prelude::*;

use super::Task;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AdminOptions {
    pub(crate) order: Order,
    pub(crate) place: Place,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Lists the mails that have not left, or all.
    Outbox { all: bool },
    /// Queues a mail again.
    SendAgain { reference: Reference, mail: MailKind },
    /// Holds up the outbox, before the database is restored.
    Pause,
    /// Has the Worker do again what a restored database has forgotten.
    Restore,
    /// Tells what is kept of an application.
    Show { reference: Reference },
    /// Erases an application before its day.
    Erase { reference: Reference },
}

/// Which database.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The database in wrangler.toml, on Cloudflare.
    Online,
    /// The database of `cargo xtask dev`. The folder is relative to the current
    /// one.
    Development(Option<PathBuf>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailKind {
    Staff,
    Acknowledgement,
}

/// Eight letters and digits, so it is safe within a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference(String);

impl Reference {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let text = text.trim().to_ascii_uppercase();
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            bail!(
                "{text}: a reference has eight letters and digits, as in the subject of the mail"
            );
        }
        Ok(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn parse(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let (mut words, mut all, mut mail) = (Vec::new(), false, MailKind::Staff);
    let mut place = Place::Development(None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("all") => all = true,
            Long("mail") => mail = parse_mail_kind(&parser.value()?.string()?)?,
            Long("remote") => place = Place::Online,
            Long("state") => place = Place::Development(Some(parser.value()?.into())),
            Short('h') | Long("help") => return Ok(Task::Help),
            Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let order = match words.as_slice() {
        ["outbox"] => Order::Outbox { all },
        ["pause"] => Order::Pause,
        ["restore"] => Order::Restore,
        ["send-again", reference] => {
            Order::SendAgain { reference: Reference::parse(reference)?, mail }
        }
        ["show", reference] => Order::Show { reference: Reference::parse(reference)? },
        ["erase", reference] => Order::Erase { reference: Reference::parse(reference)? },
        _ => bail!(
            "admin needs an order: cargo xtask admin outbox, send-again REFERENCE, show REFERENCE, \
             erase REFERENCE, pause, or restore"
        ),
    };
    Ok(Task::Admin(AdminOptions { order, place }))
}

fn parse_mail_kind(text: &str) -> anyhow::Result<MailKind> {
    match text {
        "staff" => Some(MailKind::Staff),
        "acknowledgement" => Some(MailKind::Acknowledgement),
        _ => None,
    }
    .with_context(|| format!("--mail {text}: staff or acknowledgement"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str]) -> anyhow::Result<Task> {
        super::super::parse(lexopt::Parser::from_args(line))
    }

    #[test]
    fn a_letter_is_named_by_its_reference() {
        let expected = Task::Admin(AdminOptions {
            order: Order::SendAgain {
                reference: Reference("7KXM29QT".into()),
                mail: MailKind::Staff,
            },
            place: Place::Online,
        });
        assert_eq!(read(&["admin", "send-again", "7kxm29qt", "--remote"]).unwrap(), expected);
        for wrong in ["7KXM29Q", "7KXM29QT'", "' OR 1=1", ""] {
            let error = read(&["admin", "send-again", wrong]).unwrap_err().to_string();
            assert!(error.contains("eight letters"), "{error}");
        }
    }

    #[test]
    fn an_application_is_shown_and_erased_by_its_reference() {
        let reference = || Reference("7KXM29QT".into());
        for (word, order) in [
            ("show", Order::Show { reference: reference() }),
            ("erase", Order::Erase { reference: reference() }),
        ] {
            let options = AdminOptions { order, place: Place::Development(None) };
            assert_eq!(read(&["admin", word, "7kxm29qt"]).unwrap(), Task::Admin(options));
            assert!(read(&["admin", word]).is_err());
        }
    }

    #[test]
    fn without_an_order_it_says_which_there_are() {
        for line in [&["admin"][..], &["admin", "send-again"], &["admin", "inbox"]] {
            assert!(read(line).unwrap_err().to_string().contains("send-again REFERENCE"));
        }
        let all =
            AdminOptions { order: Order::Outbox { all: true }, place: Place::Development(None) };
        assert_eq!(read(&["admin", "outbox", "--all"]).unwrap(), Task::Admin(all));
    }
}
