//! Compiles `www/locales/*.toml` into `Texts`: one field per text, so that a
//! template which names a text that does not exist fails to compile.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "catalogue")]
    if let Err(mistakes) = catalogue::generate() {
        for mistake in mistakes {
            println!("cargo::error={mistake}");
        }
    }
}

#[cfg(feature = "catalogue")]
mod catalogue {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    const FOLDER: &str = "../../www/locales";

    /// The language that the others are measured against.
    const REFERENCE: &str = "fr";

    type Catalogue = BTreeMap<String, String>;

    /// Writes the generated module, or says what is wrong with the files.
    pub(super) fn generate() -> Result<(), Vec<String>> {
        println!("cargo::rerun-if-changed={FOLDER}");
        let catalogues = read_all(Path::new(FOLDER)).map_err(|mistake| vec![mistake])?;
        let mistakes = compare(&catalogues);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("texts.rs");
        fs::write(out, write_module(&catalogues)).map_err(|error| vec![error.to_string()])
    }

    fn read_all(folder: &Path) -> Result<BTreeMap<String, Catalogue>, String> {
        let mut catalogues = BTreeMap::new();
        for entry in
            fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?
        {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let tag = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                catalogues.insert(tag, read(&path)?);
            }
        }
        Ok(catalogues)
    }

    fn read(path: &Path) -> Result<Catalogue, String> {
        let name = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        let table: toml::Table = text.parse().map_err(|error| format!("{name}: {error}"))?;
        let mut catalogue = Catalogue::new();
        flatten(&table, "", &mut catalogue)
            .map_err(|key| format!("{name}: `{key}` is not a text"))?;
        Ok(catalogue)
    }

    /// `[issue] missing = "…"` becomes `issue_missing`.
    fn flatten(table: &toml::Table, prefix: &str, into: &mut Catalogue) -> Result<(), String> {
        for (key, value) in table {
            let key = format!("{prefix}{key}");
            match value {
                toml::Value::Table(inner) => flatten(inner, &format!("{key}_"), into)?,
                toml::Value::String(text) => {
                    into.insert(key, text.clone());
                }
                _ => return Err(key),
            }
        }
        Ok(())
    }

    /// Every language has the same texts, with the same placeholders. Plural
    /// forms differ by language: only `_other` is asked of all.
    fn compare(catalogues: &BTreeMap<String, Catalogue>) -> Vec<String> {
        let Some(reference) = catalogues.get(REFERENCE) else {
            return vec![format!("{FOLDER}/{REFERENCE}.toml is missing")];
        };
        let mut mistakes = Vec::new();
        for (tag, catalogue) in catalogues {
            let file = format!("www/locales/{tag}.toml");
            for key in reference.keys().filter(|key| !catalogue.contains_key(*key)) {
                mistakes.push(format!("{file}: `{key}` is missing; {REFERENCE}.toml has it"));
            }
            for (key, text) in catalogue {
                match reference.get(key) {
                    None => mistakes.push(format!("{file}: `{key}` is not in {REFERENCE}.toml")),
                    Some(original) if placeholders(original) != placeholders(text) => {
                        mistakes.push(format!(
                            "{file}: `{key}` has the placeholders {:?}, {REFERENCE}.toml has {:?}",
                            placeholders(text),
                            placeholders(original)
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
        mistakes
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .collect()
    }

    fn write_module(catalogues: &BTreeMap<String, Catalogue>) -> String {
        let keys: Vec<&String> =
            catalogues.values().next().map(|c| c.keys().collect()).unwrap_or_default();
        let mut module = String::from(
            "/// The texts of one language, as `www/locales/*.toml` name them: `[a] b` is `a_b`.\n\
             #[derive(Debug)]\n#[allow(missing_docs, reason = \"the texts speak for themselves\")]\n\
             pub struct Texts {\n",
        );
        for key in &keys {
            let _ = writeln!(module, "    pub {key}: &'static str,");
        }
        module.push_str("    entries: &'static [(&'static str, &'static str)],\n}\n");
        let (mut all, mut tags) = (Vec::new(), vec![REFERENCE]);
        tags.extend(catalogues.keys().map(String::as_str).filter(|tag| *tag != REFERENCE));
        let _ = writeln!(
            module,
            "\n/// The languages of the pages: a file each.\npub const LANGUAGES: [&str; {}] = {tags:?};",
            tags.len()
        );
        for (tag, catalogue) in catalogues {
            let name = tag.to_uppercase().replace('-', "_");
            let _ = writeln!(
                module,
                "\n/// `www/locales/{tag}.toml`\npub static {name}: Texts = Texts {{"
            );
            for (key, text) in catalogue {
                let _ = writeln!(module, "    {key}: {text:?},");
            }
            module.push_str("    entries: &[\n");
            for (key, text) in catalogue {
                let _ = writeln!(module, "        ({key:?}, {text:?}),");
            }
            module.push_str("    ],\n};\n");
            all.push(format!("&{name}"));
        }
        let _ = writeln!(
            module,
            "\n/// Every language, in the order of the tags.\npub static ALL: &[&Texts] = &[{}];",
            all.join(", ")
        );
        module
    }
}
