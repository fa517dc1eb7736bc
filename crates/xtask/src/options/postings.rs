//! The command line of `cargo xtask postings`.

use std::path::PathBuf;

use anyhow::bail;
use lexopt::prelude::*;

use super::Task;
use super::admin::Place;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PostingsOptions {
    pub(crate) order: Order,
    pub(crate) place: Place,
    /// Where the files are, instead of `postings`; relative to the current
    /// folder.
    pub(crate) folder: Option<PathBuf>,
}

impl PostingsOptions {
    /// Saves what has changed and takes nothing down.
    pub(crate) fn push(place: Place) -> Self {
        let order = Order::Push { withdraw: vec![], put_back: vec![], confirmed: false };
        Self { order, place, folder: None }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Saves what has changed in the folder.
    Push {
        /// Postings to be taken off the careers page.
        withdraw: Vec<String>,
        /// Postings to be put back.
        put_back: Vec<String>,
        /// Whether applications may be erased before a new closing.
        confirmed: bool,
    },
    /// Writes what was saved elsewhere into the folder.
    Pull,
    List,
}

pub(super) fn parse(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let (mut words, mut withdraw, mut put_back) = (Vec::new(), Vec::new(), Vec::new());
    let mut place = Place::Development(None);
    let (mut folder, mut confirmed) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("withdraw") => withdraw.push(parser.value()?.string()?),
            Long("put-back") => put_back.push(parser.value()?.string()?),
            Long("confirm") => confirmed = true,
            Long("folder") => folder = Some(parser.value()?.into()),
            Long("remote") => place = Place::Online,
            Long("state") => place = Place::Development(Some(parser.value()?.into())),
            Short('h') | Long("help") => return Ok(Task::Help),
            Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let order = match words.as_slice() {
        ["push"] => Order::Push { withdraw, put_back, confirmed },
        _ if !withdraw.is_empty() || !put_back.is_empty() => {
            bail!("--withdraw and --put-back go with `cargo xtask postings push`")
        }
        ["pull"] => Order::Pull,
        ["list"] => Order::List,
        ["check"] => return Ok(Task::CheckPostings { place, folder }),
        _ => bail!("postings needs an order: cargo xtask postings check, push, pull or list"),
    };
    Ok(Task::Postings(PostingsOptions { order, place, folder }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_checked_without_a_database() {
        let folder = Some(PathBuf::from("ours"));
        let expected = Task::CheckPostings { place: Place::Development(None), folder };
        assert_eq!(read(&["postings", "check", "--folder", "ours"]).unwrap(), expected);
    }

    fn read(line: &[&str]) -> anyhow::Result<Task> {
        super::super::parse(lexopt::Parser::from_args(line))
    }

    #[test]
    fn an_order_says_what_is_taken_down() {
        let order =
            Order::Push { withdraw: vec!["officer".into()], put_back: vec![], confirmed: false };
        let expected =
            Task::Postings(PostingsOptions { order, place: Place::Online, folder: None });
        let line = ["postings", "push", "--remote", "--withdraw", "officer"];
        assert_eq!(read(&line).unwrap(), expected);
        for wrong in [&["postings"][..], &["postings", "pull", "--withdraw", "officer"]] {
            let said = read(wrong).unwrap_err().to_string();
            assert!(said.contains("push"), "{said}");
        }
    }
}
