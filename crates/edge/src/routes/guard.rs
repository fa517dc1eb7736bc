//! Refuses simple robots, and clients that send far more than a person does.
//! People solve no puzzle.
//!
//! - **Flood**: more than 60 forms a minute from one address. A university or a
//!   Tor exit does not reach one a second on the last evening, and that many
//!   cost little. Of IPv6 a household's /64 counts as an address, and 240
//!   forms a minute are the most of a /48: that is a site, or as many
//!   households as somebody likes to be.
//! - **Trap**: a field is filled in that people cannot see, hear or reach.
//! - **Haste**: more than 10 forms a minute from one address came sooner after
//!   their page than a person can fill it in, or without a token that says
//!   when. A single one may come from a program (docs/api.md) or from a
//!   well-prepared person, so it takes several.
//!
//! Parts of documents are counted apart: 600 a minute, so many because they are
//! small on a bad line. What they may bring is announced in a form.
//!
//! All of them get the same answer: the form with what was typed and without
//! the trap. A robot learns nothing, and a person gets through by sending again,
//! also where a browser fills in the trap by itself each time.
//! The log tells the causes apart. Counters are per location and approximate;
//! if a counter fails, the form is accepted.

use std::net::IpAddr;

use intake::ports::Fault;
use rules::Timestamp;
use worker::{Env, Request};

use crate::log;

/// Seconds until the counters begin anew.
pub(super) const RETRY_AFTER: &str = "60";

/// The least time in which a person fills in the form and chooses documents.
/// Milliseconds.
const HASTE_MS: i64 = 3_000;

/// Why a form is turned away.
#[derive(Clone, Copy)]
pub(super) enum Cause {
    Flood,
    Trap,
    Haste,
}

impl Cause {
    /// Returns the name in the log.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Flood => "rate_limited",
            Self::Trap => "honeypot",
            Self::Haste => "too_fast",
        }
    }
}

/// Counts by the sender's address.
pub(super) struct Guard<'a> {
    env: &'a Env,
    sender: Option<String>,
    network: Option<String>,
}

impl<'a> Guard<'a> {
    pub(super) fn of(env: &'a Env, request: &Request) -> Self {
        let address = request.headers().get("CF-Connecting-IP").ok().flatten();
        let address = address.unwrap_or_default();
        Self { env, sender: counted_as(&address), network: network_of(&address) }
    }

    /// The sender's network, where it is known.
    pub(super) fn sender(&self) -> Option<&str> {
        self.sender.as_deref()
    }

    /// Returns why a client is turned away before anything of its form is
    /// known.
    pub(super) async fn flooded(&self) -> Option<Cause> {
        let is_flood = self.is_over("FORM_LIMIT", self.sender()).await
            || self.is_over("NETWORK_LIMIT", self.network.as_deref()).await;
        is_flood.then_some(Cause::Flood)
    }

    /// Of a form that arrived at `received_at` from a page made at
    /// `issued_at`, with `trap` in the field that people leave empty.
    pub(super) async fn judge(
        &self,
        trap: &str,
        issued_at: Timestamp,
        received_at: Timestamp,
    ) -> Option<Cause> {
        if !trap.is_empty() {
            return Some(Cause::Trap);
        }
        let hasty = received_at.0.saturating_sub(issued_at.0) < HASTE_MS;
        (hasty && self.is_over("HASTY_FORM_LIMIT", self.sender()).await).then_some(Cause::Haste)
    }

    /// Whether more parts of documents come than several candidates on one line
    /// send.
    pub(super) async fn sends_too_many_parts(&self) -> bool {
        self.is_over("PART_LIMIT", self.sender()).await
    }

    /// Before a code is compared: ten attempts a minute, and of a /48 240. They
    /// are counted apart from forms.
    pub(super) async fn guesses(&self) -> bool {
        let counted = |who: Option<&str>| who.map(|who| format!("code {who}"));
        let (sender, network) = (counted(self.sender()), counted(self.network.as_deref()));
        self.is_over("HASTY_FORM_LIMIT", sender.as_deref()).await
            || self.is_over("NETWORK_LIMIT", network.as_deref()).await
    }

    async fn is_over(&self, limit: &str, who: Option<&str>) -> bool {
        let Some(who) = who.map(str::to_owned) else { return false };
        let counted = async { self.env.rate_limiter(limit)?.limit(who).await };
        match counted.await {
            Ok(outcome) => !outcome.success,
            Err(error) => {
                log::fault("rate limit failed", &Fault::Configuration(error.to_string()));
                false
            }
        }
    }
}

/// Returns what an address is counted as. A household has 2^64 addresses of
/// IPv6, so only the first half counts. Loopback, which is development, is not
/// counted.
fn counted_as(address: &str) -> Option<String> {
    match address.trim().parse().ok()? {
        IpAddr::V4(address) if address.is_loopback() => None,
        IpAddr::V6(address) if address.is_loopback() => None,
        IpAddr::V4(address) => Some(address.to_string()),
        IpAddr::V6(address) => {
            Some(format!("{:x}/64", u128::from_be_bytes(address.octets()) >> 64))
        }
    }
}

/// Returns the network of IPv6 that an address belongs to.
fn network_of(address: &str) -> Option<String> {
    match address.trim().parse().ok()? {
        IpAddr::V6(address) if !address.is_loopback() => {
            Some(format!("{:x}/48", u128::from_be_bytes(address.octets()) >> 80))
        }
        IpAddr::V6(_) | IpAddr::V4(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{counted_as, network_of};

    #[test]
    fn a_network_of_ipv6_counts_as_one_too() {
        for (address, expected) in [
            ("2001:db8:1:2:3:4:5:6", Some("20010db80001/48")),
            ("2001:db8:1:ffff::1", Some("20010db80001/48")),
            ("2001:db8:2::1", Some("20010db80002/48")),
            ("::1", None),
            ("203.0.113.7", None),
        ] {
            assert_eq!(network_of(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn an_address_counts_as_one_sender() {
        for (address, expected) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("2001:db8:1:2:3:4:5:6", Some("20010db800010002/64")),
            ("2001:db8:1:2:ffff::1", Some("20010db800010002/64")),
            ("2001:db8:1:3::1", Some("20010db800010003/64")),
            ("127.0.0.1", None),
            ("::1", None),
            ("", None),
            ("somebody", None),
        ] {
            assert_eq!(counted_as(address).as_deref(), expected, "{address}");
        }
    }
}
