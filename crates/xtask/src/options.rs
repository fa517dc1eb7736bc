//! The command line.

pub(crate) mod admin;
pub(crate) mod deploy;
pub(crate) mod documents;
pub(crate) mod postings;
pub(crate) mod proof;
pub(crate) mod simulate;

use std::path::PathBuf;

use anyhow::{Context, bail};
use lexopt::prelude::*;

use crate::build::Profile;

use admin::{AdminOptions, Place};
use deploy::DeployOptions;
use documents::{CorpusOptions, DifferOptions, FuzzOptions};
use postings::PostingsOptions;
use proof::{BenchOptions, ChaosOptions};
use simulate::SimulateOptions;

pub(crate) const USAGE: &str = "\
cargo xtask <command>

  dev     build, then serve the careers page and a mailbox on this machine
            --port 8787       careers page
            --mail-port 1080  mailbox: web inbox and its REST API
            --smtp-port 1025  mailbox: SMTP
            --incoming-port 2525
                              SMTP, for mail to applications@in.example.org
            --now INSTANT     start the development clock there, e.g. 2025-07-15T12:00:00Z
            --state DIR       where applications and mails are kept (.guichet/state)
  test    check, then every test: native, Worker, browser
            [TEXT]            of the Worker's and the browser's tests, the files whose path has TEXT
  check   format, lints, which crate may depend on which, locales
  build   the Worker and its assets, as `npx wrangler deploy` sends them: build/production
            --dev             with the development clock: build/dev
  deploy  puts it online: makes what is missing, applies migrations, uploads, asks whether it works; reads guichet.toml
            --dry-run         looks and says what it would do
            --built           uploads what `cargo xtask build` left
  doctor  what is missing or wrong in the settings, each with its remedy
            --remote          and online
  sizes   what the page and the Worker weigh; fails when over budget
  admin   outbox              the mails that have not left, with their latest problem
            --all             those that have left too
          send-again REFERENCE
                              queues a given-up or sent mail again, for the next sweep
            --mail staff      or acknowledgement
          show REFERENCE      what is kept of an application
          erase REFERENCE     erases it at the person's request
          pause               nothing leaves, before the database is restored
          restore             the Worker does again what a restored database has forgotten
          each of them        of the outbox of `cargo xtask dev`, or
            --state DIR       of one that is kept there
            --remote          of the one online; `npx wrangler login` comes first
  postings
          push                saves what has changed in the folder postings, each file as a version of its posting
            --withdraw SLUG   takes this posting off the careers page; it stays known
            --put-back SLUG   puts it back
            --confirm         although applications are erased before the new closing
          pull                writes what was saved elsewhere, such as at the desk, into the folder
          list                the postings with their states and versions
          check               names the mistakes in the folder, with file, line and remedy; saves nothing
            --folder DIR      where the files are (postings; with --remote, where guichet.toml says)
          each of them        of the database of `cargo xtask dev`, or
            --state DIR       of one that is kept there
            --remote          of the one online, which postings/postings.lock keeps account of
  simulate
          the flows over ports that fail as a seed says: nothing acknowledged may be lost
            --seeds 10000
            --seed NUMBER     only this one
            --trace           and each event in it
  chaos   kills workerd while applications arrive and mails leave, and counts: nothing acknowledged may be lost
            --applications 550
            --kills 20
            --seed NUMBER     the same choices again
  bench   load                applications per second, CPU and memory, beside a Worker that only stores the files
            --applications 100
          rush                500 applications within a minute: all mails there in time, none lost or twice
          mails               500 mails of 2 MB beside 500 forms: all stored, answered and forwarded within ten minutes
          documents           how fast the page looks into documents, beside pdf-lib and pdf.js
            --folder DIR      these instead of those that the tests use
          desk                pages and exports of 10,000 applications to one posting, in CPU time and memory
          page                how soon the form works on a slow phone; fails above docs/page.md's limits
  pictures
          takes the pictures of README.md: docs/pictures
  corpus  DIR         looks into the documents in a folder and holds what it sees against its manifest.tsv or
                      expected.tsv
            --json            one JSON object per file instead; needs no manifest
  differ  mutated Office documents: what Python's readers and LibreOffice see, documents must see or refuse
            --mutants 20000
            --office 500      how many of them LibreOffice opens
            --seed NUMBER     the same choices again
  fuzz    random input for every parser of documents; needs a nightly compiler
            [TARGET]          only this one
            --seconds 600     for each
";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Help,
    Dev(DevOptions),
    Build(Profile),
    Check,
    Test(Option<String>),
    Sizes,
    Deploy(DeployOptions),
    Doctor {
        is_remote: bool,
    },
    Admin(AdminOptions),
    Postings(PostingsOptions),
    /// The folder alone, without a database.
    CheckPostings {
        place: Place,
        folder: Option<PathBuf>,
    },
    Simulate(SimulateOptions),
    Chaos(ChaosOptions),
    Bench(BenchOptions),
    Pictures,
    Corpus(CorpusOptions),
    Differ(DifferOptions),
    Fuzz(FuzzOptions),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DevOptions {
    pub(crate) port: u16,
    pub(crate) mail_port: u16,
    pub(crate) smtp_port: u16,
    pub(crate) incoming_port: u16,
    /// An RFC 3339 instant; Node reads it, and says so when it cannot.
    pub(crate) now: Option<String>,
    /// Relative to the folder the command was typed in.
    pub(crate) state: Option<PathBuf>,
}

