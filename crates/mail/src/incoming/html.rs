//! Turns HTML into plain text.

use mail_parser::decoders::html::html_to_text;

/// Returns the words of an HTML text.
pub(super) fn to_text(html: &str) -> String {
    super::bounded(html_to_text(&super::bounded(html)).trim()).into_owned()
}
