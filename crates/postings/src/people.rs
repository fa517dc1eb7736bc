//! Reads who gets the applications, and who reads them at the desk.

use addresses::Address;

use crate::check;
use crate::mistake::Flaw;
use crate::section::{At, Section};
use crate::value::OneOrSeveral;

/// The most recipients. Each gets a message of its own, with the documents.
const MAX_RECIPIENTS: usize = 10;

/// Returns the addresses to which the applications go: a text, or a list.
pub(crate) fn recipients(whole: &mut Section<'_>) -> Option<Vec<String>> {
    let notes = whole.notes;
    let found = whole.required::<OneOrSeveral>("recipient", "\"jobs@example.org\"")?;
    let line = found.line;
    let list = match found.value {
        OneOrSeveral::One(value) => {
            if Address::parse(&value).is_err() {
                let value = check::quoted(&value);
                let text = format!("`recipient` must be one e-mail address. It is {value}.");
                notes.add_as(Flaw::NotAnAddress, line, text);
                return None;
            }
            return Some(vec![value]);
        }
        OneOrSeveral::Several(list) => list,
    };
    let count = list.len();
    if count == 0 {
        let text = "`recipient` is empty. Write the address that gets the applications.";
        notes.add_as(Flaw::Missing, line, text);
    } else if count > MAX_RECIPIENTS {
        let text = format!(
            "`recipient` has {count} addresses. At most {MAX_RECIPIENTS} are taken: give that of a mailing list."
        );
        notes.add(line, text);
    }
    let mut addresses: Vec<String> = Vec::new();
    for address in list {
        if !is_address(whole, "recipient", &At { value: address.clone(), line }) {
            return None;
        }
        // Twice the same is once.
        if !addresses.iter().any(|other| other.eq_ignore_ascii_case(&address)) {
            addresses.push(address);
        }
    }
    (1..=MAX_RECIPIENTS).contains(&count).then_some(addresses)
}

/// Returns the addresses of those who read the applications at the desk.
/// Nobody has to be named.
pub(crate) fn panel(whole: &mut Section<'_>) -> Vec<String> {
    let list = whole.optional_texts("panel", "[\"colleague@example.org\"]");
    let list = list.into_iter().flat_map(|list| list.value);
    list.filter(|one| is_address(whole, "panel", one)).map(|one| one.value).collect()
}

fn is_address(whole: &Section<'_>, key: &str, one: &At<String>) -> bool {
    let fine = Address::parse(&one.value).is_ok();
    if !fine {
        let value = check::quoted(&one.value);
        let text = format!("`{key}` must hold e-mail addresses. One is {value}.");
        whole.notes.add_as(Flaw::NotAnAddress, one.line, text);
    }
    fine
}
