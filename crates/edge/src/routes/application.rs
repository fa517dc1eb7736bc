//! `POST /postings/{slug}/applications`

use intake::ports::Fault;
use intake::{ApplicationId, Token, Verdict, receipt_key, submit};
use locales::{Labels, Texts, issue_message};
use rules::{Code, Form, Issue, Posting, Received};
use views::Failure;
use worker::{Env, Request, Response};

use crate::adapters::random_u128;
use crate::desk::{self, Desk};
use crate::log;
use crate::routes::answer::{self, Keep};
use crate::routes::form::{self, Arrival, Unreadable};
use crate::routes::{Visit, cross_site, posting, receipt};

/// Takes an application in.
pub(super) async fn post(
    visit: &Visit,
    env: &Env,
    slug: &str,
    request: Request,
) -> worker::Result<Response> {
    let Some(posting) = desk::posting(slug) else {
        return answer::failure(visit, Failure::NotFound);
    };
    if cross_site::is_cross_site(visit, &request) {
        log::turned_away("cross_site");
        return answer::failure(visit, Failure::CrossSite);
    }
    let arrival = match form::read(request, &posting.requirements).await {
        Ok(arrival) => arrival,
        Err(Unreadable::TooLarge) => {
            return answer::failure(visit, Failure::TooLarge { max_bytes: form::MAX_BYTES });
        }
        Err(Unreadable::NotAForm) => return answer::failure(visit, Failure::NotAForm),
    };
    let result = async {
        let desk = Desk::of(env)?;
        take_in(visit, &desk, posting, arrival).await
    };
    match result.await {
        Ok(response) => response,
        Err(fault) => answer::unavailable(visit, &fault),
    }
}

async fn take_in(
    visit: &Visit,
    desk: &Desk,
    posting: &Posting,
    arrival: Arrival,
) -> Result<worker::Result<Response>, Fault> {
    let texts = visit.texts_for(posting);
    let Some(id) = application_id(desk, posting, &arrival.token)? else {
        // Not a token of ours: nothing can be said about what came before.
        let issues = vec![Issue::new("token", Code::NotAChoice)];
        let token = posting::fresh_token(visit, &desk.signing, posting)?;
        return Ok(refused(visit, texts, posting, &arrival.form, &issues, &token));
    };
    let token = arrival.token.clone();
    let submission = arrival.into_submission(id, visit, texts.language_tag);
    match submit(&desk.documents, &desk.ledger, &desk.queue, posting, submission).await? {
        Verdict::Accepted { received, unqueued } => {
            log::happened("accepted", received.reference.as_str());
            if let Some(fault) = unqueued {
                log::fault("accepted but not queued", &fault);
            }
            Ok(accepted(visit, desk, &received))
        }
        Verdict::Refused { form, issues } => {
            let token = if token.is_empty() {
                posting::fresh_token(visit, &desk.signing, posting)?
            } else {
                token
            };
            Ok(refused(visit, texts, posting, &form, &issues, &token))
        }
    }
}

/// The id that the token holds, or a new one where there is no token.
/// Nothing for a token that is not ours.
fn application_id(
    desk: &Desk,
    posting: &Posting,
    token: &str,
) -> Result<Option<ApplicationId>, Fault> {
    if token.is_empty() {
        return Ok(Some(ApplicationId::from_random(random_u128()?)));
    }
    Ok(Token::open(&desk.signing, &posting.slug, token).map(|token| token.id))
}

fn accepted(visit: &Visit, desk: &Desk, received: &Received) -> worker::Result<Response> {
    let key = receipt_key(&desk.signing, received);
    let status_url =
        format!("/applications/{}?key={key}&lang={}", received.reference, received.language);
    if !visit.wants_json {
        return answer::see_other(&status_url);
    }
    let body = serde_json::json!({
        "reference": received.reference,
        "received_at": received.received_at.to_rfc3339(),
        "status_url": format!("{}{status_url}", visit.origin),
        "documents": receipt::documents(&received.application),
    });
    let mut response = answer::json(201, &body, Keep::Never)?;
    response.headers_mut().set("Location", &status_url)?;
    Ok(response)
}

fn refused(
    visit: &Visit,
    texts: &'static Texts,
    posting: &Posting,
    form: &Form,
    issues: &[Issue],
    token: &str,
) -> worker::Result<Response> {
    if !visit.wants_json {
        let page = posting::with_form(visit, texts, posting, form, issues, token);
        return answer::html(422, &page, Keep::Never);
    }
    let labels = Labels { requirements: &posting.requirements, zone: &posting.deadline.zone };
    let told = |issue: &Issue| {
        serde_json::json!({
            "field": issue.field,
            "code": issue.code,
            "message": issue_message(texts, issue, labels),
            "params": issue.params,
        })
    };
    let issues: Vec<_> = issues.iter().map(told).collect();
    answer::json(422, &serde_json::json!({ "issues": issues }), Keep::Never)
}
