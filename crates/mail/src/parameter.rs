//! Writes file names in MIME headers (RFC 2045, 2183, 2231).

use crate::field::Field;
use crate::text::{clean, push_hex, quoted};

/// The most octets of a name that is written as it is.
const LONGEST_SIMPLE: usize = 60;
/// The most octets of one section of a long name, so that its line stays within 76 with the name and number of the parameter.
const LONGEST_SECTION: usize = 52;

/// Writes the two headers that name an attachment.
///
/// A simple name is written in both as it is. Any other name is written in two forms, because readers differ:
///
/// - `filename*` of the Content-Disposition, in sections if long (RFC 2231), which all current readers understand. There is no plain
///   `filename` beside it: Python's `email` would take it for the name (`get_filename` without a policy always, with one if it came first),
///   and mail-parser would prefer it to the sections if it came first.
/// - `name` of the Content-Type, in encoded words, as a fallback in ASCII. RFC 2047, 5 does not allow it, but Outlook has read it for
///   decades, and Thunderbird and Apple Mail write it for that reason.
pub(crate) fn name_attachment(out: &mut String, content_type: &str, file_name: &str) {
    let name = clean(file_name);
    let mut kind = Field::begin(out, "Content-Type");
    if name.is_empty() {
        kind.word(content_type);
    } else if is_simple(&name) {
        kind.parameters(content_type, &[format!("name={}", quoted(&name))]);
    } else {
        kind.encoded_parameter(content_type, "name", &name);
    }
    kind.end();
    let mut disposition = Field::begin(out, "Content-Disposition");
    disposition.parameters("attachment", &file_name_parameters(&name));
    disposition.end();
}

fn file_name_parameters(name: &str) -> Vec<String> {
    if name.is_empty() {
        return Vec::new();
    }
    if is_simple(name) {
        return vec![format!("filename={}", quoted(name))];
    }
    let sections = sections(name);
    match sections.as_slice() {
        [only] => vec![format!("filename*=UTF-8''{only}")],
        many => {
            let charset = |number| if number == 0 { "UTF-8''" } else { "" };
            let numbered = many.iter().enumerate();
            numbered
                .map(|(number, section)| format!("filename*{number}*={}{section}", charset(number)))
                .collect()
        }
    }
}

/// Returns whether every reader takes the quoted name as it is. Some decode percent signs or drop brackets.
fn is_simple(name: &str) -> bool {
    name.len() <= LONGEST_SIMPLE && name.chars().all(is_simple_character) && !name.contains("  ")
}

fn is_simple_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || " ._-".contains(character)
}

/// Percent-encodes the name and cuts it into sections, never within a character, since some readers decode each section by itself.
fn sections(name: &str) -> Vec<String> {
    let mut sections = Vec::new();
    let mut section = String::new();
    for character in name.chars() {
        let encoded = percent_encoded(character);
        if section.len() + encoded.len() > LONGEST_SECTION {
            sections.push(std::mem::take(&mut section));
        }
        section.push_str(&encoded);
    }
    sections.push(section);
    sections
}

fn percent_encoded(character: char) -> String {
    if character.is_ascii_alphanumeric() || "._-".contains(character) {
        return character.to_string();
    }
    let mut encoded = String::new();
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        push_hex(&mut encoded, '%', byte);
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(file_name: &str) -> String {
        let mut out = String::new();
        name_attachment(&mut out, "application/pdf", file_name);
        out
    }

    #[test]
    fn a_simple_name_stands_as_it_is() {
        assert_eq!(
            named("DUPONT Marie_CV-2.pdf"),
            "Content-Type: application/pdf; name=\"DUPONT Marie_CV-2.pdf\"\r\n\
             Content-Disposition: attachment; filename=\"DUPONT Marie_CV-2.pdf\"\r\n"
        );
    }

    #[test]
    fn no_name_is_left_out() {
        assert_eq!(
            named("\r\n"),
            "Content-Type: application/pdf\r\nContent-Disposition: attachment\r\n"
        );
    }

    #[test]
    fn any_other_name_has_two_forms() {
        assert_eq!(
            named("Zoë \"CV\";100%.pdf"),
            "Content-Type: application/pdf; name=\"=?UTF-8?B?Wm/DqyAiQ1YiOzEwMCUucGRm?=\"\r\n\
             Content-Disposition: attachment;\r\n \
             filename*=UTF-8''Zo%C3%AB%20%22CV%22%3B100%25.pdf\r\n"
        );
    }

    #[test]
    fn long_names_come_in_sections_of_whole_characters() {
        let parameters = file_name_parameters(&format!("{}.pdf", "é".repeat(20)));
        assert_eq!(
            parameters,
            [
                format!("filename*0*=UTF-8''{}", "%C3%A9".repeat(8)),
                format!("filename*1*={}", "%C3%A9".repeat(8)),
                format!("filename*2*={}.pdf", "%C3%A9".repeat(4)),
            ]
        );
    }
}
