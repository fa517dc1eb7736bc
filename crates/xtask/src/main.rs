//! The commands for people and CI: `cargo xtask <command>`.
//!
//! Every command sets up what it needs. Nothing is installed outside the
//! project folder, with two exceptions: rustup's wasm target, and Debian's
//! Chromium where the tests run as root.

#![allow(
    clippy::disallowed_methods,
    reason = "xtask runs on people's machines, where there is a clock"
)]

mod admin;
mod build;
mod check;
mod corpus;
mod database;
mod dependency_rules;
mod deploy;
mod dev;
mod differ;
mod doctor;
mod fuzz;
mod installation;
mod options;
mod pictures;
mod postings;
mod process;
mod progress;
mod proof;
mod results;
mod samples;
mod setup;
mod signing_key;
mod simulate;
mod sizes;
mod test;
mod watch;
mod workspace;
mod wrangler;

use std::process::ExitCode;

use options::Task;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    let task = options::parse(lexopt::Parser::from_env())?;
    if task == Task::Help {
        print!("{}", options::USAGE);
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = workspace::Workspace::find()?;
    match task {
        Task::Help => Ok(()),
        Task::Dev(options) => dev::run(&workspace, &options),
        Task::Build(profile) => wrangler::build(&workspace, profile),
        Task::Check => check::run_all(&workspace),
        Task::Test(filter) => return test::run(&workspace, filter.as_deref()),
        Task::Sizes => sizes::run(&workspace),
        Task::Deploy(options) => deploy::run(&workspace, &options),
        Task::Doctor { is_remote } => doctor::run(&workspace, is_remote),
        Task::Admin(options) => admin::run(&workspace, &options),
        Task::Postings(options) => postings::run(&workspace, &options),
        Task::CheckPostings { place, folder } => postings::check(&workspace, &place, folder),
        Task::Simulate(options) => simulate::run(&workspace, &options),
        Task::Chaos(options) => proof::chaos(&workspace, &options),
        Task::Bench(options) => proof::bench(&workspace, &options),
        Task::Pictures => pictures::take(&workspace),
        Task::Corpus(options) => corpus::run(&workspace, &options),
        Task::Differ(options) => differ::run(&workspace, &options),
        Task::Fuzz(options) => fuzz::run(&workspace, &options),
    }?;
    Ok(ExitCode::SUCCESS)
}
