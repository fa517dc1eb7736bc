use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use domain::Posting;

use crate::mistake::{Flaw, Mistake, Mistakes};
use crate::notes::newlines;
use crate::posting::{self, Outcome};
use crate::privacy::with_keys;

/// The file beside the postings that explains them and is none.
const NOT_A_POSTING: &str = "README.md";

/// Returns every posting of `folder` (its `*.md` except `README.md`), sorted by slug.
///
/// # Errors
///
/// All mistakes of all files.
pub fn compile_folder(folder: &Path) -> Result<Vec<Posting>, Mistakes> {
    let (postings, mistakes) = read_folder(folder);
    if mistakes.0.is_empty() { Ok(postings) } else { Err(mistakes) }
}

/// Returns the postings of `folder` that have no mistake, sorted by slug, and
/// all mistakes of the others.
pub fn read_folder(folder: &Path) -> (Vec<Posting>, Mistakes) {
    let shown =
        folder.file_name().map_or_else(|| folder.to_string_lossy(), |n| n.to_string_lossy());
    let files = match markdown_files(folder) {
        Ok(files) => files,
        Err(error) => {
            let text = format!("this folder of postings cannot be read: {error}");
            let file = folder.display().to_string();
            let mistake = Mistake { file, line: 0, text, flaw: Flaw::default() };
            return (Vec::new(), Mistakes(vec![mistake]));
        }
    };
    let sources = files.iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (format!("{shown}/{name}"), fs::read(path))
    });
    compile_all(folder, sources)
}

fn markdown_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_markdown = path.extension().is_some_and(|extension| extension == "md");
        if is_markdown && path.file_name().is_some_and(|name| name != NOT_A_POSTING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn compile_all(
    folder: &Path,
    sources: impl Iterator<Item = (String, io::Result<Vec<u8>>)>,
) -> (Vec<Posting>, Mistakes) {
    let mut postings = Vec::new();
    let mut mistakes = Vec::new();
    let mut slugs: BTreeMap<String, String> = BTreeMap::new();
    for (file, bytes) in sources {
        let source = match bytes.map(String::from_utf8) {
            Ok(Ok(source)) => source,
            Ok(Err(error)) => {
                mistakes.push(not_utf8(file, &error));
                continue;
            }
            Err(error) => {
                let text = format!("this file cannot be read: {error}");
                mistakes.push(Mistake { file, line: 0, text, flaw: Flaw::default() });
                continue;
            }
        };
        let read = |name: &str| fs::read_to_string(folder.join(name));
        let source = match with_keys(&file, &source, read) {
            Ok(source) => source,
            Err(Mistakes(found)) => {
                mistakes.extend(found);
                continue;
            }
        };
        let Outcome { slug, posting, mistakes: found } = posting::compile(&file, &source);
        mistakes.extend(found);
        postings.extend(posting);
        if let Some((slug, line)) = slug {
            let here = format!("{file}:{line}");
            if let Some(there) = slugs.get(&slug) {
                let text = format!(
                    "the slug `{slug}` is already that of {there}. Give each posting its own."
                );
                mistakes.push(Mistake { file, line, text, flaw: Flaw::default() });
            } else {
                slugs.insert(slug, here);
            }
        }
    }
    postings.sort_by(|a, b| a.slug.cmp(&b.slug));
    mistakes.sort();
    (postings, Mistakes(mistakes))
}

fn not_utf8(file: String, error: &std::string::FromUtf8Error) -> Mistake {
    let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
    let line = 1 + newlines(&String::from_utf8_lossy(valid));
    let text = "a character here is not UTF-8. Save the file with the encoding UTF-8.".into();
    Mistake { file, line, text, flaw: Flaw::default() }
}
