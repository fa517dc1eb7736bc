//! `GET /desk/postings/{slug}/export.csv`, `.json` and `.zip`: everything of a
//! posting, as a stream.

mod archive;
mod table;

pub(super) use archive::parts;

use domain::{Deed, Failure, Posting};
use futures_util::stream;
use intake::ports::{Concerned, Dossier, Dossiers as _, Fault, Listing, PAGE};
use serde_json::json;
use worker::{Headers, Response};

use super::applications::{Known, everything, known};
use super::{Answer, Desk, Refused};
use crate::app::AppContext;
use crate::log;
use crate::routes::answer;

/// How an export is written.
enum Format {
    Csv(desk::csv::Separator),
    Json,
    Zip,
}

impl Desk<'_> {
    /// Everything of a posting as a file.
    pub(super) async fn export(&self, slug: &str, format: &str) -> Answer {
        let posting = self.posting(slug)?.clone();
        let separator = self.context.parameter("separator");
        let format = match (format, separator) {
            ("csv", None) => Format::Csv(desk::csv::Separator::default()),
            ("csv", Some(sign)) => {
                Format::Csv(desk::csv::Separator::parse(&sign).ok_or(Failure::NotFound)?)
            }
            ("json", _) => Format::Json,
            ("zip", _) => Format::Zip,
            _ => return Err(Failure::NotFound.into()),
        };
        let detail = json!({ "format": format.extension() });
        self.note_event(Concerned::Posting(slug), Deed::Exported, Some(detail)).await?;
        let app = AppContext::of(self.env)?;
        match format {
            Format::Csv(separator) => {
                let mut table = table::Applications::new(&posting, separator);
                let pages = Pages::of(app, &posting, "", "");
                let write = move |known: &[Known], _: bool| table.rows(known);
                let name = format!("{slug}.csv");
                Ok(saved(pages.written(write), "text/csv; charset=utf-8", &name))
            }
            Format::Json => {
                let head = json!({ "slug": slug, "title": posting.title }).to_string();
                let head = head.trim_end_matches('}');
                let pages = Pages::of(app, &posting, &format!("{head},\"applications\":["), "]}");
                let write = |known: &[Known], is_first: bool| {
                    let all = known.iter().map(|one| everything(one).to_string());
                    let all: Vec<String> = all.collect();
                    let comma = if is_first || all.is_empty() { "" } else { "," };
                    format!("{comma}{}", all.join(","))
                };
                Ok(saved(pages.written(write), "application/json", &format!("{slug}.json")))
            }
            Format::Zip => self.archive(app, posting).await,
        }
    }
}

impl Format {
    fn extension(&self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Json => "json",
            Self::Zip => "zip",
        }
    }
}

/// The applications of a posting, a page at a time, between a beginning and an
/// end.
struct Pages {
    app: AppContext,
    slug: String,
    next: Option<u32>,
    begins: String,
    ends: &'static str,
}

impl Pages {
    fn of(app: AppContext, posting: &Posting, begins: &str, ends: &'static str) -> Self {
        let (slug, begins) = (posting.slug.clone(), begins.to_owned());
        Self { app, slug, next: Some(0), begins, ends }
    }

    /// Returns what `write` makes of each page.
    fn written(
        self,
        write: impl FnMut(&[Known], bool) -> String + 'static,
    ) -> worker::Result<Response> {
        let stream = stream::unfold((self, write), |(mut pages, mut write)| async move {
            let page = pages.next?;
            let written = match pages.read(page).await {
                Ok((known, is_last)) => {
                    let mut text = core::mem::take(&mut pages.begins);
                    text.push_str(&write(&known, page == 0));
                    pages.next = (!is_last).then(|| page.saturating_add(1));
                    if is_last {
                        text.push_str(pages.ends);
                    }
                    Ok(text.into_bytes())
                }
                Err(fault) => {
                    // The client sees that the file is not whole.
                    log::fault("export broken off", &fault);
                    pages.next = None;
                    Err(worker::Error::RustError("export broken off".into()))
                }
            };
            Some((written, (pages, write)))
        });
        Response::from_stream(Box::pin(stream))
    }

    async fn read(&self, page: u32) -> Result<(Vec<Known>, bool), Fault> {
        let (dossiers, is_last) = read_page(&self.app, &self.slug, page).await?;
        Ok((known(&self.app.ledger, dossiers).await?, is_last))
    }
}

/// A page of the applications, by number, and whether it is the last one.
async fn read_page(app: &AppContext, slug: &str, page: u32) -> Result<(Vec<Dossier>, bool), Fault> {
    let listed = app.ledger.list(slug, &Listing { page, ..Listing::default() }).await?;
    let is_last =
        listed.dossiers.is_empty() || page.saturating_add(1).saturating_mul(PAGE) >= listed.total;
    Ok((listed.dossiers, is_last))
}

/// A file to be saved.
fn saved(
    response: worker::Result<Response>,
    media_type: &str,
    name: &str,
) -> worker::Result<Response> {
    let headed = |response| {
        let mut response = answer::private(response)?;
        let headers: &mut Headers = response.headers_mut();
        headers.set("Content-Type", media_type)?;
        // A slug is lower-case letters, digits and hyphens.
        headers.set("Content-Disposition", &format!("attachment; filename=\"{name}\""))?;
        Ok(response)
    };
    response.and_then(headed)
}

impl From<worker::Error> for Refused {
    fn from(error: worker::Error) -> Self {
        Self::Fault(Fault::Configuration(error.to_string()))
    }
}
