//! What the Worker knows of a request and its visitor.

use domain::Posting;
use intake::Arrival;
use locales::Texts;
use rules::Timestamp;
use worker::{Request, Url};

/// A request without its body.
#[derive(Clone)]
pub(crate) struct RequestContext {
    /// Scheme and host of this installation, without a slash at the end: what
    /// every address in an answer begins with.
    pub(crate) origin: String,
    /// When it began; or when the form that it brings first arrived, by a
    /// signed arrival.
    pub(crate) received_at: Timestamp,
    /// That arrival, as the page sends it along; or an empty text.
    pub(crate) arrival: String,
    /// Whether the client asks for JSON.
    pub(crate) wants_json: bool,
    url: Url,
    accept_language: Option<String>,
}

impl RequestContext {
    pub(crate) fn new(
        request: &Request,
        received_at: Timestamp,
        origin: &str,
    ) -> worker::Result<Self> {
        let url = request.url()?;
        let header = |name| request.headers().get(name).ok().flatten();
        Ok(Self {
            origin: origin.to_owned(),
            received_at,
            arrival: String::new(),
            wants_json: header("Accept").is_some_and(|types| types.contains("application/json")),
            accept_language: header("Accept-Language"),
            url,
        })
    }

    /// The same request with a form that has arrived before: its arrival goes
    /// into every page that answers it.
    pub(crate) fn arrived(&self, arrival: Arrival, sealed: String) -> Self {
        Self { received_at: arrival.received_at, arrival: sealed, ..self.clone() }
    }

    /// Returns the address that was asked for, on this installation's origin.
    pub(crate) fn address(&self) -> String {
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{}{query}", self.origin, self.url.path())
    }

    /// The parameter `name` of the address.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Returns the language of a page about no posting in particular.
    ///
    /// Those of the desk are in the languages that have texts for staff.
    pub(crate) fn texts(&self) -> &'static Texts {
        if self.url.path().split('/').nth(1) == Some("desk") {
            let asked = self.parameter("lang");
            return locales::choose_for_staff(asked.as_deref(), self.accept_language.as_deref());
        }
        self.choose("fr")
    }

    /// Returns the language of a page about `posting`.
    pub(crate) fn texts_for(&self, posting: &Posting) -> &'static Texts {
        self.choose(&posting.language)
    }

    fn choose(&self, fallback: &str) -> &'static Texts {
        let asked = self.parameter("lang");
        locales::choose(asked.as_deref(), self.accept_language.as_deref(), fallback)
    }
}
