//! Folders and files.

use std::path::PathBuf;
use std::{env, fs, process};

use super::SAMPLE;
use crate::{Mistakes, compile_folder, read_folder};

/// A folder of its own for one test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str, files: &[(&str, &[u8])]) -> Self {
        let path = env::temp_dir().join(format!("{test}-{}", process::id())).join("postings");
        fs::create_dir_all(&path).unwrap();
        for (name, content) in files {
            fs::write(path.join(name), content).unwrap();
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

fn mistakes(folder: &Folder) -> String {
    compile_folder(&folder.0).map_err(|Mistakes(all)| Mistakes(all).to_string()).unwrap_err()
}

#[test]
fn only_markdown_is_a_posting_and_slugs_give_the_order() {
    let second = SAMPLE.replace("programme-officer", "accountant");
    let folder = Folder::new(
        "order",
        &[
            ("programme-officer.md", SAMPLE.as_bytes()),
            ("accountant.md", second.as_bytes()),
            ("README.md", b"# Postings"),
            ("draft.md.bak", b"?"),
        ],
    );
    let slugs: Vec<_> = compile_folder(&folder.0).unwrap().into_iter().map(|p| p.slug).collect();
    assert_eq!(slugs, ["accountant", "programme-officer"]);
}

#[test]
fn all_mistakes_of_all_files_are_shown_at_once() {
    let wrong = SAMPLE.replace("workload = 80", "dead_line = 1").replace("\"EUR\"", "\"Euro\"");
    let folder = Folder::new(
        "all",
        &[
            ("b.md", b"# Title"),
            ("c.md", b"+++\na = 1\n"),
            ("d.md", b"+++\n\n\xE9"),
            ("programme-officer.md", wrong.as_bytes()),
        ],
    );
    assert_eq!(
        mistakes(&folder),
        "postings/b.md:1: a posting begins with a line `+++`, then its front matter.\n\
         postings/c.md:1: the front matter is not closed. Put a line `+++` between it and the text.\n\
         postings/d.md:3: a character here is not UTF-8. Save the file with the encoding UTF-8.\n\
         postings/programme-officer.md:1: `workload` is missing. Add a line such as `workload = 80`.\n\
         postings/programme-officer.md:8: unknown key `dead_line`. Did you mean `deadline`?\n\
         postings/programme-officer.md:39: `currency` must be 3 capital letters, as in \
         `currency = \"EUR\"`. It is \"Euro\".\n"
    );
}

#[test]
fn a_slug_belongs_to_one_file() {
    let folder = Folder::new(
        "slug",
        &[
            ("programme-officer.md", SAMPLE.as_bytes()),
            ("programme-officer-2.md", SAMPLE.as_bytes()),
        ],
    );
    assert_eq!(
        mistakes(&folder),
        "postings/programme-officer-2.md:2: the slug `programme-officer` must be the file's name. \
         Write `slug = \"programme-officer-2\"`, or rename the file to `programme-officer.md`.\n\
         postings/programme-officer.md:2: the slug `programme-officer` is already that of \
         postings/programme-officer-2.md:2. Give each posting its own.\n"
    );
}

#[test]
fn a_mistake_in_one_file_leaves_the_others() {
    let folder =
        Folder::new("others", &[("b.md", b"# Title"), ("programme-officer.md", SAMPLE.as_bytes())]);
    let (postings, Mistakes(mistakes)) = read_folder(&folder.0);
    let slugs: Vec<_> = postings.iter().map(|posting| posting.slug.as_str()).collect();
    assert_eq!((slugs.as_slice(), mistakes.len()), (["programme-officer"].as_slice(), 1));
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = Folder::new("absent", &[]);
    fs::remove_dir(&folder.0).unwrap();
    assert!(mistakes(&folder).contains("postings: this folder of postings cannot be read: "));
}
