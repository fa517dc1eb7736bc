//! Compares a request's host with the installation's own origin, so that a
//! forged `Host` never decides an address in a page or a mail.

use intake::ports::Fault;
use worker::Url;

/// By which host a request came.
#[derive(Debug, PartialEq)]
pub(super) enum Host {
    /// By the installation's own origin, which is this one.
    Own(String),
    /// By another one than the installation's, which is this one.
    Other(String),
    /// The setting is wrong or, outside of development, missing.
    Unknown(Fault),
}

impl Host {
    /// Judges the address `url` of a request. Where no origin is configured,
    /// only loopback is known to be this installation: that is development.
    pub(super) fn of(configured: Result<Option<String>, Fault>, url: &Url) -> Self {
        let requested = url.origin().ascii_serialization();
        match configured {
            Ok(Some(origin)) if origin == requested => Self::Own(origin),
            Ok(Some(origin)) => Self::Other(origin),
            Ok(None) if is_loopback(url) => Self::Own(requested),
            Ok(None) => Self::Unknown(Fault::Configuration("PUBLIC_ORIGIN is not set".into())),
            Err(fault) => Self::Unknown(fault),
        }
    }

    /// Returns the origin for addresses in an answer. Empty where it is not
    /// known: the addresses are then relative.
    pub(super) fn origin(&self) -> &str {
        match self {
            Self::Own(origin) | Self::Other(origin) => origin,
            Self::Unknown(_) => "",
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://jobs.example";

    fn judged(configured: Option<&str>, url: &str) -> Host {
        let url = Url::parse(url).unwrap();
        Host::of(Ok(configured.map(str::to_owned)), &url)
    }

    #[test]
    fn only_the_configured_origin_is_our_own() {
        let ours = || OURS.to_owned();
        for (url, expected) in [
            ("https://jobs.example/postings/a?lang=en", Host::Own(ours())),
            ("https://JOBS.example:443/", Host::Own(ours())),
            ("http://jobs.example/", Host::Other(ours())),
            ("https://jobs.example:8443/", Host::Other(ours())),
            ("https://jobs.example.evil.example/", Host::Other(ours())),
            ("http://127.0.0.1:8787/", Host::Other(ours())),
        ] {
            assert_eq!(judged(Some(OURS), url), expected, "{url}");
        }
    }

    #[test]
    fn without_a_setting_only_loopback_is_our_own() {
        for url in ["http://127.0.0.1:8787", "http://localhost:1", "http://[::1]:1"] {
            assert_eq!(judged(None, url), Host::Own(url.to_owned()));
        }
        for url in ["https://jobs.example/", "http://127.0.0.1.evil.example/", "http://10.0.0.1/"] {
            assert!(matches!(judged(None, url), Host::Unknown(_)), "{url}");
            assert_eq!(judged(None, url).origin(), "");
        }
    }
}
