//! Builds the Worker: one JavaScript module and one wasm module, for wrangler
//! and Miniflare.

use std::fs;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use super::Profile;
use super::assets::Public;
use super::wasm::{Effort, Plan, compile, link};
use crate::process::run;
use crate::workspace::Workspace;

pub(crate) fn build(
    workspace: &Workspace,
    profile: Profile,
    folder: &Path,
    public: &Public,
) -> anyhow::Result<()> {
    let features: &[&str] = match profile {
        Profile::Production => &[],
        Profile::Dev => &["dev-clock", "contract", "dev-sign-in"],
    };
    let environment = [
        ("GUICHET_ASSET_CSS", public.css.as_str()),
        ("GUICHET_ASSET_DESK_CSS", public.desk_css.as_str()),
        ("GUICHET_ASSET_RTL_CSS", public.rtl_css.as_str()),
        ("GUICHET_ASSET_SCRIPT", public.script.as_str()),
        ("GUICHET_ASSET_LEAVE", public.leave.as_str()),
        ("GUICHET_ASSET_CORRECT", public.correct.as_str()),
        ("GUICHET_ASSET_WASM", public.wasm.as_str()),
    ];
    let compiled = compile(workspace, "edge", features, &environment)?;
    let mut bindgen = Bindgen::new();
    bindgen.module(true)?.reset_state_function(true).force_enable_abort_handler(true);
    let plan = Plan {
        folder: folder.join("worker-linked"),
        stem: "index",
        effort: match profile {
            Profile::Production => Effort::Small,
            Profile::Dev => Effort::None,
        },
    };
    let linked = link(workspace, &compiled, &plan, &mut bindgen)?;
    plain_import(&linked.glue)?;
    run(workspace
        .npm_program("esbuild")
        .arg("crates/edge/entry.js")
        .arg(format!("--alias:edge-glue={}", linked.glue.display()))
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022"])
        .args(["--external:cloudflare:*", "--loader:.wasm=copy", "--asset-names=[name]"])
        .arg("--log-level=warning")
        .arg(format!("--outfile={}", folder.join("worker/index.js").display())))
}

/// The glue says `import source`, which is to come; workerd gives the compiled module for a plain `import` already.
fn plain_import(glue: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(glue)?;
    if text.contains("import source ") {
        fs::write(glue, text.replace("import source ", "import "))?;
    }
    Ok(())
}
