//! `/desk`: what staff see and do. Its routes are in docs/desk.md.

mod add;
mod applications;
mod confirming;
#[cfg(feature = "dev-sign-in")]
mod dev_sign_in;
mod editing;
mod ending;
mod export;
mod forms;
mod import;
mod letters;
mod overview;
mod postings;
mod progressed;
mod sign_in;
mod stage;

use desk::Access;
use desk::same_origin::is_same_origin;
use domain::{Failure, Posting, Reference};
use intake::ports::{
    Actor, Concerned, CurrentVersion, Dossier, Dossiers as _, Event, Fault, PostingStore as _,
};
use worker::{Env, Method, Request, Response};

use crate::adapters::random_u128;
use crate::app::AppContext;
use crate::config;
use crate::log;
use crate::postings::{compiled, find};
use crate::routes::RequestContext;
use crate::routes::answer;

/// A page or an act of the desk.
enum Route<'a> {
    Overview,
    Editor,
    Publish,
    Preview,
    Edit(&'a str),
    Save(&'a str),
    End(&'a str),
    TakeDown(&'a str),
    PutBack(&'a str),
    Posting(&'a str),
    Search(&'a str),
    Export(&'a str, &'a str),
    ImportForm,
    Import,
    Application(&'a str),
    EverythingOf(&'a str),
    Note(&'a str),
    Answered(&'a str),
    AddForm(&'a str),
    Add(&'a str),
    Document(&'a str, &'a str),
    Erase(&'a str),
    Confirm(&'a str),
    ConfirmMany,
    Stage,
    StopMessage(&'a str),
}

/// What an address answers to: reading, changing, or both.
type Methods<'a> = (Option<Route<'a>>, Option<Route<'a>>);

/// Returns what there is at `path`, without `/desk`.
fn routes(path: &str) -> Option<Methods<'_>> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    Some(match segments.as_slice() {
        [""] => (Some(Route::Overview), None),
        ["import"] => (Some(Route::ImportForm), Some(Route::Import)),
        ["postings"] => (Some(Route::Editor), Some(Route::Publish)),
        ["preview"] => (None, Some(Route::Preview)),
        ["postings", slug] => (Some(Route::Posting(slug)), Some(Route::Save(slug))),
        ["postings", slug, "edit"] => (Some(Route::Edit(slug)), None),
        ["postings", slug, "end"] => (None, Some(Route::End(slug))),
        ["postings", slug, "withdraw"] => (None, Some(Route::TakeDown(slug))),
        ["postings", slug, "put-back"] => (None, Some(Route::PutBack(slug))),
        ["postings", slug, "applications"] => (Some(Route::AddForm(slug)), Some(Route::Add(slug))),
        ["postings", slug, "search"] => (None, Some(Route::Search(slug))),
        ["postings", slug, name] => {
            (Some(Route::Export(slug, name.strip_prefix("export.")?)), None)
        }
        ["applications", reference] => (Some(Route::Application(reference)), None),
        ["applications", reference, "file"] => (Some(Route::EverythingOf(reference)), None),
        ["applications", reference, "answered"] => (None, Some(Route::Answered(reference))),
        ["applications", reference, "notes"] => (None, Some(Route::Note(reference))),
        ["applications", reference, "confirm"] => (None, Some(Route::Confirm(reference))),
        ["applications", reference, "erase"] => (None, Some(Route::Erase(reference))),
        ["applications", reference, "documents", id] => {
            (Some(Route::Document(reference, id)), None)
        }
        ["confirm"] => (None, Some(Route::ConfirmMany)),
        ["stage"] => (None, Some(Route::Stage)),
        ["mails", id, "cancel"] => (None, Some(Route::StopMessage(id))),
        _ => return None,
    })
}

/// A signed-in person at the desk.
struct Desk<'a> {
    context: &'a RequestContext,
    env: &'a Env,
    app: AppContext,
    access: Access,
    /// Every posting, drafts too, but those that have mistakes.
    postings: Vec<Posting>,
    /// The drafts that have mistakes.
    drafts: Vec<CurrentVersion>,
}

/// Why a request is not answered as asked.
enum Refused {
    Failure(Failure),
    Fault(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

type Answer = Result<worker::Result<Response>, Refused>;

/// Answers what is asked at `path`, without `/desk`.
pub(super) async fn respond(
    context: &RequestContext,
    env: &Env,
    path: &str,
    request: Request,
) -> worker::Result<Response> {
    let answered = match answered(context, env, path, request).await {
        Ok(response) => response,
        Err(Refused::Failure(failure)) => answer::failure_at_desk(context, failure),
        Err(Refused::Fault(fault)) => answer::unavailable(context, &fault),
    };
    let mut response = answered?;
    // The desk's own pages name themselves as origin to the desk, and nowhere else.
    response.headers_mut().set("Referrer-Policy", "same-origin")?;
    response.headers_mut().set("Cache-Control", "no-store")?;
    Ok(response)
}

async fn answered(context: &RequestContext, env: &Env, path: &str, request: Request) -> Answer {
    let Some(sign_on) = config::sign_on(env) else { return Err(Failure::NotFound.into()) };
    #[cfg(feature = "dev-sign-in")]
    if path == "/dev-sign-in" {
        return Ok(match request.method() {
            Method::Post => dev_sign_in::post(context, &sign_on, request).await,
            _ => dev_sign_in::page(context, &sign_on),
        });
    }
    let Some(access) = sign_in::access(&request, &sign_on, context.received_at).await? else {
        return Err(Failure::Forbidden.into());
    };
    let app = AppContext::of(env)?;
    let (postings, drafts) = stored_postings(&app).await?;
    let desk = Desk { context, env, app, access, postings, drafts };
    desk.admit()?;
    let (reads, changes) = routes(path).ok_or(Failure::NotFound)?;
    match (request.method(), reads, changes) {
        (Method::Get | Method::Head, Some(route), _) => desk.read(route, &request).await,
        (Method::Post, _, Some(route)) => {
            if !is_ours(context, &request) {
                log::turned_away("cross_site");
                return Err(Failure::CrossSite.into());
            }
            desk.change(route, request).await
        }
        (_, reads, changes) => {
            let allowed = match (reads.is_some(), changes.is_some()) {
                (true, true) => "GET, HEAD, POST",
                (true, false) => "GET, HEAD",
                _ => "POST",
            };
            Ok(answer::method_not_allowed(context, allowed))
        }
    }
}

fn is_ours(context: &RequestContext, request: &Request) -> bool {
    let header = |name| request.headers().get(name).ok().flatten();
    let (site, origin) = (header("Sec-Fetch-Site"), header("Origin"));
    is_same_origin(&context.origin, site.as_deref(), origin.as_deref())
}

impl Desk<'_> {
    async fn read(&self, route: Route<'_>, request: &Request) -> Answer {
        match route {
            Route::Overview => self.overview().await,
            Route::Posting(slug) => self.posting_page(slug).await,
            Route::Application(reference) => self.application_page(reference).await,
            Route::Document(reference, id) => self.document(reference, id, request.method()).await,
            _ => {
                self.must_change()?;
                match route {
                    Route::Editor => self.new_posting().await,
                    Route::Edit(slug) => self.edit_posting(slug).await,
                    Route::ImportForm => Ok(self.import_form()),
                    Route::AddForm(slug) => self.add_form(slug),
                    Route::EverythingOf(reference) => self.everything_of(reference).await,
                    Route::Export(slug, format) => self.export(slug, format).await,
                    _ => Err(Failure::NotFound.into()),
                }
            }
        }
    }

    async fn change(&self, route: Route<'_>, request: Request) -> Answer {
        match route {
            Route::Note(reference) => return self.add_note(reference, request).await,
            Route::Search(slug) => return self.search(slug, request).await,
            _ => {}
        }
        self.must_change()?;
        match route {
            Route::Publish => self.publish(request).await,
            Route::Save(slug) => self.save(slug, request).await,
            Route::Preview => self.preview(request).await,
            Route::End(slug) => self.end(slug).await,
            Route::TakeDown(slug) => self.take_down(slug).await,
            Route::PutBack(slug) => self.put_back(slug).await,
            Route::Import => self.import(request).await,
            Route::Add(slug) => self.add(slug, request).await,
            Route::Answered(reference) => self.note_answered(reference, request).await,
            Route::Erase(reference) => self.erase(reference).await,
            Route::Confirm(reference) => self.confirm(reference, request).await,
            Route::ConfirmMany => self.confirm_many(request).await,
            Route::Stage => self.change_stage(request).await,
            Route::StopMessage(id) => self.stop_message(id).await,
            _ => Err(Failure::NotFound.into()),
        }
    }

    /// Lets administrators in, and who is on the panel of a posting.
    fn admit(&self) -> Result<(), Refused> {
        let may_enter = self.access.may_change()
            || self.postings.iter().any(|posting| self.access.may_read(posting));
        if may_enter { Ok(()) } else { Err(Failure::Forbidden.into()) }
    }

    fn must_change(&self) -> Result<(), Refused> {
        if self.access.may_change() { Ok(()) } else { Err(Failure::Forbidden.into()) }
    }

    /// The posting with this slug. A member of a panel is not told whether
    /// there are others.
    fn posting(&self, slug: &str) -> Result<&Posting, Refused> {
        let found = find(&self.postings, slug);
        if let Some(posting) = found.filter(|posting| self.access.may_read(posting)) {
            return Ok(posting);
        }
        self.must_change()?;
        Err(Failure::NotFound.into())
    }

    /// The application with this reference, and its posting.
    async fn dossier(&self, reference: &str) -> Result<(&Posting, Dossier), Refused> {
        let found = match Reference::parse(reference) {
            Some(reference) => self.app.ledger.find_dossier(&reference).await?,
            None => None,
        };
        let Some(mut dossier) = found else {
            self.must_change()?;
            return Err(Failure::NotFound.into());
        };
        let posting = self.posting(&dossier.application.posting)?;
        self.hide_others(&mut dossier);
        Ok((posting, dossier))
    }

    /// Leaves out applications to postings that the person may not read.
    fn hide_others(&self, dossier: &mut Dossier) {
        let may_read = |slug: &str| {
            self.access.may_change()
                || find(&self.postings, slug).is_some_and(|one| self.access.may_read(one))
        };
        dossier.also_applied.retain(|(_, slug)| may_read(slug));
    }

    fn actor(&self) -> Actor<'_> {
        Actor { email: self.access.email(), at: self.context.received_at }
    }

    /// Writes down that the person did something.
    async fn note_event(
        &self,
        concerned: Concerned<'_>,
        what: domain::Deed,
        detail: Option<serde_json::Value>,
    ) -> Result<(), Fault> {
        self.note_event_as(&fresh_id()?, concerned, what, detail).await
    }

    /// The same under an id of its own, so that it is written once.
    async fn note_event_as(
        &self,
        id: &str,
        concerned: Concerned<'_>,
        what: domain::Deed,
        detail: Option<serde_json::Value>,
    ) -> Result<(), Fault> {
        let event = Event {
            what,
            // Who looks at a document is not watched.
            who: (what != domain::Deed::DocumentViewed).then(|| self.access.email().to_owned()),
            at: self.context.received_at,
            detail: detail.map(|detail| detail.to_string()),
        };
        self.app.ledger.add_event(concerned, id, &event).await
    }
}

/// The postings as D1 has them now: staff see at once what they have saved.
async fn stored_postings(app: &AppContext) -> Result<(Vec<Posting>, Vec<CurrentVersion>), Fault> {
    let current = app.ledger.current_versions().await?;
    let slugs: Vec<String> = current.iter().map(|one| one.slug.clone()).collect();
    let (mut postings, mut broken) = (Vec::new(), Vec::new());
    for stored in app.ledger.load(&slugs, ::postings::FORMAT).await? {
        let slug = stored.slug.clone();
        match compiled(stored) {
            Ok(posting) => postings.push(posting),
            Err(_) => broken.push(slug),
        }
    }
    let drafts = current.into_iter().filter(|one| broken.contains(&one.slug));
    postings.sort_by(|one, other| one.slug.cmp(&other.slug));
    Ok((postings, drafts.collect()))
}

/// Returns 128 random bits in hexadecimal.
fn fresh_id() -> Result<String, Fault> {
    Ok(format!("{:032x}", random_u128()?))
}
