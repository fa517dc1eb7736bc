//! `/desk/applications/{reference}`: one application, its documents, notes,
//! mails and events.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::{Application, Deed, Failure, Posting, Sealed};
use intake::ports::{
    Concerned, Corrections as _, Dossier, Dossiers, Event, Fault, MailKind, MailState, Message,
    MessageState, Note, Progress,
};
use intake::{Download, SEALED, posting_of_version, receipt_key};
use rules::Timestamp;
use rules::application::lines;
use serde_json::{Value, json};
use views::desk::ApplicationShown;
use worker::{Method, Request};

use super::overview::listed_application;
use super::{Answer, Desk, Refused, forms, fresh_id};
use crate::log;
use crate::postings::compiled;
use crate::routes::answer::{self, Caching};
use crate::routes::document::saved;

/// The most characters of a note.
const MAX_NOTE: usize = 5_000;

/// What is known of an application.
pub(super) struct Known {
    pub(super) dossier: Dossier,
    pub(super) messages: Vec<Message>,
    pub(super) notes: Vec<Note>,
    pub(super) events: Vec<Event>,
}

impl Desk<'_> {
    /// All that is known of one application.
    pub(super) async fn application_page(&self, reference: &str) -> Answer {
        let (posting, dossier) = self.dossier(reference).await?;
        let known = self.known(dossier).await?;
        if self.context.wants_json {
            return Ok(answer::json(200, &everything(&known), Caching::Never));
        }
        let number = known.dossier.application.number;
        let (before, after) = self.app.ledger.neighbours(&posting.slug, number).await?;
        let Known { dossier, messages, notes, events } = &known;
        let is_forgettable = self.as_told(posting, &dossier.application).await?.privacy.forget;
        let application = &dossier.application;
        let earlier = match application.revision {
            1 => Vec::new(),
            _ => self.app.ledger.revisions(&application.id).await?,
        };
        let shown = ApplicationShown {
            posting,
            is_forgettable,
            dossier,
            messages,
            notes,
            events,
            earlier: &earlier,
            before,
            after,
        };
        let page = views::desk::application(self.context.texts(), &shown, &self.person());
        Ok(answer::html(200, &page, Caching::Never))
    }

    /// The same as a file, for the person whom it concerns.
    pub(super) async fn everything_of(&self, reference: &str) -> Answer {
        let (_, dossier) = self.dossier(reference).await?;
        let concerned = Concerned::Application(&dossier.application);
        self.note_event(concerned, Deed::HandedOut, None).await?;
        let reference = dossier.application.reference.clone();
        let known = self.known(dossier).await?;
        let file_name = format!("attachment; filename=\"{reference}.json\"");
        let response = answer::json(200, &everything(&known), Caching::Never);
        Ok(response.and_then(|mut response| {
            response.headers_mut().set("Content-Disposition", &file_name)?;
            Ok(response)
        }))
    }

    /// A document, to be saved. It is not shown in the browser: viewers of PDF
    /// do not run in a sandboxed page, and outside of one a document of a
    /// stranger would act under our name.
    pub(super) async fn document(&self, reference: &str, id: &str, method: Method) -> Answer {
        let (posting, dossier) = self.dossier(reference).await?;
        let application = &dossier.application;
        let download = match application.as_sealed() {
            Some(_) if id == SEALED => Download::sealed(application).ok_or(Failure::Gone)?,
            _ => {
                let documents = &application.content.documents;
                let document = documents.iter().find(|document| document.id == id);
                Download::of(posting, application, document.ok_or(Failure::NotFound)?)
            }
        };
        let object = self.app.documents.open(&download.key).await?.ok_or(Failure::Gone)?;
        if method == Method::Get {
            let detail = json!({ "document": id, "purpose": "selection" });
            let concerned = Concerned::Application(application);
            self.note_event(concerned, Deed::DocumentViewed, Some(detail)).await?;
        }
        Ok(saved(&download, &object, method))
    }

    /// Writes a note for colleagues.
    pub(super) async fn add_note(&self, reference: &str, request: Request) -> Answer {
        let (_, dossier) = self.dossier(reference).await?;
        let fields = forms::read(request, forms::SMALL).await?;
        let note = lines(fields.text("note"));
        let code = match note.chars().count() {
            0 => Some("missing"),
            length if length > MAX_NOTE => Some("too_long"),
            _ => None,
        };
        if let Some(code) = code {
            return Ok(self.wrong("note", code, json!({})));
        }
        self.app.ledger.add_note(&dossier.application, &fresh_id()?, &note, self.actor()).await?;
        let reference = &dossier.application.reference;
        if self.context.wants_json {
            let at = self.context.received_at.to_rfc3339();
            return Ok(answer::json(201, &json!({ "note": note, "at": at }), Caching::Never));
        }
        Ok(answer::see_other(&format!("/desk/applications/{reference}#notes")))
    }

    /// Notes that the candidate was answered elsewhere, or that they were not
    /// after all.
    pub(super) async fn note_answered(&self, reference: &str, request: Request) -> Answer {
        let (_, dossier) = self.dossier(reference).await?;
        let fields = forms::read(request, forms::SMALL).await?;
        let is_answered = fields.text("answered") != "no";
        let application = &dossier.application;
        let (ledger, id) = (&self.app.ledger, fresh_id()?);
        ledger.note_answered_elsewhere(application, is_answered, &id, self.actor()).await?;
        if self.context.wants_json {
            let body = json!({ "answered_elsewhere": is_answered });
            return Ok(answer::json(200, &body, Caching::Never));
        }
        let reference = &application.reference;
        Ok(answer::see_other(&format!("/desk/applications/{reference}#mails")))
    }

    /// The posting as the candidate read it.
    pub(super) async fn as_told<'a>(
        &self,
        posting: &'a Posting,
        application: &Application,
    ) -> Result<Cow<'a, Posting>, Fault> {
        let version = application.posting_version;
        posting_of_version(&self.app.ledger, compiled, posting, version).await
    }

    /// Erases an application at the request of the person whom it concerns.
    /// Staff get the notice of a withdrawal, so that they delete their copies.
    pub(super) async fn erase(&self, reference: &str) -> Answer {
        let (posting, dossier) = self.dossier(reference).await?;
        let application = &dossier.application;
        let (ledger, signing) = (&self.app.ledger, &self.app.signing);
        let key = receipt_key(signing, application);
        let (documents, now) = (&self.app.documents, self.context.received_at);
        let reference = application.reference.as_str();
        let done = intake::withdraw(documents, ledger, signing, reference, &key, now).await?;
        let done = done.ok_or(Failure::NotFound)?;
        if let Some(fault) = done.unfinished {
            log::fault("erased but not yet finished", &fault);
        }
        let detail = json!({ "number": application.number });
        let concerned = Concerned::Posting(&posting.slug);
        self.note_event(concerned, Deed::Erased, Some(detail.clone())).await?;
        if self.context.wants_json {
            return Ok(answer::json(200, &json!({ "erased": detail }), Caching::Never));
        }
        Ok(answer::see_other(&format!("/desk/postings/{}", posting.slug)))
    }

    pub(super) async fn known(&self, dossier: Dossier) -> Result<Known, Refused> {
        let known = known(&self.app.ledger, vec![dossier]).await?;
        known.into_iter().next().ok_or_else(|| Failure::NotFound.into())
    }

    /// A form with a mistake.
    pub(super) fn wrong(
        &self,
        field: &str,
        code: &str,
        params: Value,
    ) -> worker::Result<worker::Response> {
        let texts = self.context.texts();
        let value = params.get("placeholder").and_then(Value::as_str).unwrap_or_default();
        let message = views::desk::mistake(texts, field, code, value);
        if self.context.wants_json {
            let issue =
                json!({ "field": field, "code": code, "message": message, "params": params });
            return answer::json(422, &json!({ "issues": [issue] }), Caching::Never);
        }
        let page = views::desk::refused(texts, &message, &self.person());
        answer::html(422, &page, Caching::Never)
    }
}

