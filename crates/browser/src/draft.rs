//! What was typed, kept in this tab over a reload or a change of language, for
//! an hour. Documents are never kept, nor is consent: it is given anew.

use rules::{Form, TextMap};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use web_sys::{Storage, Window};

/// For how long a draft is kept after the last change, in milliseconds:
/// browsers bring a tab back long after it was closed, on any desk.
pub(crate) const KEPT_MS: i64 = 3_600_000;

/// The typed fields by name, and when they were kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Draft {
    kept_at: i64,
    fields: TextMap,
}

impl Draft {
    /// Returns what `form` holds at `now`, the device's wall-clock time in
    /// milliseconds.
    pub(crate) fn of(form: &Form, now: i64) -> Self {
        let typed = [
            ("name", form.name.as_str()),
            ("email", &form.email),
            ("phone", &form.phone),
            ("message", &form.message),
            ("mails", &form.mails),
        ];
        let fields = typed.into_iter().chain(form.answers.iter());
        Self { kept_at: now, fields: fields.filter(|(_, text)| !text.is_empty()).collect() }
    }

    /// Each field that something was typed into.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter()
    }

    /// Whether it is still to be kept. A clock that was turned back ends it
    /// too.
    fn is_fresh(&self, now: i64) -> bool {
        (0..KEPT_MS).contains(&now.saturating_sub(self.kept_at))
    }
}

/// Where the draft of one posting is kept: the session storage of this tab.
pub(crate) struct Drafts {
    storage: Storage,
    key: String,
}

impl Drafts {
    /// Returns the place for the form that posts to `action`; nothing where
    /// the browser keeps nothing.
    pub(crate) fn of(window: &Window, action: &str) -> Option<Self> {
        let storage = window.session_storage().ok().flatten()?;
        let path = action.split('?').next().unwrap_or_default();
        Some(Self { storage, key: format!("guichet {path}") })
    }

    /// Keeps `draft` in the place of the one before.
    pub(crate) fn keep(&self, draft: &Draft) {
        let value = draft.serialize(&Serializer::json_compatible());
        let json = value.ok().and_then(|draft| js_sys::JSON::stringify(&draft).ok()?.as_string());
        // A full or forbidden storage is no fault: nothing is kept then.
        if let Some(json) = json {
            let _ = self.storage.set_item(&self.key, &json);
        }
    }

    /// Returns the draft, if it is fresh; deletes it otherwise.
    pub(crate) fn find(&self, now: i64) -> Option<Draft> {
        let json = self.storage.get_item(&self.key).ok().flatten()?;
        let draft: Option<Draft> = js_sys::JSON::parse(&json)
            .ok()
            .and_then(|draft: JsValue| serde_wasm_bindgen::from_value(draft).ok());
        let fresh = draft.filter(|draft| draft.is_fresh(now));
        if fresh.is_none() {
            self.forget();
        }
        fresh
    }

    /// Deletes the draft.
    pub(crate) fn forget(&self) {
        let _ = self.storage.remove_item(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_was_typed_and_no_consent() {
        let form = Form {
            name: "Amélie".into(),
            subject: "Head".into(),
            answers: TextMap::from_iter([("permit", "yes"), ("notice", "")]),
            mails: "full".into(),
            consent: "yes".into(),
            ..Form::default()
        };
        let draft = Draft::of(&form, 5);
        let kept: Vec<_> = draft.fields().collect();
        assert_eq!(kept, [("mails", "full"), ("name", "Amélie"), ("permit", "yes")]);
    }

    #[test]
    fn it_is_kept_for_an_hour() {
        let draft = Draft::of(&Form::default(), 1_000);
        for (now, fresh) in
            [(999, false), (1_000, true), (KEPT_MS + 999, true), (KEPT_MS + 1_000, false)]
        {
            assert_eq!(draft.is_fresh(now), fresh, "{now}");
        }
    }
}
