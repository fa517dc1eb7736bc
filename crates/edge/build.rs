//! Compiles `postings/*.md` into the Worker; a mistake in one stops the build.

use std::path::{Path, PathBuf};
use std::{env, fs};

const FOLDER: &str = "../../postings";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FOLDER}");
    match postings::compile_folder(Path::new(FOLDER)) {
        Ok(compiled) => {
            let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
            if let Err(error) = fs::write(out.join("postings.json"), postings::to_json(&compiled)) {
                println!("cargo::error=postings.json: {error}");
            }
        }
        Err(mistakes) => {
            for line in mistakes.to_string().lines() {
                println!("cargo::error={line}");
            }
        }
    }
}
