//! `cargo xtask simulate`: runs many seeds of the simulation, or one of them
//! again. The simulation is a test of `intake`: crates/intake/tests/simulation.

use crate::options::simulate::SimulateOptions;
use crate::process::run as run_program;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, options: &SimulateOptions) -> anyhow::Result<()> {
    let mut command = workspace.cargo();
    // Tests the whole workspace, so that what `cargo test --workspace` compiled
    // is used.
    command.args(["test", "--quiet", "--workspace", "--test", "simulation", "--"]);
    command.args(["--nocapture", "--exact"]);
    match options {
        SimulateOptions::Seeds(seeds) => {
            command.arg(PROMISES).env("GUICHET_SEEDS", seeds.to_string());
        }
        SimulateOptions::Seed { seed, trace } => {
            command.args(if *trace { &["--ignored", "trace"][..] } else { &[PROMISES] });
            command.env("GUICHET_SEED", seed.to_string()).env("RUST_BACKTRACE", "0");
        }
    }
    run_program(&mut command)
}

const PROMISES: &str = "every_promise_is_kept_in_every_seed";
