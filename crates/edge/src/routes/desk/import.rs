//! `POST /desk/import`: an advertisement's text into a draft.

use domain::Failure;
use serde_json::json;
use views::desk::EditorShown;
use worker::Request;

use super::editing::View;
use super::{Answer, Desk, forms};
use crate::routes::answer::{self, Caching};

/// The most bytes of an advertisement.
const MAX_TEXT: usize = 200_000;
/// The most bytes of the form: each may be written with three.
const MAX_FORM: u64 = 650_000;

impl Desk<'_> {
    /// The form into which an advertisement is pasted.
    pub(super) fn import_form(&self) -> worker::Result<worker::Response> {
        let page = views::desk::import(self.context.texts(), &self.person());
        answer::html(200, &page, Caching::Never)
    }

    /// The draft that an advertisement makes, and what of it is unsure. Nothing
    /// is saved.
    pub(super) async fn import(&self, request: Request) -> Answer {
        let fields = forms::read(request, MAX_FORM).await?;
        let text = fields.text("text");
        if text.len() > MAX_TEXT {
            return Err(Failure::TooLarge { max_bytes: 200_000 }.into());
        }
        if text.trim().is_empty() {
            return Ok(self.wrong("text", "missing", json!({})));
        }
        let draft = postings::from_advertisement(text);
        if self.context.wants_json {
            let body = json!({ "source": draft.source, "unsure": draft.unsure });
            return Ok(answer::json(200, &body, Caching::Never));
        }
        let (source, unsure) = (draft.source.as_str(), draft.unsure.as_slice());
        let shown = EditorShown { source, unsure, ..EditorShown::default() };
        Ok(self.editor(200, &shown, View::Fields, None))
    }
}
