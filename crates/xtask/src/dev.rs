//! `cargo xtask dev`: runs the whole product on this machine.

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
use crate::check::compile_postings;
use crate::options::DevOptions;
use crate::progress::Progress;
use crate::setup;
use crate::watch::{POSTINGS, SOURCES, Watch};
use crate::workspace::Workspace;

const TICK: Duration = Duration::from_millis(100);
const TICKS_PER_LOOK: u32 = 10;
const GRACE: Duration = Duration::from_secs(10);

/// The file in the state's folder that says by how many milliseconds the development clock differs from the real one.
pub(crate) const CLOCK: &str = "clock";

/// Returns the folder for applications and mails: `folder` as typed, or the
/// project's own.
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
    // Starts before the build, so that edits during the build are noticed.
    let mut sources = Watch::start(workspace, SOURCES);
    let mut postings = Watch::start(workspace, POSTINGS);
    compile_postings(&workspace.path("postings"))?;
    build::run(workspace, Profile::Dev, &mut progress)?;
    let server = progress.step("Worker and mailbox", || Server::start(workspace, options))?;
    let stop = Arc::new(AtomicBool::new(false));
    let signal = Arc::clone(&stop);
    ctrlc::set_handler(move || signal.store(true, Ordering::Relaxed))
        .context("cannot listen for Ctrl-C")?;
    serve(workspace, server, [&mut sources, &mut postings], &stop)
}

fn serve(
    workspace: &Workspace,
    mut server: Server,
    [sources, postings]: [&mut Watch; 2],
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
        if ticks.is_multiple_of(TICKS_PER_LOOK) {
            if building.is_none() && sources.changed() {
                building = Some(rebuild(workspace.clone()));
            }
            if postings.changed() {
                push(workspace, &mut server);
            }
        }
        sleep(TICK);
    }
}

/// Shows the mistakes in the postings; those saved before then stay.
fn push(workspace: &Workspace, server: &mut Server) {
    match compile_postings(&workspace.path("postings")) {
        Ok(()) => server.tell("postings"),
        Err(error) => eprintln!("{error}\nThe postings saved before stay."),
    }
}

/// Runs on its own thread, so that a signal to stop does not wait for it.
fn rebuild(workspace: Workspace) -> JoinHandle<anyhow::Result<()>> {
    spawn(move || {
        let mut progress = Progress::of(build::STEPS);
        build::run(&workspace, Profile::Dev, &mut progress)
    })
}

/// Shows a mistake in the sources; the running version then stays.
fn take_up(build: JoinHandle<anyhow::Result<()>>, server: &mut Server) {
    match build.join() {
        Ok(Ok(())) => server.tell("reload"),
        Ok(Err(error)) => eprintln!("error: {error:#}\nThe version built before goes on running."),
        Err(_) => eprintln!("error: the build panicked; the version built before goes on running."),
    }
}

/// Fails early, before minutes of building.
fn check_ports(options: &DevOptions) -> anyhow::Result<()> {
    for (flag, port) in [
        ("--port", options.port),
        ("--mail-port", options.mail_port),
        ("--smtp-port", options.smtp_port),
        ("--incoming-port", options.incoming_port),
    ] {
        TcpListener::bind(("127.0.0.1", port)).with_context(|| {
            format!("port {port} cannot be used; free it, or choose another with {flag} NUMBER")
        })?;
    }
    Ok(())
}

/// The Node process with workerd and the mailbox. It lives as long as the pipe
/// to its standard input: when this process ends, the pipe closes, and Node
/// stops its servers and ends.
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
            .args(["--incoming-port", &options.incoming_port.to_string()])
            .arg("--state")
            .arg(state);
        if let Some(now) = &options.now {
            command.args(["--now", now]);
        }
        let mut child = command.stdin(Stdio::piped()).spawn().context("cannot start Node.js")?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }

    /// If Node has ended, the main loop notices.
    fn tell(&mut self, order: &str) {
        if let Some(pipe) = &mut self.pipe {
            let _ = pipe.write_all(format!("{order}\n").as_bytes());
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
