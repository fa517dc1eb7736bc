//! Unicode: our own tables for subjects, the platform's for domains.

use rules::Unicode;
use rules::subject::fold;
use web_sys::Url;

/// What the checks need of the platform.
pub(crate) const UNICODE: Unicode = Unicode { fold, to_ascii };

fn to_ascii(domain: &str) -> Option<String> {
    Url::new(&format!("http://{domain}")).ok().map(|url| url.hostname())
}
