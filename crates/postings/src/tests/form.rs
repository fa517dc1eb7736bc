//! Documents and questions.

use super::{SAMPLE, check, mistakes};
use crate::form::{MAX_DOCUMENTS, MAX_QUESTIONS};

#[test]
fn ids() {
    for id in ["CV", "c v", "1cv", "_cv", "c-v", "résumé", "", "a\"b"] {
        let expected = format!(
            "43: the id {id:?} must be lower-case letters, digits and `_`, begin with a letter and \
             have at most 40 of them, as in `id = \"cv\"`."
        );
        check(&[("id = \"cv\"", &format!("id = {id:?}"), &[&expected])]);
    }
    for id in [
        "name",
        "email",
        "phone",
        "subject",
        "message",
        "shared",
        "consent",
        "token",
        "website",
        "arrival",
        "key",
        "revision",
        "posting_version",
        "held",
        "deadline",
        "documents",
    ] {
        let expected =
            format!("51: the id `{id}` is that of a field which every form has. Choose another.");
        check(&[("id = \"work_permit\"", &format!("id = {id:?}"), &[&expected])]);
    }
    check(&[
        (
            "id = \"work_permit\"",
            "id = \"cv\"",
            &["51: the id `cv` is already that of line 43. Choose another."],
        ),
        (
            "id = \"cv\"\n",
            "",
            &["42: `id` is missing in `[[documents]]`. Add a line such as `id = \"cv\"`."],
        ),
    ]);
    let long = "a".repeat(41);
    let found = mistakes(&SAMPLE.replace("id = \"cv\"", &format!("id = \"{long}\"")));
    assert!(matches!(found.as_slice(), [one] if one.starts_with("43: the id ")), "{found:?}");
}

#[test]
fn translations() {
    check(&[
        (
            "name.fr = \"CV\"\n",
            "",
            &[
                "44: `name.fr` is missing in `[[documents]]`. Add a line such as `name.fr = \"CV\"`.",
            ],
        ),
        (
            "name.fr = \"CV\"\nname.en = \"Résumé\"\n",
            "",
            &["42: `name` is missing in `[[documents]]`. Add one line for each language, as in \
             `name.en = \"CV\"`."],
        ),
        (
            "name.fr = \"CV\"\nname.en = \"Résumé\"\n",
            "name = \"CV\"\n",
            &[
                "44: `name` must be one line for each language, as in `name.en = \"CV\"`. It is text.",
            ],
        ),
        (
            "text.en = \"A permit?\"",
            "text.en = \"A permit?\"\ntext.de = \"Erlaubnis?\"",
            &[
                "54: unknown key `text.de` in `[[questions]]`. Known here: text.fr, text.ar, text.en, text.es.",
            ],
        ),
        (
            "text.fr = \"Un permis ?\"",
            "text.fr = \"\"",
            &["52: `text.fr` is empty. Write its text between the quotes."],
        ),
        (
            "text.fr = \"Un permis ?\"",
            "text.fr = 1",
            &["52: `text.fr` must be text between quotes, as in \
             `text.fr = \"...\"`. It is a whole number."],
        ),
    ]);
}

#[test]
fn kinds() {
    check(&[
        (
            "[\"pdf\", \"odt\"]",
            "[\"pdf\", \"doc\"]",
            &["47: `kinds` takes \"pdf\" or \"docx\" or \"odt\". It is \"doc\"."],
        ),
        ("[\"pdf\", \"odt\"]", "[\"pdf\", \"pdf\"]", &["47: `kinds` names `pdf` twice."]),
        (
            "[\"pdf\", \"odt\"]",
            "[]",
            &["47: `kinds` is empty: no file could be accepted. Name at least one."],
        ),
        (
            "[\"pdf\", \"odt\"]",
            "\"pdf\"",
            &["47: `kinds` must be a list of texts, as in `kinds = [\"pdf\", \"docx\", \"odt\"]`."],
        ),
        (
            "kind = \"yes_no\"",
            "kind = \"choice\"",
            &["54: `kind` takes \"yes_no\" or \"text\". It is \"choice\"."],
        ),
    ]);
}

#[test]
fn sizes() {
    for size in ["10", "10 MiB", "0 MB", "big"] {
        let expected = format!(
            "48: `max_size` must be a size in MB or kB, as in `max_size = \"10 MB\"`. It is {size:?}."
        );
        check(&[("\"10 MB\"", &format!("{size:?}"), &[&expected])]);
    }
    check(&[
        ("\"10 MB\"", "\"18 MB\"", &[]),
        (
            "\"10 MB\"",
            "\"18001 kB\"",
            &["48: `max_size` is more than all documents of an application may have together, \
             18 MB: they have to fit into one e-mail. Write less."],
        ),
        (
            "\"10 MB\"",
            "10000000",
            &["48: `max_size` must be text between quotes, as in `max_size = \"10 MB\"`. \
             It is a whole number."],
        ),
    ]);
}

#[test]
fn sections() {
    check(&[
        (
            "[[documents]]",
            "[documents]",
            &["42: `documents` must be sections, each under its own line `[[documents]]`."],
        ),
        (
            "required = false",
            "required = false\nhint = \"x\"",
            &["56: unknown key `hint` in `[[questions]]`. Known here: id, text, kind, required."],
        ),
    ]);
}

/// A posting asks for no more than can be sent, stored and forwarded.
#[test]
fn as_many_documents_and_questions_as_an_application_can_have() {
    let document = |n: usize| {
        format!(
            "[[documents]]\nid = \"d{n}\"\nname.fr = \"D\"\nname.en = \"D\"\nrequired = false\n\
             kinds = [\"pdf\"]\nmax_size = \"1 MB\"\n\n"
        )
    };
    let question = |n: usize| {
        format!(
            "[[questions]]\nid = \"q{n}\"\ntext.fr = \"Q\"\ntext.en = \"Q\"\nkind = \"text\"\n\
             required = true\n\n"
        )
    };
    let with = |documents: usize, questions: usize| {
        let documents: String = (1..documents).map(document).collect();
        let questions: String = (1..questions).map(question).collect();
        mistakes(&SAMPLE.replace("[[questions]]", &format!("{documents}{questions}[[questions]]")))
    };
    assert_eq!(with(MAX_DOCUMENTS, MAX_QUESTIONS), [""; 0]);
    let [documents] = &with(MAX_DOCUMENTS + 1, 1)[..] else { panic!("one mistake") };
    assert_eq!(
        documents,
        "202: there are 21 `[[documents]]`. At most 20 are taken. Ask for several papers in one file."
    );
    let [questions] = &with(1, MAX_QUESTIONS + 1)[..] else { panic!("one mistake") };
    assert!(
        questions.contains(": there are 51 `[[questions]]`. At most 50 are taken. "),
        "{questions}"
    );
}
