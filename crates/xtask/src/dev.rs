//! `cargo xtask dev`: the whole product on this machine.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::build::{self, Profile};
use crate::options::DevOptions;
use crate::progress::Progress;
use crate::setup;
use crate::watch::Watch;
use crate::workspace::Workspace;

const TICK: Duration = Duration::from_millis(100);
const TICKS_PER_LOOK: u32 = 10;
const GRACE: Duration = Duration::from_secs(10);

/// The file in the state's folder that says by how many milliseconds the development clock differs from the real one.
pub(crate) const CLOCK: &str = "clock";

/// Where applications and mails are kept: in `folder`, as typed, or in the project.
pub(crate) fn state_folder(
    workspace: &Workspace,
    folder: Option<&Path>,
) -> anyhow::Result<PathBuf> {
    match folder {
        Some(folder) => Ok(std::path::absolute(folder)?),
        None => Ok(workspace.path(".guichet/state")),
    }
}

pub(crate) fn run(workspace: &Workspace, options: &DevOptions) -> anyhow::Result<()> {
    check_ports(options)?;
    let mut progress = Progress::of(build::STEPS + 3);
    progress.step("Rust's wasm target", || setup::wasm_target(workspace))?;
    progress.step("npm packages", || setup::npm_packages(workspace))?;
    // Before the build: what is edited while it runs is not missed.
    let mut watch = Watch::start(workspace);
    build::run(workspace, Profile::Dev, &mut progress)?;
    let server = progress.step("Worker and mailbox", || Server::start(workspace, options))?;
    let stop = Arc::new(AtomicBool::new(false));
    let signal = Arc::clone(&stop);
    ctrlc::set_handler(move || signal.store(true, Ordering::Relaxed))
        .context("cannot listen for Ctrl-C")?;
    serve(workspace, server, &mut watch, &stop)
}

fn serve(
    workspace: &Workspace,
    mut server: Server,
    watch: &mut Watch,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let mut ticks = 0_u32;
    let mut building: Option<JoinHandle<anyhow::Result<()>>> = None;
    loop {
        if let Some(status) = server.child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("the local server ended ({status}); its messages are above");
        }
        if stop.load(Ordering::Relaxed) {
            return server.stop();
        }
        if let Some(build) = building.take_if(|build| build.is_finished()) {
            take_up(build, &mut server);
        }
        ticks += 1;
        if building.is_none() && ticks.is_multiple_of(TICKS_PER_LOOK) && watch.changed() {
            building = Some(rebuild(workspace.clone()));
        }
        sleep(TICK);
    }
}

/// Runs on its own thread, so that a signal to stop does not wait for it.
fn rebuild(workspace: Workspace) -> JoinHandle<anyhow::Result<()>> {
    spawn(move || {
        let mut progress = Progress::of(build::STEPS);
        build::run(&workspace, Profile::Dev, &mut progress)
    })
}

/// A mistake in the sources is shown, and the version that ran goes on running.
fn take_up(build: JoinHandle<anyhow::Result<()>>, server: &mut Server) {
    match build.join() {
        Ok(Ok(())) => server.reload(),
        Ok(Err(error)) => eprintln!("error: {error:#}\nThe version built before goes on running."),
        Err(_) => eprintln!("error: the build panicked; the version built before goes on running."),
    }
}

/// Early, before minutes of building.
fn check_ports(options: &DevOptions) -> anyhow::Result<()> {
    for (flag, port) in [
        ("--port", options.port),
        ("--mail-port", options.mail_port),
        ("--smtp-port", options.smtp_port),
    ] {
        TcpListener::bind(("127.0.0.1", port)).with_context(|| {
            format!("port {port} cannot be used; free it, or choose another with {flag} NUMBER")
        })?;
    }
    Ok(())
}

/// The Node process with workerd and the mailbox in it. It lives as long as the pipe to its standard input: when this
/// process is gone, for whatever reason, the pipe closes, and Node stops its servers and ends.
struct Server {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Server {
    fn start(workspace: &Workspace, options: &DevOptions) -> anyhow::Result<Self> {
        let state = state_folder(workspace, options.state.as_deref())?;
        let mut command = workspace.command("node");
        command
            .arg("tests/support/dev.mjs")
            .args(["--port", &options.port.to_string()])
            .args(["--mail-port", &options.mail_port.to_string()])
            .args(["--smtp-port", &options.smtp_port.to_string()])
            .arg("--state")
            .arg(state);
        if let Some(now) = &options.now {
            command.args(["--now", now]);
        }
        let mut child = command.stdin(Stdio::piped()).spawn().context("cannot start Node.js")?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }

    /// Should Node be gone, the main loop notices.
    fn reload(&mut self) {
        if let Some(pipe) = &mut self.pipe {
            let _ = pipe.write_all(b"reload\n");
        }
    }

    fn stop(mut self) -> anyhow::Result<()> {
        self.pipe = None;
        let start = Instant::now();
        while start.elapsed() < GRACE {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            sleep(TICK);
        }
        self.child.kill()?;
        self.child.wait()?;
        bail!("the local server did not stop within {} s and was ended", GRACE.as_secs())
    }
}
