//! A crate, compiled to wasm, with its JavaScript glue, made small.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{each_line, run};
use crate::workspace::Workspace;

/// Counted up when this file changes what comes out for the same input.
const RECIPE: u32 = 5;

/// What rustc emits for wasm32 and browsers and workerd run; not `--all-features`, which would let binaryen emit
/// encodings they do not know yet.
const FEATURES: [&str; 7] = [
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-reference-types",
    "--enable-exception-handling",
];

/// The two files that stand in for a crate.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) glue: PathBuf,
    pub(crate) wasm: PathBuf,
}

/// Where the two files go, and whether to make them small.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) folder: PathBuf,
    /// What their names begin with.
    pub(crate) stem: &'a str,
    pub(crate) effort: Effort,
}

/// Whether to make it small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Effort {
    /// Not at all: optimising takes longer than everything else, and without it stack traces keep the names of
    /// functions.
    None,
    /// By binaryen's `-Oz`.
    Small,
}

/// Builds a crate of the workspace in release mode and returns its `.wasm`.
pub(crate) fn compile(
    workspace: &Workspace,
    package: &str,
    features: &[&str],
    environment: &[(&str, &str)],
) -> anyhow::Result<PathBuf> {
    let mut command = workspace.cargo();
    command
        .args(["build", "--release", "--quiet"])
        .args(["--target", "wasm32-unknown-unknown", "--package", package])
        .args(["--message-format", "json-render-diagnostics"])
        .envs(environment.iter().copied());
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    let mut found = None;
    let succeeded = each_line(&mut command, |line| {
        found = artifact(line, package).or(found.take());
    })?;
    if !succeeded {
        bail!("crates/{package} does not compile for wasm; the compiler's messages are above");
    }
    found.with_context(|| {
        format!("crates/{package} makes no .wasm: its Cargo.toml needs `[lib] crate-type = [\"cdylib\", \"rlib\"]`")
    })
}

/// Writes glue and wasm, unless they were made from these very bytes already.
pub(crate) fn link(
    workspace: &Workspace,
    input: &Path,
    plan: &Plan,
    bindgen: &mut Bindgen,
) -> anyhow::Result<Linked> {
    let Plan { folder, stem, effort } = plan;
    let linked = Linked {
        glue: folder.join(format!("{stem}.js")),
        wasm: folder.join(format!("{stem}_bg.wasm")),
    };
    let bytes = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    let optimiser = fs::read(workspace.path("node_modules/binaryen/package.json"))
        .context("binaryen is not installed: run `npm ci`")?;
    let stamp = fingerprint(&(RECIPE, &bytes, optimiser, effort));
    let stamp_file = folder.join("stamp");
    let fresh = fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp);
    if fresh && linked.glue.exists() && linked.wasm.exists() {
        return Ok(linked);
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    bindgen
        .input_bytes(stem, bytes)
        .typescript(false)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen cannot read {}", input.display()))?;
    match effort {
        Effort::None => {}
        Effort::Small => {
            // What one round leaves, the next makes smaller still.
            optimise(workspace, &linked.wasm)?;
            optimise(workspace, &linked.wasm)?;
        }
    }
    fs::write(stamp_file, stamp)?;
    Ok(linked)
}

/// Makes a module small, without its custom sections.
fn optimise(workspace: &Workspace, wasm: &Path) -> anyhow::Result<()> {
    let smaller = wasm.with_extension("smaller");
    run(workspace
        .npm_program("wasm-opt")
        .args(FEATURES)
        // Rust's stack ends where memory begins, so nothing stands in the first kilobyte.
        .args(["-Oz", "--low-memory-unused"])
        .args(["--strip-producers", "--strip-target-features"])
        .arg(wasm)
        .arg("-o")
        .arg(&smaller))?;
    fs::rename(smaller, wasm)?;
    Ok(())
}

fn artifact(line: &str, package: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message.get("reason")? != "compiler-artifact"
        || message.get("target")?.get("name")? != package
    {
        return None;
    }
    message
        .get("filenames")?
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .map(PathBuf::from)
        .find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
}

/// Detects changed inputs. Collisions are harmless, and a new Rust only
/// rebuilds.
fn fingerprint(input: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
