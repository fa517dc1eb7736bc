//! What the page loads: style sheet, script, wasm, and the files of `www/static`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use super::social;
use super::wasm::{Effort, Linked, Plan, compile, link};
use crate::process::run;
use crate::workspace::Workspace;

/// The names carry a hash of the content, so browsers may cache the files
/// forever.
const HEADERS: &str = "\
/assets/*
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
  Cross-Origin-Resource-Policy: same-origin
/embed.js
  Access-Control-Allow-Origin: *
  X-Content-Type-Options: nosniff
/embed.d.ts
  Access-Control-Allow-Origin: *
  Content-Type: text/plain; charset=utf-8
/assets/embed*
  Access-Control-Allow-Origin: *
";

/// Paths on the site. Crate `views` reads them with `option_env!`.
#[derive(Debug)]
pub(crate) struct Public {
    pub(crate) css: String,
    pub(crate) desk_css: String,
    pub(crate) rtl_css: String,
    pub(crate) script: String,
    pub(crate) leave: String,
    pub(crate) correct: String,
    pub(crate) wasm: String,
}

pub(crate) fn build(workspace: &Workspace, folder: &Path) -> anyhow::Result<Public> {
    let form = module(workspace, "browser", "form")?;
    let inspector = module(workspace, "inspector", "inspector")?;
    let embed = module(workspace, "embed", "embed")?;
    let assets = folder.join("assets");
    let mut outputs = bundle(
        workspace,
        folder,
        &["inspector=crates/inspector/boot.js"],
        &[alias("inspector-glue", &inspector.glue), alias("inspector-wasm", &inspector.wasm)],
    )?;
    let later = public_path(&outputs, "inspector-", "js")?;
    outputs.extend(bundle(workspace, folder, &["ready-mail=crates/browser/ready-mail.js"], &[])?);
    let ready_mail = public_path(&outputs, "ready-mail-", "js")?;
    outputs.extend(bundle(workspace, folder, &["parts=crates/browser/parts.js"], &[])?);
    let parts = public_path(&outputs, "parts-", "js")?;
    outputs.extend(bundle(workspace, folder, &["correct=crates/browser/correct.js"], &[])?);
    outputs.extend(bundle(workspace, folder, &["leave=crates/browser/leave.js"], &[])?);
    outputs.extend(bundle(
        workspace,
        folder,
        &[
            "form=crates/browser/boot.js",
            "guichet=www/css/main.css",
            "desk=www/css/desk.css",
            "rtl=www/css/rtl.css",
        ],
        &[
            alias("form-glue", &form.glue),
            alias("form-wasm", &form.wasm),
            format!("--define:INSPECTOR={later:?}"),
            format!("--define:READY_MAIL={ready_mail:?}"),
            format!("--define:PARTS={parts:?}"),
            format!("--external:{later}"),
            format!("--external:{ready_mail}"),
            format!("--external:{parts}"),
        ],
    )?);
    outputs.extend(bundle(
        workspace,
        folder,
        &["embed=crates/embed/boot.js"],
        &[alias("embed-glue", &embed.glue), alias("embed-wasm", &embed.wasm)],
    )?);
    let public = Public {
        css: public_path(&outputs, "guichet-", "css")?,
        desk_css: public_path(&outputs, "desk-", "css")?,
        rtl_css: public_path(&outputs, "rtl-", "css")?,
        script: public_path(&outputs, "form-", "js")?,
        leave: public_path(&outputs, "leave-", "js")?,
        correct: public_path(&outputs, "correct-", "js")?,
        wasm: public_path(&outputs, "form_bg-", "wasm")?,
    };
    drop_old(&assets.join("assets"), &outputs)?;
    fs::write(assets.join("_headers"), HEADERS)?;
    // What other people's pages import keeps its address.
    let embed = public_path(&outputs, "embed-", "js")?;
    fs::write(assets.join("embed.js"), format!("export * from {embed:?};\n"))?;
    let fixed = workspace.path("www/static");
    if fixed.exists() {
        copy_folder(&fixed, &assets)?;
    }
    social::draw(&assets.join("social.png"))?;
    Ok(public)
}

/// A crate as a module for the browser: the same in every profile.
fn module(workspace: &Workspace, package: &str, stem: &str) -> anyhow::Result<Linked> {
    let compiled = compile(workspace, package, &[], &[])?;
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?.omit_default_module_path(true);
    let folder = workspace.path("build").join(stem);
    let plan = Plan { folder, stem, effort: Effort::Small };
    link(workspace, &compiled, &plan, &mut bindgen)
}

fn alias(name: &str, path: &Path) -> String {
    format!("--alias:{name}={}", path.display())
}

/// Bundles scripts and style sheets; returns the names of the files written.
fn bundle(
    workspace: &Workspace,
    folder: &Path,
    entries: &[&str],
    arguments: &[String],
) -> anyhow::Result<BTreeSet<String>> {
    let report = folder.join("assets.json");
    run(workspace
        .npm_program("esbuild")
        .args(entries)
        .args(arguments)
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022"])
        .args(["--loader:.wasm=file", "--loader:.woff2=file", "--loader:.svg=file"])
        .args(["--entry-names=[name]-[hash]", "--asset-names=[name]-[hash]"])
        // What the glue warns of does not happen; ours are errors.
        .args(["--pure:console.warn"])
        .args(["--public-path=/assets", "--log-level=warning"])
        .arg(format!("--metafile={}", report.display()))
        .arg(format!("--outdir={}", folder.join("assets/assets").display())))?;
    let report: Value = serde_json::from_slice(&fs::read(report)?)?;
    let outputs = report.get("outputs").and_then(Value::as_object);
    Ok(outputs
        .context("esbuild reported no outputs")?
        .keys()
        .filter_map(|path| path.rsplit('/').next())
        .map(str::to_owned)
        .collect())
}

fn public_path(outputs: &BTreeSet<String>, stem: &str, extension: &str) -> anyhow::Result<String> {
    outputs
        .iter()
        .find(|name| name.starts_with(stem) && name.rsplit('.').next() == Some(extension))
        .map(|name| format!("/assets/{name}"))
        .with_context(|| format!("esbuild wrote no {stem}*.{extension}"))
}

fn drop_old(folder: &Path, current: &BTreeSet<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !current.contains(entry.file_name().to_string_lossy().as_ref()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
