//! `GET /robots.txt` and `GET /.well-known/security.txt`.

use domain::Failure;
use worker::{Env, Response};

use crate::config;
use crate::routes::RequestContext;
use crate::routes::answer::{self, Caching};

const TEXT: &str = "text/plain; charset=utf-8";
/// How long a copy of security.txt may be relied on. RFC 9116, 2.5.5,
/// recommends less than a year.
const SECURITY_DAYS: u32 = 180;

/// What crawlers may read: all but the pages of applications and of staff.
pub(super) fn robots(context: &RequestContext) -> worker::Result<Response> {
    let text = format!(
        "User-agent: *\nAllow: /\nDisallow: /applications/\nDisallow: /desk\n\nSitemap: {}/sitemap.xml\n",
        context.origin
    );
    answer::text(TEXT, &text, Caching::Privately)
}

/// Says where to report a weakness (RFC 9116). 404 where no contact is set.
pub(super) fn security(context: &RequestContext, env: &Env) -> worker::Result<Response> {
    let Some(contact) = config::security_contact(env) else {
        return answer::failure(context, Failure::NotFound);
    };
    let expires = context.received_at.plus_days(SECURITY_DAYS).to_rfc3339();
    // Staff answer, in the languages of the desk.
    let of_staff = locales::ALL.iter().filter(|texts| texts.has_staff_texts());
    let languages: Vec<&str> = of_staff.map(|texts| texts.language_tag).collect();
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: {}\n\
         Canonical: {}/.well-known/security.txt\n",
        languages.join(", "),
        context.origin
    );
    answer::text(TEXT, &text, Caching::Privately)
}
