//! The documents of a posting as an archive. Its files go from R2 to the
//! client past wasm memory.

use desk::zip::{Archive, DosTime, File};
use domain::{Failure, Posting};
use intake::Download;
use intake::ports::{DocumentStore as _, Dossier, Dossiers as _, Fault, Listing, PAGE};
use js_sys::{Array, Function, Reflect, Uint8Array};
use rules::application::Document;
use views::mails::folder_name;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{StreamPipeOptions, TransformStream, WritableStreamDefaultWriter};
use worker::{Response, ResponseBody};

use super::{known, read_page, saved, table};
use crate::app::AppContext;
use crate::log;
use crate::routes::desk::applications::everything;
use crate::routes::desk::{Answer, Desk};

/// The most documents of one part: an invocation may make 1,000 requests to
/// the platform, and pages of the list are some of them.
const DOCUMENTS: u32 = 800;

impl Desk<'_> {
    /// A part of the archive; the first one where none is asked for.
    pub(super) async fn archive(&self, app: AppContext, posting: Posting) -> Answer {
        let listed = app.ledger.list(&posting.slug, &Listing::default()).await?;
        let parts = parts(&posting, listed.total);
        let part = self.context.parameter("part").map_or(Ok(1), |part| part.parse());
        let part = part.ok().filter(|part| (1..=parts).contains(part)).ok_or(Failure::NotFound)?;
        let slug = posting.slug.clone();
        let passage = passage()?;
        let readable = passage.readable();
        spawn_local(async move {
            let mut writer = Writer { passage, archive: Archive::default() };
            let written = writer.write(&app, &posting, part).await;
            if let Err(fault) = written {
                log::fault("archive broken off", &fault);
                // The client sees that the file is not whole.
                let _ = writer.passage.writable().abort();
            }
        });
        let name = match parts {
            1 => format!("{slug}.zip"),
            _ => format!("{slug}-{part}-{parts}.zip"),
        };
        let response = Response::from_body(ResponseBody::Stream(readable));
        Ok(saved(response, "application/zip", &name).and_then(|mut response| {
            response.headers_mut().set("X-Guichet-Parts", &parts.to_string())?;
            Ok(response)
        }))
    }
}

/// Returns how many parts the archive of so many applications has.
pub(in crate::routes::desk) fn parts(posting: &Posting, applications: u32) -> u32 {
    let documents = posting.requirements.documents.len();
    applications.div_ceil(::desk::part::applications(documents, DOCUMENTS, PAGE)).max(1)
}

/// An identity stream of the platform, whose bytes stay outside wasm memory.
fn passage() -> Result<TransformStream, Fault> {
    let identity = Reflect::get(&js_sys::global(), &"IdentityTransformStream".into());
    let identity: Function = identity.and_then(JsCast::dyn_into).map_err(broken)?;
    let passage = Reflect::construct(&identity, &Array::new()).map_err(broken)?;
    Ok(passage.unchecked_into())
}

/// Writes an archive into a stream.
struct Writer {
    passage: TransformStream,
    archive: Archive,
}

impl Writer {
    async fn write(&mut self, app: &AppContext, posting: &Posting, part: u32) -> Result<(), Fault> {
        let documents = posting.requirements.documents.len();
        let size = ::desk::part::applications(documents, DOCUMENTS, PAGE);
        let stretches = ::desk::part::stretches(part, size, PAGE);
        let mut table = table::Applications::new(posting, desk::csv::Separator::default());
        let (mut rows, mut objects) = (String::new(), Vec::new());
        for (page, begins, count) in stretches {
            let (dossiers, is_last) = read_page(app, &posting.slug, page).await?;
            let dossiers = dossiers.into_iter().skip(begins).take(count).collect();
            let known = known(&app.ledger, dossiers).await?;
            rows.push_str(&table.rows(&known));
            for one in &known {
                objects.push(everything(one).to_string());
                self.documents_of(app, posting, &one.dossier).await?;
            }
            if is_last {
                break;
            }
        }
        self.add(posting, "applications.csv", rows.as_bytes()).await?;
        let objects = format!("[{}]", objects.join(",\n"));
        self.add(posting, "applications.json", objects.as_bytes()).await?;
        let end = core::mem::take(&mut self.archive).end();
        self.put(&end).await?;
        let writer = self.writer()?;
        JsFuture::from(writer.close()).await.map(|_| ()).map_err(broken)
    }

    async fn documents_of(
        &mut self,
        app: &AppContext,
        posting: &Posting,
        dossier: &Dossier,
    ) -> Result<(), Fault> {
        let folder = folder_name(&dossier.application);
        for document in &dossier.application.content.documents {
            let download = Download::of(posting, &dossier.application, document);
            let name = format!("{folder}/{}", download.file_name);
            self.document(app, posting, dossier, document, &download.key, &name).await?;
        }
        Ok(())
    }

    async fn document(
        &mut self,
        app: &AppContext,
        posting: &Posting,
        dossier: &Dossier,
        document: &Document,
        key: &str,
        name: &str,
    ) -> Result<(), Fault> {
        let Some(crc32) = document.crc32 else {
            // It was stored before there were sums.
            return match app.documents.get(key).await? {
                Some(bytes) => self.add(posting, name, &bytes).await,
                None => Ok(()),
            };
        };
        let Some(object) = app.documents.open(key).await? else { return Ok(()) };
        let Some(body) = object.body() else { return Ok(()) };
        let body = body.response_body().map_err(|error| Fault::Documents(error.to_string()))?;
        let ResponseBody::Stream(stream) = body else { return Ok(()) };
        let changed = DosTime::of(dossier.application.revised_at, &posting.deadline.zone);
        let file = File { name, bytes: object.size(), crc32, changed };
        let head = self.archive.begin(&file);
        self.put(&head).await?;
        let options = StreamPipeOptions::new();
        options.set_prevent_close(true);
        let piped = stream.pipe_to_with_options(&self.passage.writable(), &options);
        JsFuture::from(piped).await.map(|_| ()).map_err(broken)
    }

    /// Adds a file whose bytes are here.
    async fn add(&mut self, posting: &Posting, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        let changed = DosTime::of(posting.requirements.window.opens_at, &posting.deadline.zone);
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let file = File { name, bytes: size, crc32: intake::crc32(bytes), changed };
        let head = self.archive.begin(&file);
        self.put(&head).await?;
        self.put(bytes).await
    }

    async fn put(&self, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.is_empty() {
            return Ok(());
        }
        let writer = self.writer()?;
        let chunk = Uint8Array::from(bytes);
        let written = JsFuture::from(writer.write_with_chunk(&chunk)).await;
        writer.release_lock();
        written.map(|_| ()).map_err(broken)
    }

    fn writer(&self) -> Result<WritableStreamDefaultWriter, Fault> {
        self.passage.writable().get_writer().map_err(broken)
    }
}

fn broken(_error: JsValue) -> Fault {
    Fault::Documents("the client or a document ended in the middle".into())
}
