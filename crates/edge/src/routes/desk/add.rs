//! `/desk/postings/{slug}/applications`: an application that came by post, or by
//! mail to a person. It goes through the same checks as any other.

use domain::{Deed, Failure, Posting};
use intake::ports::Concerned;
use intake::{ApplicationId, Channel, Outcome, PageTerms, Submission, Verdict, submit};
use rules::{Form, Issue, Timestamp};
use views::desk::AddShown;
use worker::{Request, Response};

use super::{Answer, Desk, fresh_id};
use crate::adapters::random_u128;
use crate::routes::answer::{self, Caching};
use crate::routes::form;
use crate::routes::outcome::{issues_body, log_accepted};
use crate::routes::receipt::Summary;
use crate::semaphore;

/// The hour of the day of an arrival of which only the day is known.
const NOON_MS: i64 = 12 * 3_600_000;

impl Desk<'_> {
    /// The form in which staff write down what came.
    pub(super) fn add_form(&self, slug: &str) -> Answer {
        let posting = self.posting(slug)?;
        if self.is_over(posting) {
            return Ok(answer::see_other(&format!("/desk/postings/{slug}")));
        }
        let (token, values) = (fresh_id()?, Form::default());
        let today = posting.deadline.zone.local(self.context.received_at).date.to_string();
        let shown = AddShown { posting, token: &token, values: &values, day: &today, issues: &[] };
        Ok(self.add_page(200, &shown))
    }

    /// Takes it in. The same form twice is one application.
    pub(super) async fn add(&self, slug: &str, request: Request) -> Answer {
        let posting = self.posting(slug)?;
        let bytes = form::declared_bytes(&request);
        let Some(permit) = semaphore::acquire(bytes, None, semaphore::HELD).await else {
            return Err(Failure::Unavailable.into());
        };
        let read = form::read(request, &posting.requirements, &permit).await;
        let mut received = read.map_err(|unreadable| {
            unreadable.failure(form::MAX_BYTES).unwrap_or(Failure::Unavailable)
        })?;
        received.form.subject.clone_from(&posting.requirements.subject);
        // Staff answer for it that the person knows what happens to their data.
        received.form.consent = "yes".into();
        let bits = match u128::from_str_radix(&received.token, 16) {
            Ok(bits) => bits,
            Err(_) => random_u128()?,
        };
        let id = ApplicationId::from_random(bits);
        let (token, day) = (id.as_str().to_owned(), received.arrival.clone());
        let now = self.context.received_at;
        let Some(arrived) = arrived(&day, posting, now) else {
            return Ok(self.wrong("arrival", "not_a_time", serde_json::json!({})));
        };
        let (own_addresses, signing) = (&self.app.own_addresses, &self.app.signing);
        if self.is_over(posting) {
            let issues: Vec<Issue> = posting.requirements.window.review(now).into_iter().collect();
            return Ok(self.not_added(posting, &token, &day, &received.form, &issues));
        }
        let terms = PageTerms {
            posting: posting.clone(),
            taken_until: None,
            erase_at: posting.erased_at(),
        };
        let language = posting.language.as_str();
        let submission =
            received.into_submission(id, self.context, language, own_addresses, signing, &terms);
        let channel = Channel::Desk;
        let submission = Submission { received_at: arrived, channel, holds: false, ..submission };
        let (ledger, documents, queue) = (&self.app.ledger, &self.app.documents, &self.app.queue);
        match submit(documents, ledger, queue, posting, submission).await? {
            Verdict::Accepted { received, outcome, unqueued } => {
                log_accepted(&received, outcome, unqueued.as_ref());
                let event = format!("added/{}", received.id);
                let concerned = Concerned::Application(&received);
                self.note_event_as(&event, concerned, Deed::Added, None).await?;
                let reference = &received.reference;
                if !self.context.wants_json {
                    return Ok(answer::see_other(&format!("/desk/applications/{reference}")));
                }
                let status = if outcome == Outcome::New { 201 } else { 200 };
                let key = intake::receipt_key(&self.app.signing, &received);
                let body = Summary::of(self.context, &received, &key);
                Ok(answer::json(status, &body, Caching::Never))
            }
            Verdict::Refused { form, issues, .. } => {
                Ok(self.not_added(posting, &token, &day, &form, &issues))
            }
            Verdict::Retired { form }
            | Verdict::Outdated { form, .. }
            | Verdict::TooFast { form, .. }
            | Verdict::TooManyRevisions { form, .. } => {
                let (token, issues) = (fresh_id()?, Vec::new());
                Ok(self.not_added(posting, &token, &day, &form, &issues))
            }
        }
    }

    fn not_added(
        &self,
        posting: &Posting,
        token: &str,
        day: &str,
        values: &Form,
        issues: &[Issue],
    ) -> worker::Result<Response> {
        if self.context.wants_json {
            let body = issues_body(self.context, posting, issues, None);
            return answer::json(422, &body, Caching::Never);
        }
        self.add_page(422, &AddShown { posting, token, values, day, issues })
    }

    fn add_page(&self, status: u16, shown: &AddShown<'_>) -> worker::Result<Response> {
        let page = views::desk::add(self.context.texts(), shown, &self.person());
        answer::html(status, &page, Caching::Never)
    }
}

/// When it arrived: at noon of the day that staff give, or now where that is
/// today. Nothing for what is no day, or one to come.
fn arrived(day: &str, posting: &Posting, now: Timestamp) -> Option<Timestamp> {
    let zone = &posting.deadline.zone;
    let today = zone.local(now).date;
    if day.trim().is_empty() {
        return Some(now);
    }
    let date = views::desk::day(day.trim())?;
    if date == today {
        return Some(now);
    }
    let noon = Timestamp(date.to_days().saturating_mul(86_400_000).saturating_add(NOON_MS));
    let offset = i64::from(zone.local(noon).offset_minutes).saturating_mul(60_000);
    Some(Timestamp(noon.0.saturating_sub(offset))).filter(|arrived| *arrived <= now)
}
