//! Which posts come from the desk's own pages.

/// Returns whether a browser vouches that a page of `ours` made this post: by
/// `Sec-Fetch-Site`, or by `Origin` where that is missing. The candidate's
/// form is more lenient; here a client that says nothing is refused, and so
/// is the origin `null`.
pub fn is_same_origin(ours: &str, site: Option<&str>, origin: Option<&str>) -> bool {
    match site {
        Some(site) => site == "same-origin",
        None => origin == Some(ours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://jobs.example";

    #[test]
    fn only_what_is_vouched_for_is_ours() {
        for (site, origin, expected) in [
            (Some("same-origin"), None, true),
            (Some("same-origin"), Some("null"), true),
            (None, Some(OURS), true),
            (None, None, false),
            (None, Some("null"), false),
            (None, Some("https://evil.example"), false),
            (None, Some("http://jobs.example"), false),
            (None, Some("https://jobs.example.evil.example"), false),
            (Some("none"), Some(OURS), false),
            (Some("same-site"), Some(OURS), false),
            (Some("cross-site"), Some(OURS), false),
            (Some(""), Some(OURS), false),
        ] {
            assert_eq!(is_same_origin(OURS, site, origin), expected, "{site:?} {origin:?}");
        }
    }
}