impl Default for DevOptions {
    fn default() -> Self {
        Self {
            port: 8787,
            mail_port: 1080,
            smtp_port: 1025,
            incoming_port: 2525,
            now: None,
            state: None,
        }
    }
}

pub(crate) fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Task> {
    let Some(first) = parser.next()? else {
        return Ok(Task::Help);
    };
    let command = match first {
        Short('h') | Long("help") => return Ok(Task::Help),
        Value(command) => command.string()?,
        other => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "dev" => dev(&mut parser),
        "build" => build(&mut parser),
        "test" => test(&mut parser),
        "check" => alone(&mut parser, Task::Check),
        "sizes" => alone(&mut parser, Task::Sizes),
        "deploy" => deploy::deploy(&mut parser),
        "doctor" => deploy::doctor(&mut parser),
        "admin" => admin::parse(&mut parser),
        "postings" => postings::parse(&mut parser),
        "simulate" => simulate::parse(&mut parser),
        "chaos" => proof::chaos(&mut parser),
        "pictures" => alone(&mut parser, Task::Pictures),
        "bench" => proof::bench(&mut parser),
        "corpus" => documents::corpus(&mut parser),
        "differ" => documents::differ(&mut parser),
        "fuzz" => documents::fuzz(&mut parser),
        "help" => Ok(Task::Help),
        unknown => bail!("there is no command `{unknown}`; `cargo xtask help` lists them"),
    }
}

fn dev(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut options = DevOptions::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => options.port = parse_port(parser, "--port")?,
            Long("mail-port") => options.mail_port = parse_port(parser, "--mail-port")?,
            Long("smtp-port") => options.smtp_port = parse_port(parser, "--smtp-port")?,
            Long("incoming-port") => {
                options.incoming_port = parse_port(parser, "--incoming-port")?;
            }
            Long("now") => options.now = Some(parser.value()?.string()?),
            Long("state") => options.state = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Dev(options))
}

fn parse_port(parser: &mut lexopt::Parser, flag: &str) -> anyhow::Result<u16> {
    let value = parser.value()?.string()?;
    value
        .parse::<u16>()
        .ok()
        .filter(|port| *port != 0)
        .with_context(|| format!("{flag} {value}: a port is a number from 1 to 65535"))
}

fn build(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut profile = Profile::Production;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("dev") => profile = Profile::Dev,
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Build(profile))
}

fn test(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut filter = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Value(text) if filter.is_none() => filter = Some(text.string()?),
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Test(filter))
}

fn number(parser: &mut lexopt::Parser, flag: &str) -> anyhow::Result<u32> {
    let value = parser.value()?.string()?;
    value.parse().with_context(|| format!("{flag} {value}: a whole number"))
}

fn alone(parser: &mut lexopt::Parser, task: Task) -> anyhow::Result<Task> {
    match parser.next()? {
        None => Ok(task),
        Some(Short('h') | Long("help")) => Ok(Task::Help),
        Some(other) => Err(other.unexpected().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str]) -> anyhow::Result<Task> {
        parse(lexopt::Parser::from_args(line))
    }

    #[test]
    fn dev_has_the_ports_of_the_contract() {
        assert_eq!(read(&["dev"]).unwrap(), Task::Dev(DevOptions::default()));
        let typed = read(&["dev", "--port", "9000", "--now=2025-07-15T12:00:00Z"]).unwrap();
        let expected = DevOptions {
            port: 9000,
            now: Some("2025-07-15T12:00:00Z".into()),
            ..DevOptions::default()
        };
        assert_eq!(typed, Task::Dev(expected));
    }

    #[test]
    fn a_deployment_can_be_tried() {
        let expected = DeployOptions { is_dry_run: true, is_built: false };
        assert_eq!(read(&["deploy", "--dry-run"]).unwrap(), Task::Deploy(expected));
        assert_eq!(read(&["doctor", "--remote"]).unwrap(), Task::Doctor { is_remote: true });
    }

    #[test]
    fn a_mistake_is_named() {
        let error = |line: &[&str]| read(line).unwrap_err().to_string();
        // No help of a screen above it or below.
        assert!(error(&["serve"]).starts_with("there is no command `serve`"));
        assert_eq!(error(&["serve"]).lines().count(), 1);
        assert!(error(&["dev", "--port", "high"]).contains("--port high"));
        assert!(error(&["build", "--production"]).contains("--production"));
        assert!(error(&["check", "all"]).contains("all"));
    }

    #[test]
    fn the_help_has_every_order() {
        for order in ["outbox", "send-again", "show", "erase", "pause", "restore"] {
            assert!(USAGE.contains(&format!(" {order} ")), "{order}");
        }
        for order in ["push", "pull", "list", "check"] {
            assert!(USAGE.contains(&format!("          {order} ")), "{order}");
        }
    }

    #[test]
    fn nothing_asks_for_help() {
        assert_eq!(read(&[]).unwrap(), Task::Help);
        assert_eq!(read(&["dev", "--help"]).unwrap(), Task::Help);
    }
}
