//! What a candidate reads of their data before the form: no more than what the
//! posting promises, in each language.

mod support;

use domain::posting::Privacy;
use locales::ALL;
use rules::Form;
use support::{OPEN, SITE, fresh, posting};

#[test]
fn what_is_said_before_the_form_depends_on_the_posting() {
    let mut posting = posting();
    let values = Form::default();
    for texts in ALL {
        for (is_sealed, forget) in [(false, false), (true, false), (false, true), (true, true)] {
            let keys = if is_sealed { vec!["a key".to_owned()] } else { Vec::new() };
            posting.privacy = Privacy { keys, forget };
            let page = views::posting(texts, &posting, OPEN, Some(fresh(&values)), &SITE);
            let before = page.split("<form id=\"application\"").next().unwrap_or_default();
            let says = |text: &str| {
                let longest = text.split(['{', '}']).max_by_key(|part| part.len());
                before.contains(longest.unwrap_or_default())
            };
            for (text, is_true) in [
                (texts.form_data_who, !is_sealed),
                (texts.form_data_who_sealed, is_sealed),
                (texts.form_data_sealed, is_sealed),
                (texts.form_data_forget, forget),
                (texts.form_data_erased, true),
                (texts.form_data_browser, true),
            ] {
                assert_eq!(says(text), is_true, "{is_sealed} {forget}: {text}");
            }
        }
    }
}
