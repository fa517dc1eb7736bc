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

    /// The plural categories of each language (CLDR), for whole numbers below a
    /// million: beyond it French and Spanish have one more, which no count here
    /// reaches. `crates/locales/src/format.rs` tells which number has which.
    const CATEGORIES: &[(&str, &[&str])] = &[
        ("ar", &["zero", "one", "two", "few", "many", "other"]),
        ("en", &["one", "other"]),
        ("es", &["one", "other"]),
        ("fr", &["one", "other"]),
    ];

    /// How the keys begin of what only staff read: the desk, and mails to
    /// staff and to the operator. A language may do without them.
    const STAFF: [&str; 13] = [
        "alert_",
        "cause_",
        "confirm_",
        "desk_",
        "flood_",
        "forward_",
        "mail_change_",
        "mail_remark_",
        "mail_staff_",
        "report_",
        "returned_",
        "sealed_staff_",
        "withdrawal_",
    ];

    /// What begins like these and is for candidates all the same.
    const CANDIDATE: [&str; 3] = ["desk_appointment_", "desk_letter_", "withdrawal_confirmation_"];

    type Catalogue = BTreeMap<String, String>;

    /// Writes the generated module, or says what is wrong with the files.
    pub(super) fn generate() -> Result<(), Vec<String>> {
        println!("cargo::rerun-if-changed={FOLDER}");
        let mut sections = BTreeSet::new();
        let read = read_all(Path::new(FOLDER), &mut sections);
        let mut catalogues = read.map_err(|mistake| vec![mistake])?;
        let mut mistakes = compare(&catalogues);
        mistakes.extend(add_staff_texts(&mut catalogues));
        if !mistakes.is_empty() {
            return Err(mistakes.iter().map(|mistake| with_sections(mistake, &sections)).collect());
        }
        let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("texts.rs");
        fs::write(out, write_module(&catalogues)).map_err(|error| vec![error.to_string()])
    }

    /// Names the keys in a mistake as the files do: `issue_missing` is
    /// `[issue] missing`.
    fn with_sections(mistake: &str, sections: &BTreeSet<String>) -> String {
        let named = |key: &str| {
            let inside = |section: &String| key.strip_prefix(section.as_str())?.strip_prefix('_');
            let of = sections.iter().filter_map(|section| Some((section, inside(section)?)));
            let (section, rest) = of.max_by_key(|(section, _)| section.len())?;
            Some(format!("[{section}] {rest}"))
        };
        let parts = mistake.split('`').enumerate();
        let parts = parts.map(|(place, part)| match named(part).filter(|_| place % 2 == 1) {
            Some(key) => key,
            None => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("`")
    }

    fn read_all(
        folder: &Path,
        sections: &mut BTreeSet<String>,
    ) -> Result<BTreeMap<String, Catalogue>, String> {
        let mut catalogues = BTreeMap::new();
        for entry in
            fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?
        {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let tag = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                catalogues.insert(tag, read(&path, sections)?);
            }
        }
        Ok(catalogues)
    }

    fn read(path: &Path, sections: &mut BTreeSet<String>) -> Result<Catalogue, String> {
        let name = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        let table: toml::Table = text.parse().map_err(|error| format!("{name}: {error}"))?;
        let inner = table.iter().filter(|(_, value)| value.is_table());
        sections.extend(inner.map(|(section, _)| section.clone()));
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

    /// Adds the texts for staff to each language that has none of its own, from
    /// the language that it names.
    fn add_staff_texts(catalogues: &mut BTreeMap<String, Catalogue>) -> Vec<String> {
        let mut mistakes = Vec::new();
        let known = catalogues.clone();
        for (tag, catalogue) in catalogues {
            let file = format!("{FOLDER}/{tag}.toml");
            let Some(named) = catalogue.get("language_staff").filter(|named| *named != tag) else {
                continue;
            };
            let Some(source) = known
                .get(named)
                .filter(|source| source.get("language_staff").is_some_and(|own| own == named))
            else {
                mistakes.push(format!(
                    "{file}: `language_staff` names `{named}`, which has no texts for staff"
                ));
                continue;
            };
            for key in catalogue.keys().filter(|key| is_for_staff(key)) {
                mistakes.push(format!(
                    "{file}: `{key}` is for staff, whose texts are those of {named}.toml: delete it"
                ));
            }
            let texts = source.iter().filter(|(key, _)| is_for_staff(key));
            catalogue.extend(texts.map(|(key, text)| (key.clone(), text.clone())));
        }
        mistakes
    }

    /// Whether only staff read this text. Letters to candidates are not among
    /// them, though the desk sends them.
    fn is_for_staff(key: &str) -> bool {
        let begins = |starts: &[&str]| starts.iter().any(|start| key.starts_with(start));
        begins(&STAFF) && !begins(&CANDIDATE)
    }

    /// Every language has the same texts, with the same placeholders, and of
    /// each count the plural forms of its own categories.
    fn compare(catalogues: &BTreeMap<String, Catalogue>) -> Vec<String> {
        let Some(reference) = catalogues.get(REFERENCE) else {
            return vec![format!("{FOLDER}/{REFERENCE}.toml is missing")];
        };
        let mut mistakes = Vec::new();
        for (tag, catalogue) in catalogues {
            compare_one(
                &format!("www/locales/{tag}.toml"),
                tag,
                catalogue,
                reference,
                &mut mistakes,
            );
        }
        mistakes
    }

    fn compare_one(
        file: &str,
        tag: &str,
        catalogue: &Catalogue,
        reference: &Catalogue,
        mistakes: &mut Vec<String>,
    ) {
        let Some((_, categories)) = CATEGORIES.iter().find(|(known, _)| *known == tag) else {
            mistakes
                .push(format!("{file}: crates/locales/build.rs has no plural categories for it"));
            return;
        };
        // The forms of staff's texts are those of the language they come from.
        let has_own_staff = catalogue.get("language_staff").is_some_and(|staff| staff == tag);
        let is_own = |key: &str| has_own_staff || !is_for_staff(key);
        for key in reference.keys().filter(|key| is_own(key)) {
            let Some(stem) = plural_stem(reference, key) else {
                if !catalogue.contains_key(key) {
                    mistakes.push(format!("{file}: `{key}` is missing; {REFERENCE}.toml has it"));
                }
                continue;
            };
            for category in *categories {
                let form = format!("{stem}_{category}");
                if key.ends_with("_other") && !catalogue.contains_key(&form) {
                    mistakes.push(format!("{file}: the plural form `{form}` is missing"));
                }
            }
        }
        for (key, text) in catalogue.iter().filter(|(key, _)| is_own(key)) {
            let (original, is_form) = match form_of(reference, key, categories) {
                Some(general) => (reference.get(&general), true),
                None => (reference.get(key), false),
            };
            let Some(original) = original else {
                mistakes.push(format!("{file}: `{key}` is not in {REFERENCE}.toml"));
                continue;
            };
            let (asked, has) = (placeholders(original), placeholders(text));
            // "One day" needs no digit.
            let fits = asked == has || is_form && has.is_subset(&asked);
            if !fits {
                mistakes.push(format!(
                    "{file}: `{key}` has the placeholders {has:?}, {REFERENCE}.toml has {asked:?}"
                ));
            }
        }
    }

    /// The stem of a key that is a plural form in the reference.
    fn plural_stem<'a>(reference: &Catalogue, key: &'a str) -> Option<&'a str> {
        let stem = key.strip_suffix("_other").or_else(|| key.strip_suffix("_one"))?;
        let has = |form: &str| reference.contains_key(&format!("{stem}_{form}"));
        (has("one") && has("other")).then_some(stem)
    }

    /// The general text of which this one is a form that the language has: a
    /// plural, or a list's last word before a certain letter.
    fn form_of(reference: &Catalogue, key: &str, categories: &[&str]) -> Option<String> {
        let (stem, form) = key.rsplit_once('_')?;
        let other = format!("{stem}_other");
        if categories.contains(&form) && plural_stem(reference, &other).is_some() {
            return Some(other);
        }
        let is_list = matches!(stem, "list_and" | "list_or") && form.chars().count() == 1;
        is_list.then(|| stem.to_owned())
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .collect()
    }

    fn write_module(catalogues: &BTreeMap<String, Catalogue>) -> String {
        let reference = catalogues.get(REFERENCE);
        let keys: Vec<&String> = reference.map(|c| c.keys().collect()).unwrap_or_default();
        let mut module = String::from(
            "/// The texts of one language, as `www/locales/*.toml` name them: `[a] b` is `a_b`.\n\
             #[allow(missing_docs, reason = \"the texts speak for themselves\")]\n\
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
            for key in &keys {
                // A language without singular and plural, such as Chinese, has one form.
                let text = catalogue.get(*key).map(String::as_str).unwrap_or_default();
                let _ = writeln!(module, "    {key}: {text:?},");
            }
            module.push_str("    entries: &[\n");
            for (key, text) in catalogue {
                let _ = writeln!(module, "        ({key:?}, {text:?}),");
            }
            module.push_str("    ],\n};\n");
            let shown = catalogue.get("language_name").cloned().unwrap_or_default();
            all.push((shown, format!("&{name}")));
        }
        all.sort();
        let all: Vec<String> = all.into_iter().map(|(_, name)| name).collect();
        let _ = writeln!(
            module,
            "\n/// Every language, in the order of their names.\npub static ALL: &[&Texts] = &[{}];",
            all.join(", ")
        );
        module
    }
}
