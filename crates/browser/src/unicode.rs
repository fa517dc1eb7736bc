//! The browser's own Unicode tables, by which subject lines and domains are compared.

use js_sys::JsString;
use rules::Unicode;
use web_sys::Url;

/// The browser's own Unicode tables.
pub(crate) const UNICODE: Unicode = Unicode { fold, to_ascii };

/// Returns `text` in canonical decomposition and lower case: [`rules::subject::fold`]
/// by the browser's own Unicode tables.
fn fold(text: &str) -> String {
    JsString::from(text).normalize("NFD").to_lower_case().into()
}

/// Returns `domain` in ASCII: the host that the browser would connect to.
fn to_ascii(domain: &str) -> Option<String> {
    Url::new(&format!("http://{domain}")).ok().map(|url| url.hostname())
}
