//! Detects forms that a page of another site posts.

use domain::Failure;
use worker::{Request, Response};

use crate::log;
use crate::routes::{RequestContext, answer};

/// Returns the answer where a browser says that a page of another site sent
/// this: Fetch Metadata where there is some, `Origin` in older browsers. A
/// client that sends neither is no browser that could be abused.
pub(super) fn refusal(
    context: &RequestContext,
    request: &Request,
) -> Option<worker::Result<Response>> {
    let header = |name| request.headers().get(name).ok().flatten();
    let (site, origin) = (header("Sec-Fetch-Site"), header("Origin"));
    judged(&context.origin, site.as_deref(), origin.as_deref()).then(|| {
        log::turned_away("cross_site");
        answer::failure(context, Failure::CrossSite)
    })
}

fn judged(ours: &str, site: Option<&str>, origin: Option<&str>) -> bool {
    match site {
        // The browser compared the origins itself: a proxy that changes our
        // host or scheme does not shut our own page out.
        Some("same-origin") => false,
        // Another origin of the same domain is another page all the same.
        Some("cross-site" | "same-site") => true,
        // `null` is what our own form sends, since our `Referrer-Policy` is
        // `no-referrer` (Fetch, section 3.2, "append a request Origin header").
        _ => origin.is_some_and(|origin| origin != "null" && origin != ours),
    }
}

#[cfg(test)]
mod tests {
    use super::judged;

    const OURS: &str = "https://jobs.example";

    #[test]
    fn only_what_a_browser_says_of_another_site_is_cross_site() {
        let other = Some("https://evil.example");
        for (site, origin, expected) in [
            (None, None, false),
            (None, Some(OURS), false),
            (None, Some("null"), false),
            (None, other, true),
            (None, Some("http://jobs.example"), true),
            (Some("none"), None, false),
            (Some("none"), other, true),
            (Some("same-origin"), Some("null"), false),
            (Some("same-origin"), Some("http://behind.proxy"), false),
            (Some("same-site"), Some("https://blog.jobs.example"), true),
            (Some("same-site"), Some("null"), true),
            (Some("same-site"), None, true),
            (Some("cross-site"), None, true),
            (Some("cross-site"), Some("null"), true),
        ] {
            assert_eq!(judged(OURS, site, origin), expected, "{site:?} {origin:?}");
        }
    }
}