/// Returns all that is known of these applications.
pub(super) async fn known(
    ledger: &(impl Dossiers + Progress),
    dossiers: Vec<Dossier>,
) -> Result<Vec<Known>, Fault> {
    let ids: Vec<&str> = dossiers.iter().map(|one| one.application.id.as_str()).collect();
    let mut messages = by_application(ledger.messages(&ids).await?);
    let mut notes = by_application(ledger.notes(&ids).await?);
    let mut events = by_application(ledger.events(&ids).await?);
    let known = dossiers.into_iter().map(|dossier| {
        let id = dossier.application.id.clone();
        Known {
            messages: messages.remove(&id).unwrap_or_default(),
            notes: notes.remove(&id).unwrap_or_default(),
            events: events.remove(&id).unwrap_or_default(),
            dossier,
        }
    });
    Ok(known.collect())
}

fn by_application<T>(rows: Vec<(String, T)>) -> BTreeMap<String, Vec<T>> {
    let mut found: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (application, row) in rows {
        found.entry(application).or_default().push(row);
    }
    found
}

/// All that is known of an application, as clients see it.
pub(super) fn everything(known: &Known) -> Value {
    let Known { dossier, messages, notes, events } = known;
    let application = &dossier.application;
    let content = &application.content;
    let reference = &application.reference;
    let mut all = listed_application(dossier);
    let sealed = application.as_sealed().and_then(Sealed::message).map(|message| {
        json!({
            "bytes": message.bytes,
            "sha256": message.sha256,
            "url": format!("/desk/applications/{reference}/documents/{SEALED}"),
        })
    });
    let documents: Vec<Value> = content
        .documents
        .iter()
        .map(|document| {
            json!({
                "id": document.id,
                "name": document.file_name,
                "kind": document.kind,
                "bytes": document.bytes,
                "sha256": document.sha256,
                "remarks": document.remarks,
                "url": format!("/desk/applications/{reference}/documents/{}", document.id),
            })
        })
        .collect();
    let answers: Vec<Value> = content
        .answers
        .iter()
        .map(|answer| json!({ "question": answer.question, "value": answer.value }))
        .collect();
    let notes: Vec<Value> = notes
        .iter()
        .map(|note| json!({ "note": note.note, "who": note.by, "at": note.at.to_rfc3339() }))
        .collect();
    let rest = json!({
        "posting": application.posting,
        "language": application.language,
        "revised_at": application.revised_at.to_rfc3339(),
        "erase_at": application.erase_at.map(Timestamp::to_rfc3339),
        "phone": content.phone,
        "message": content.message,
        "answers": answers,
        "documents": documents,
        "sealed_message": sealed,
        "mails": mails(dossier, messages),
        "notes": notes,
        "events": events.iter().map(event).collect::<Vec<_>>(),
    });
    if let (Value::Object(all), Value::Object(rest)) = (&mut all, rest) {
        all.extend(rest);
    }
    all
}

