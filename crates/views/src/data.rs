//! JSON inside a page.

use serde::Serialize;

/// `value` as JSON that can stand inside a `<script>` element: nothing in it
/// can close the element or open a comment. The characters in question occur
/// in JSON only inside strings, where an escape means the same.
pub(crate) fn embed(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_element_and_all_of_it_reads_back() {
        for text in ["</script>", "<!--<script>", "]]>", "&lt;", "a\u{2028}b\u{2029}", "\\\"é😀"]
        {
            let json = embed(&text);
            assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
