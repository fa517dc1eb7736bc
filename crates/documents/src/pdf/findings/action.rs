//! Judges the dictionaries that act: actions, annotations, file specifications (ISO 32000-2, 12.6).

use alloc::{string::String, vec::Vec};

use super::{Entries, Search, named, script};
use crate::{
    Active, encoding, file_name,
    pdf::{
        document::Document,
        indirect::Indirect,
        security::Lock,
        value::{Dict, Value},
    },
    target::{self, Target},
};

/// The keys whose values decide whether something acts.
pub(super) const KEYS: [&[u8]; 17] = [
    b"S",
    b"JS",
    b"Subtype",
    b"AA",
    b"OpenAction",
    b"EF",
    b"3DA",
    b"Condition",
    b"Ref",
    b"OPI",
    b"F",
    b"UF",
    b"URI",
    b"Base",
    b"DOS",
    b"Mac",
    b"Unix",
];

/// The keys under which a target stands.
const TARGETS: [&[u8]; 7] = [b"F", b"UF", b"URI", b"Base", b"DOS", b"Mac", b"Unix"];

/// What is told of an action, even one that waits for a click.
pub(super) const TOLD: [(&[u8], Active); 5] = [
    (b"Launch", Active::Launch),
    (b"SubmitForm", Active::SubmitForm),
    (b"GoToR", Active::RemoteGoTo),
    (b"GoToE", Active::RemoteGoTo),
    (b"ImportData", Active::RemoteGoTo),
];

/// What else is not to happen without a click.
const LOUD: [&[u8]; 5] = [b"URI", b"Rendition", b"Movie", b"Sound", b"RichMediaExecute"];

/// Annotations that bear a film, a sound or a model.
const MEDIA: [&[u8]; 5] = [b"RichMedia", b"3D", b"Screen", b"Movie", b"Sound"];

/// Events of an annotation that are a click.
const CLICKS: [&[u8]; 2] = [b"D", b"U"];

/// Actions that follow each other, and values within each other, that are followed.
const MOST_STEPS: usize = 32;