/// The application's own mails and the messages of staff.
fn mails(dossier: &Dossier, messages: &[Message]) -> Vec<Value> {
    let wanted = MailKind::wanted(dossier.application.content.mails).iter();
    let with_state = wanted.filter_map(|kind| match kind {
        MailKind::Staff => Some((kind, dossier.delivery.forwarding)),
        MailKind::Acknowledgement => Some((kind, dossier.delivery.acknowledgement)),
        _ => None,
    });
    let own = with_state.map(|(kind, state)| {
        let name = match state {
            MailState::Waiting => "scheduled",
            MailState::Sent(_) => "sent",
            MailState::GivenUp => "given_up",
        };
        let kind = kind.as_str();
        json!({ "kind": kind, "state": name, "sent_at": state.sent_at().map(Timestamp::to_rfc3339) })
    });
    let messages = messages.iter().map(|message| {
        json!({
            "id": message.id,
            "kind": "message",
            "stage": message.stage,
            "subject": message.subject,
            "message": message.body,
            "attachment": message.attachment.as_ref().map(|file| &file.file_name),
            "appointment": message.appointment.is_some(),
            "scheduled_by": message.scheduled_by,
            "scheduled_at": message.scheduled_at.to_rfc3339(),
            "send_at": message.send_at.to_rfc3339(),
            "state": state_name(message.state),
            "sent_at": sent_at(message.state),
        })
    });
    own.chain(messages).collect()
}

pub(super) fn state_name(state: MessageState) -> &'static str {
    match state {
        MessageState::Scheduled => "scheduled",
        MessageState::Sent(_) => "sent",
        MessageState::GivenUp => "given_up",
        MessageState::Stopped(_) => "stopped",
        MessageState::Replaced(_) => "replaced",
    }
}

fn sent_at(state: MessageState) -> Option<String> {
    match state {
        MessageState::Sent(at) => Some(at.to_rfc3339()),
        _ => None,
    }
}

/// An event as clients see it.
pub(super) fn event(event: &Event) -> Value {
    let detail: Option<Value> =
        event.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok());
    json!({
        "who": event.who,
        "what": event.what.as_str(),
        "when": event.at.to_rfc3339(),
        "detail": detail,
    })
}
