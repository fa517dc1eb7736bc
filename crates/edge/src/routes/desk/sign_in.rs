//! Lets people in by the token of the sign-on in front of the desk.

use std::cell::RefCell;

use desk::Access;
use desk::keys::{KnownKeys, Lookup, PublicKey};
use desk::token::{Expected, Refusal, SignedToken};
use intake::ports::Fault;
use rules::Timestamp;
use worker::{Fetch, Request, Url};

use crate::adapters::rs256;
use crate::config::SignOn;
use crate::log;

/// The cookie of the sign-on, which its header repeats.
pub(super) const COOKIE: &str = "CF_Authorization";
const HEADER: &str = "Cf-Access-Jwt-Assertion";

thread_local! {
    static KEYS: RefCell<KnownKeys> = RefCell::default();
}

/// Returns who asks, or nothing where no valid token says so.
pub(super) async fn access(
    request: &Request,
    sign_on: &SignOn,
    now: Timestamp,
) -> Result<Option<Access>, Fault> {
    let Some(token) = token_of(request) else { return Ok(None) };
    match bearer(&token, sign_on, now).await? {
        Ok(email) => Ok(Some(sign_on.admins.access(email))),
        Err(refusal) => {
            log::happened("token refused", &refusal.to_string());
            Ok(None)
        }
    }
}

async fn bearer(
    token: &str,
    sign_on: &SignOn,
    now: Timestamp,
) -> Result<Result<String, Refusal>, Fault> {
    let token = match SignedToken::parse(token) {
        Ok(token) => token,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(key) = published_key(&token.key_id, &sign_on.team_domain, now).await? else {
        return Ok(Err(Refusal::Signature));
    };
    if !rs256::is_signed_by(&key, token.signed, &token.signature).await? {
        return Ok(Err(Refusal::Signature));
    }
    let issuer = format!("https://{}", sign_on.team_domain);
    Ok(token.bearer(&Expected { issuer: &issuer, audience: &sign_on.audience }, now))
}

/// The team's key with this id, from memory or from the team's page.
async fn published_key(
    kid: &str,
    team_domain: &str,
    now: Timestamp,
) -> Result<Option<PublicKey>, Fault> {
    let look_up = || KEYS.with_borrow(|keys| keys.look_up(kid, now));
    if look_up() == Lookup::Fetch {
        // Noted before the answer is there: others do not ask meanwhile.
        KEYS.with_borrow_mut(|keys| keys.asked(now));
        let published = fetch_keys(team_domain).await?;
        if !KEYS.with_borrow_mut(|keys| keys.learn(&published)) {
            return Err(Fault::Configuration("the sign-on publishes no keys".into()));
        }
    }
    Ok(match look_up() {
        Lookup::Known(key) => Some(key),
        Lookup::Fetch | Lookup::Unknown => None,
    })
}

async fn fetch_keys(team_domain: &str) -> Result<Vec<u8>, Fault> {
    #[cfg(feature = "dev-sign-in")]
    if team_domain == super::dev_sign_in::TEAM {
        return Ok(super::dev_sign_in::published());
    }
    let fault = |error: &dyn std::fmt::Display| {
        Fault::Configuration(format!("the keys of the sign-on: {error}"))
    };
    let url = format!("https://{team_domain}/cdn-cgi/access/certs");
    let url: Url = url.parse().map_err(|_| fault(&"ACCESS_TEAM_DOMAIN is no host"))?;
    let mut response = Fetch::Url(url).send().await.map_err(|error| fault(&error))?;
    if response.status_code() != 200 {
        return Err(fault(&response.status_code()));
    }
    response.bytes().await.map_err(|error| fault(&error))
}

/// The header counts where both are there: the sign-on sets it.
fn token_of(request: &Request) -> Option<String> {
    let header = |name| request.headers().get(name).ok().flatten();
    header(HEADER).or_else(|| cookie(&header("Cookie")?, COOKIE).map(str::to_owned))
}

fn cookie<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::cookie;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let header = "a=1; XCF_Authorization=2; CF_Authorization=x.y=.z; CF_AppSession=3";
        assert_eq!(cookie(header, "CF_Authorization"), Some("x.y=.z"));
        assert_eq!(cookie("CF_Authorization2=1", "CF_Authorization"), None);
        assert_eq!(cookie("", "CF_Authorization"), None);
    }
}
