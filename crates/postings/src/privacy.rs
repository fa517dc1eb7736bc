//! Reads how applications are kept from other eyes.

use std::io;

use domain::Posting;
use domain::posting::Privacy;
use rules::Timestamp;
use sealing::{Key, Problem, holds_private_key};
use toml::de::DeTable;

use crate::front;
use crate::mistake::{Flaw, Mistake, Mistakes};
use crate::notes::{Notes, newlines};
use crate::section::{Section, TOP};

/// The folder of keys, beside the postings.
const FOLDER: &str = "keys/";

/// The most keys: each one makes every mail a little longer.
const MAX_KEYS: usize = 20;

/// How keys are written.
const EXAMPLE: &str = "[\"keys/panel.asc\"]";

/// Returns what the posting says of it, and whether mails to candidates are
/// neutral unless they choose. What is wrong is noted.
pub(crate) fn read(whole: &mut Section<'_>) -> (Privacy, bool) {
    let Some(mut section) = whole.optional_section("privacy", "`keys`, `forget` or `neutral`")
    else {
        return (Privacy::default(), false);
    };
    let notes = section.notes;
    let keys = section.optional_texts("keys", EXAMPLE);
    let keys = keys.map(|keys| (keys.line, keys.value)).unwrap_or_default();
    let neutral = section.optional::<bool>("neutral", "true");
    let forget = section.optional::<bool>("forget", "true").is_some_and(|forget| forget.value);
    section.finish(&TOP);
    if keys.1.len() > MAX_KEYS {
        let count = keys.1.len();
        notes.add(keys.0, format!("`keys` has {count} keys. At most {MAX_KEYS} are taken."));
    }
    let is_fine = |text: &str, line| {
        let mistake = mistake(text);
        let is_fine = mistake.is_none();
        if let Some(mistake) = mistake {
            notes.add(line, mistake);
        }
        is_fine
    };
    let keys = keys.1.into_iter().filter(|key| is_fine(&key.value, key.line));
    let keys = keys.map(|key| key.value.trim().to_owned()).collect();
    let privacy = Privacy { keys, forget };
    (privacy, neutral.is_some_and(|neutral| neutral.value))
}

/// What is wrong with a key, whatever the time is.
fn mistake(text: &str) -> Option<String> {
    if text.starts_with(FOLDER) {
        return Some(
            "this is the name of a file, which is not known here. Put the key itself between \
             three straight quotes: keys = [\"\"\"-----BEGIN PGP PUBLIC KEY BLOCK-----"
                .to_owned(),
        );
    }
    let least = Problem::LEAST_BITS;
    Key::parse(text).err().map(|problem| match problem {
        Problem::Private => PRIVATE.to_owned(),
        Problem::Unreadable => "this is not a whole OpenPGP public key. Export it once more: gpg \
                                --armor --export."
            .to_owned(),
        Problem::Several => {
            "this is more than one key. Give each of them its own place in `keys`.".to_owned()
        }
        Problem::Revoked => "this key is revoked. Ask its owner for another one.".to_owned(),
        Problem::NoEncryption => "this key has no subkey for encryption that could be used. Ask \
                                  its owner for another one."
            .to_owned(),
        Problem::TooShort => format!(
            "this key has fewer than {least} bits. Ask its owner for a longer one, or one of \
             Curve25519."
        ),
        Problem::Expired => EXPIRED.to_owned(),
    })
}

/// What is said of a private key.
pub(crate) const PRIVATE: &str = "this is a private key, which must stay with its owner. It was \
    not kept. Take it out, and export the public key: gpg --armor --export.";

const EXPIRED: &str = "this key has expired. Ask its owner to prolong it, or for another one.";

/// Refuses a posting one of whose keys has expired at `now`. Only whoever saves
/// it asks: what is stored stays readable.
///
/// # Errors
///
/// The mistake, in the line of the key.
pub fn check_keys(
    file: &str,
    source: &str,
    posting: Posting,
    now: Timestamp,
) -> Result<Posting, Mistakes> {
    let has_expired = |key: &&String| {
        Key::parse(key).is_ok_and(|key| key.check_at(now.0) == Err(Problem::Expired))
    };
    let Some(key) = posting.privacy.keys.iter().find(has_expired) else { return Ok(posting) };
    let before = source.split(key.as_str()).next().unwrap_or_default();
    let line = 1 + newlines(before);
    let (file, text) = (file.to_owned(), EXPIRED.to_owned());
    Err(Mistakes(vec![Mistake { file, line, text, flaw: Flaw::Past }]))
}

/// Returns `source` with each key that is named by its file put in place of
/// the name: what is saved has its keys with it. `read` gives the text of a
/// file beside the posting. A source that is not TOML stays as it is.
///
/// # Errors
///
/// A file that cannot be read, or that holds a private key.
pub fn with_keys(
    file: &str,
    source: &str,
    read: impl Fn(&str) -> io::Result<String>,
) -> Result<String, Mistakes> {
    let Ok(parts) = front::split(source) else { return Ok(source.to_owned()) };
    let front = parts.front;
    let (table, _) = DeTable::parse_recoverable(front);
    let notes = Notes::new(file, front, &[]);
    let keys = table
        .get_ref()
        .get("privacy")
        .and_then(|privacy| privacy.get_ref().as_table()?.get("keys")?.get_ref().as_array());
    let mut written = String::new();
    let mut done = 0;
    for key in keys.into_iter().flatten() {
        let Some(name) = key.get_ref().as_str().filter(|name| name.starts_with(FOLDER)) else {
            continue;
        };
        let span = key.span();
        let line = notes.line(span.start);
        let text = match read(name) {
            Ok(text) if holds_private_key(&text) => {
                let mistake = mistake(&text).unwrap_or_default();
                notes.add(line, format!("`{name}`: {mistake}"));
                continue;
            }
            Ok(text) => text,
            Err(error) => {
                notes.add(line, format!("`{name}` cannot be read: {error}."));
                continue;
            }
        };
        written.push_str(front.get(done..span.start).unwrap_or_default());
        // Armor holds neither quotes nor backslashes; what does is no key.
        let text = text.replace("\r\n", "\n").replace(['"', '\\'], "");
        written.extend(["\"\"\"\n", text.trim(), "\n\"\"\""]);
        done = span.end;
    }
    let mistakes = notes.into_mistakes();
    if !mistakes.is_empty() {
        return Err(Mistakes(mistakes));
    }
    if done == 0 {
        return Ok(source.to_owned());
    }
    written.push_str(front.get(done..).unwrap_or_default());
    Ok(source.replacen(front, &written, 1))
}