impl<'s> Search<'s> {
    /// Judges one dictionary by all its readings.
    pub(super) fn judge(&mut self, home: &Indirect<'s>, dict: &Entries<'s>) {
        let document = self.document;
        if dict.kept.is_empty() {
            return;
        }
        let readings = |key: &'static [u8]| {
            dict.each(key).flat_map(move |value| document.readings(value, home))
        };
        let mut is_script = dict.each(b"JS").next().is_some();
        for name in readings(b"S") {
            let Value::Name(name) = name.value else { continue };
            is_script |= name.is(b"JavaScript");
            self.found.active.extend(named(&TOLD, name));
        }
        if is_script {
            self.judge_script(&readings(b"JS").collect::<Vec<_>>());
        }
        for subtype in readings(b"Subtype") {
            if let Value::Name(name) = subtype.value
                && MEDIA.iter().any(|media| name.is(media))
            {
                self.found.active.push(Active::EmbeddedFile);
            }
        }
        let is_file = dict.each(b"EF").next().is_some();
        for files in readings(b"EF") {
            let Value::Dict(dict) = files.value else { continue };
            for file in dict.entries().flat_map(|(_, file)| document.readings(file, &files)) {
                self.look_into_file(&file);
            }
        }
        for key in TARGETS {
            for target in readings(key) {
                self.judge_target(&target, is_file);
            }
        }
        self.judge_automatic(home, dict);
    }

    /// Judges what happens without a click.
    fn judge_automatic(&mut self, home: &Indirect<'s>, dict: &Entries<'s>) {
        let document = self.document;
        for action in dict.each(b"OpenAction") {
            self.follow(action, home, MOST_STEPS);
        }
        let dicts = |key: &'static [u8]| {
            let values = dict.each(key).flat_map(move |value| document.readings(value, home));
            values.filter_map(|found| match found.value {
                Value::Dict(dict) => Some((dict, found)),
                _ => None,
            })
        };
        for (events, events_home) in dicts(b"AA") {
            if !document.budget().spend(events.0.len()) {
                return;
            }
            for (event, action) in events.entries() {
                if !CLICKS.iter().any(|click| event.is(click)) {
                    self.follow(action, &events_home, MOST_STEPS);
                }
            }
        }
        // A proxy for a page or a picture in another file is shown with the page.
        for (proxy, proxy_home) in dicts(b"Ref").chain(dicts(b"OPI")) {
            self.fetch(proxy, &proxy_home);
        }
        let conditions = dict.each(b"Condition").flat_map(|value| document.readings(value, home));
        let models = dicts(b"3DA").flat_map(|(dict, model_home)| {
            dict.each(b"A")
                .flat_map(|value| document.readings(value, &model_home))
                .collect::<Vec<_>>()
        });
        for condition in conditions.chain(models) {
            if matches!(condition.value, Value::Name(name) if name.is(b"PO") || name.is(b"PV")) {
                self.found.active.push(Active::Automatic);
            }
        }
    }

    /// Follows actions that run by themselves, and those that follow them.
    fn follow(&mut self, action: Value<'s>, home: &Indirect<'s>, steps: usize) {
        let document = self.document;
        let Some(steps) = steps.checked_sub(1) else {
            document.budget().give_up();
            return;
        };
        for found in document.readings(action, home) {
            match found.value {
                Value::Array(actions) if !document.budget().is_spent() => {
                    for action in actions.values() {
                        self.follow(action, &found, steps);
                    }
                }
                Value::Dict(dict) if document.budget().spend(2 * dict.0.len()) => {
                    self.run(dict, &found);
                    for next in dict.each(b"Next") {
                        self.follow(next, &found, steps);
                    }
                }
                _ => {}
            }
        }
    }

    /// Judges an action that runs by itself.
    fn run(&mut self, dict: Dict<'s>, home: &Indirect<'s>) {
        let document = self.document;
        let kinds = dict.each(b"S").flat_map(|value| document.readings(value, home));
        for kind in kinds {
            let Value::Name(name) = kind.value else { continue };
            let is_elsewhere = || dict.each(b"F").next().is_some();
            if named(&TOLD, name).is_some()
                || LOUD.iter().any(|loud| name.is(loud))
                || name.is(b"Thread") && is_elsewhere()
            {
                self.found.active.push(Active::Automatic);
                self.fetch(dict, home);
            }
        }
    }

    /// Judges the targets in a dictionary that are loaded without a click.
    pub(super) fn fetch(&mut self, dict: Dict<'s>, home: &Indirect<'s>) {
        self.fetch_within(dict, home, MOST_STEPS);
    }

    fn fetch_within(&mut self, dict: Dict<'s>, home: &Indirect<'s>, steps: usize) {
        let document = self.document;
        let Some(steps) = steps.checked_sub(1) else { return };
        for (key, value) in dict.entries() {
            if !TARGETS.iter().any(|target| key.is(target)) || document.budget().is_spent() {
                continue;
            }
            for found in document.readings(value, home) {
                match found.value {
                    Value::Dict(inner) => self.fetch_within(inner, &found, steps),
                    Value::Text(_) => {
                        let target = text(document, &found);
                        self.found.active.push(match target::parse(&target) {
                            Target::Server => Active::ServerName,
                            Target::Web | Target::Handler => Active::Automatic,
                            Target::Script => Active::Script,
                            Target::Near | Target::Inside => Active::RemoteGoTo,
                        });
                    }
                    _ => {}
                }
            }
        }
    }

    fn judge_script(&mut self, scripts: &[Indirect<'s>]) {
        let document = self.document;
        self.found.active.push(Active::JavaScript);
        let only_formats = |script: &Indirect| match script.value {
            Value::Text(_) => script::only_formats(&text(document, script)),
            Value::Dict(_) if script.stream.is_some() => document
                .data(script)
                .is_some_and(|code| script::only_formats(&encoding::marked(&code))),
            _ => false,
        };
        if scripts.is_empty() || !scripts.iter().all(only_formats) {
            self.found.active.push(Active::Script);
        }
    }

    /// Judges a target that a click may lead to, or the name of a file inside.
    fn judge_target(&mut self, found: &Indirect<'s>, is_file: bool) {
        let document = self.document;
        if !matches!(found.value, Value::Text(_)) {
            return;
        }
        let target = text(document, found);
        if is_file && file_name::runs(target.as_bytes()) {
            self.found.active.push(Active::Program);
        }
        let is_path = target.trim_start().to_ascii_lowercase().starts_with("file:");
        match target::parse(&target) {
            Target::Script => self.found.active.push(Active::Script),
            Target::Server | Target::Handler => self.found.active.push(Active::RemoteGoTo),
            _ if is_path => self.found.active.push(Active::RemoteGoTo),
            _ => {}
        }
    }
}

/// What a string says.
fn text(document: &Document, found: &Indirect) -> String {
    let Value::Text(text) = found.value else { return String::new() };
    let bytes = match &document.lock {
        Lock::Open(key) if found.is_in_file => key.decipher_string(found, &text.bytes()),
        _ => text.bytes(),
    };
    encoding::marked(&bytes)
}
