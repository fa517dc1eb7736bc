//! The names by which a wasm module and its glue call each other. wasm-bindgen makes them long, with digits that do not
//! pack; binaryen makes those in the wasm short, and here the glue follows.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

/// Makes the names in `glue` short, as binaryen says in JSON that it has made them in the wasm.
pub(crate) fn shorten(glue: &Path, names: &str) -> anyhow::Result<()> {
    let names: Names = serde_json::from_str(names).context("binaryen told no names")?;
    let text = fs::read_to_string(glue)?;
    fs::write(glue, shortened(&text, &names)?)?;
    Ok(())
}

#[derive(Deserialize)]
struct Names {
    /// Module, long name and short name. All are in one module then.
    imports: Vec<(String, String, String)>,
    /// Long name and short name.
    exports: Vec<(String, String)>,
}

/// The module of all imports, as binaryen calls it.
const MODULE: &str = "a";

/// How wasm-bindgen begins and ends what it hands to the wasm, by module.
const HANDED: (&str, &str) = ("    return {\n        __proto__: null,\n", "    };\n");

fn shortened(glue: &str, names: &Names) -> anyhow::Result<String> {
    let (before, rest) = glue.split_once(HANDED.0).context("the glue hands nothing over")?;
    let (_, after) = rest.split_once(HANDED.1).context("the glue hands over without end")?;
    let mut before = before.to_owned();
    let mut members = vec!["...import0".to_owned()];
    for (module, long, short) in &names.imports {
        let member = format!("\n        {long}: ");
        if before.contains(&member) {
            before = before.replace(&member, &format!("\n        {short}: "));
        } else {
            // A function of another module, which needs no glue.
            let space = space(glue, module)
                .with_context(|| format!("the glue has neither {long} nor {module}"))?;
            members.push(format!("{short}: {space}.{long}"));
        }
    }
    let members = members.join(", ");
    let mut text = format!("{before}    return {{ {MODULE}: {{ {members} }} }};\n{after}");
    for (long, short) in &names.exports {
        text = renamed(&text, &format!("wasm.{long}"), &format!("wasm.{short}"));
    }
    Ok(text)
}

/// Returns what the glue calls a module that it imports.
fn space<'a>(glue: &'a str, module: &str) -> Option<&'a str> {
    let end = format!(" from \"{module}\"");
    glue.lines().find_map(|line| line.strip_prefix("import * as ")?.strip_suffix(&end))
}

/// `text` with another name for each `name` that is not the beginning of a longer one.
fn renamed(text: &str, name: &str, other: &str) -> String {
    let mut parts = text.split(name);
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let longer = part.starts_with(|next: char| next.is_alphanumeric() || "_$".contains(next));
        renamed.push_str(if longer { name } else { other });
        renamed.push_str(part);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glue_and_wasm_keep_knowing_each_other() {
        let glue = "import * as import1 from \"beside\"\n\
            export function check() {\n    wasm.check();\n    wasm.check_all(wasm.memory);\n}\n\
            function imports() {\n    const import0 = {\n        __wbg_new_12ab: function() {\n\
            \x20       },\n    };\n    return {\n        __proto__: null,\n\
            \x20       \"./form_bg.js\": import0,\n        \"beside\": import1,\n    };\n}\n";
        let names = r#"{
            "imports": [["./form_bg.js", "__wbg_new_12ab", "b"], ["beside", "look", "c"]],
            "exports": [["memory", "d"], ["check", "e"], ["check_all", "f"]]
        }"#;
        let text = shortened(glue, &serde_json::from_str(names).unwrap()).unwrap();
        assert_eq!(
            text,
            "import * as import1 from \"beside\"\n\
            export function check() {\n    wasm.e();\n    wasm.f(wasm.d);\n}\n\
            function imports() {\n    const import0 = {\n        b: function() {\n        },\n    };\n\
            \x20   return { a: { ...import0, c: import1.look } };\n}\n"
        );
    }

    #[test]
    fn glue_of_another_shape_is_no_glue() {
        let names = Names { imports: Vec::new(), exports: Vec::new() };
        assert!(shortened("export function check() {}\n", &names).is_err());
        let unknown = ("./form_bg.js".to_owned(), "__wbg_x".to_owned(), "b".to_owned());
        let names = Names { imports: vec![unknown], ..names };
        assert!(shortened(&[HANDED.0, HANDED.1].concat(), &names).is_err());
    }
}
