//! `/desk/dev-sign-in`, in development builds only: signs anybody in by a
//! token that the code of production verifies.
//!
//! It stands in for Cloudflare Access where `ACCESS_TEAM_DOMAIN` is [`TEAM`],
//! a name that no network resolves.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Failure;
use intake::ports::Fault;
use rules::Timestamp;
use worker::{Request, Response};

use super::forms;
use crate::adapters::rs256;
use crate::config::SignOn;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};

/// The team of the development key.
pub(super) const TEAM: &str = "development.invalid";

/// How long its tokens are valid, in seconds: tests set the clock to the day
/// of deletion and are still signed in.
const VALID_S: i64 = 800 * 86_400;

const KEY_ID: &str = "development";

/// The members of the private key's JWK, one a line. It opens nothing but
/// development builds.
const KEY: &str = include_str!("dev_key.txt");

/// Returns what the team's page would publish.
pub(super) fn published() -> Vec<u8> {
    let mut key: serde_json::Map<_, _> = members()
        .into_iter()
        .filter(|(name, _)| matches!(*name, "kty" | "n" | "e"))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    key.insert("kid".into(), KEY_ID.into());
    serde_json::json!({ "keys": [key] }).to_string().into_bytes()
}

/// The form.
pub(super) fn page(context: &RequestContext, sign_on: &SignOn) -> worker::Result<Response> {
    if sign_on.team_domain != TEAM {
        return answer::failure(context, Failure::NotFound);
    }
    answer::html(200, &views::desk::dev_sign_in(context.texts()), Caching::Never)
}

/// Gives the cookie.
pub(super) async fn post(
    context: &RequestContext,
    sign_on: &SignOn,
    request: Request,
) -> worker::Result<Response> {
    if sign_on.team_domain != TEAM {
        return answer::failure(context, Failure::NotFound);
    }
    let fields = match forms::read(request, forms::SMALL).await {
        Ok(fields) => fields,
        Err(failure) => return answer::failure(context, failure),
    };
    let token = match token(sign_on, fields.text("email"), context.received_at).await {
        Ok(token) => token,
        Err(fault) => return answer::unavailable(context, &fault),
    };
    let cookie = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax", super::sign_in::COOKIE);
    let mut response = if context.wants_json {
        answer::json(200, &serde_json::json!({ "token": token }), Caching::Never)?
    } else {
        answer::see_other("/desk")?
    };
    response.headers_mut().set("Set-Cookie", &cookie)?;
    Ok(response)
}

async fn token(sign_on: &SignOn, email: &str, now: Timestamp) -> Result<String, Fault> {
    let issued_at = now.0.div_euclid(1_000);
    let header = serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": KEY_ID });
    let claims = serde_json::json!({
        "iss": format!("https://{}", sign_on.team_domain),
        "aud": [sign_on.audience],
        "iat": issued_at,
        "exp": issued_at.saturating_add(VALID_S),
        "email": email,
    });
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = rs256::sign(&members(), &signed).await?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn members() -> Vec<(&'static str, &'static str)> {
    KEY.lines().filter_map(|line| line.split_once(' ')).collect()
}
