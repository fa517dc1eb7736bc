//! Judges the dictionaries that act: actions, annotations, file specifications (ISO 32000-2, 12.6).

use super::{Entries, JUDGING, Search, named, script};
use crate::{
    Active, encoding, file_name,
    pdf::{
        document::Document,
        indirect::Indirect,
        security::Lock,
        strings::Name,
        value::{Dict, Value},
    },
    policy::{self, Use},
    target,
};

/// The keys whose values decide whether something acts.
pub(super) const KEYS: [&[u8]; 21] = [
    b"JS",
    b"S",
    b"Subtype",
    b"EF",
    b"OpenAction",
    b"AA",
    b"Ref",
    b"OPI",
    b"Condition",
    b"3DA",
    b"F",
    b"UF",
    b"URI",
    b"Base",
    b"DOS",
    b"Mac",
    b"Unix",
    b"RF",
    b"Movie",
    b"PresSteps",
    b"EmbeddedFiles",
];

/// Returns whether a target stands under a key.
fn is_target(key: Name) -> bool {
    key.among(&[b"F", b"UF", b"URI", b"Base", b"DOS", b"Mac", b"Unix"]).is_some()
}

/// What is told of an action, even one that waits for a click.
pub(super) const TOLD: [(&[u8], Active); 5] = [
    (b"Launch", Active::Launch),
    (b"SubmitForm", Active::SubmitForm),
    (b"GoToR", Active::RemoteGoTo),
    (b"GoToE", Active::RemoteGoTo),
    (b"ImportData", Active::RemoteGoTo),
];

/// What else is not to happen without a click.
pub(super) const LOUD: [&[u8]; 5] = [b"URI", b"Rendition", b"Movie", b"Sound", b"RichMediaExecute"];

/// Annotations that bear a film, a sound or a model.
const MEDIA: [&[u8]; 5] = [b"RichMedia", b"3D", b"Screen", b"Movie", b"Sound"];

/// Events of an annotation that are a click.
const CLICKS: [&[u8]; 2] = [b"D", b"U"];

/// When a film or a model starts by itself: with its page, or once it is seen.
const STARTS: [&[u8]; 2] = [b"PO", b"PV"];

/// Actions that follow each other, and values within each other, that are followed.
pub(super) const MOST_STEPS: usize = 32;

impl<'s> Search<'s> {
    /// Judges one dictionary by all its readings.
    pub(super) fn judge(&mut self, home: &Indirect<'s>, dict: &Entries<'s>) {
        let (mut is_script, mut scripts) = (false, Vec::new());
        let is_file = dict.kept.iter().any(|(key, _)| key.is(b"EF"));
        for &(key, value) in &dict.kept {
            let known = key.among(&KEYS).and_then(|place| KEYS.get(place)).copied();
            let known = known.unwrap_or_default();
            is_script |= known == b"JS";
            for found in self.document.readings(value, home) {
                match (known, found.value) {
                    (b"JS", _) => scripts.push(found),
                    (b"S", Value::Name(name)) => {
                        is_script |= name.is(b"JavaScript");
                        self.found.active.extend(named(&TOLD, name));
                    }
                    (b"Subtype", Value::Name(name)) if name.among(&MEDIA).is_some() => {
                        self.found.active.push(Active::EmbeddedFile);
                    }
                    (b"EF" | b"RF", Value::Dict(files)) => self.look_into_files(files, &found),
                    (b"OpenAction", _) => self.follow(found, MOST_STEPS),
                    // The steps of a slide show come by themselves, as other events do.
                    (b"AA" | b"PresSteps", Value::Dict(events)) => {
                        self.judge_events(events, &found);
                    }
                    // A proxy for a page or a picture in another file is shown with the page.
                    (b"Ref" | b"Movie", Value::Dict(proxy)) => {
                        self.fetch(proxy, &found, MOST_STEPS);
                    }
                    (b"OPI", Value::Dict(versions)) => {
                        for (_, proxy) in versions.entries() {
                            for found in self.document.readings(proxy, &found) {
                                if let Value::Dict(proxy) = found.value {
                                    self.fetch(proxy, &found, MOST_STEPS);
                                }
                            }
                        }
                    }
                    (b"EmbeddedFiles", Value::Dict(tree)) => {
                        self.look_at_names(tree, &found, MOST_STEPS);
                    }
                    (b"Condition", Value::Name(name)) => self.judge_start(name),
                    (b"3DA", Value::Dict(model)) => {
                        for (_, value) in model.entries().filter(|(key, _)| key.is(b"A")) {
                            for found in self.document.readings(value, &found) {
                                if let Value::Name(name) = found.value {
                                    self.judge_start(name);
                                }
                            }
                        }
                    }
                    (_, Value::Text(_)) if is_target(key) => self.judge_target(&found, is_file),
                    _ => {}
                }
            }
        }
        if is_script {
            self.judge_script(&scripts);
        }
    }

    fn judge_start(&mut self, condition: Name) {
        if condition.among(&STARTS).is_some() {
            self.found.active.push(Active::Automatic);
        }
    }

    /// Judges the actions that are tied to events.
    fn judge_events(&mut self, events: Dict<'s>, home: &Indirect<'s>) {
        if !self.document.budget().spend(events.0.len()) {
            return;
        }
        for (event, action) in events.entries() {
            if event.among(&CLICKS).is_none() {
                for found in self.document.readings(action, home) {
                    self.follow(found, MOST_STEPS);
                }
            }
        }
    }

    /// Follows actions that run by themselves, and those that follow them.
    fn follow(&mut self, action: Indirect<'s>, steps: usize) {
        let budget = self.document.budget();
        let Some(steps) = steps.checked_sub(1) else {
            budget.give_up();
            return;
        };
        let mut next = Vec::new();
        match action.value {
            Value::Array(actions) => next.extend(actions.values()),
            Value::Dict(dict) if budget.spend(dict.0.len()) => {
                self.run(dict, &action);
                let following = dict.entries().filter(|(key, _)| key.is(b"Next"));
                next.extend(following.map(|(_, action)| action));
            }
            _ => {}
        }
        for action_after in next {
            for found in self.document.readings(action_after, &action) {
                if !budget.is_spent() {
                    self.follow(found, steps);
                }
            }
        }
    }

    /// Judges an action that runs by itself.
    fn run(&mut self, dict: Dict<'s>, home: &Indirect<'s>) {
        let is_elsewhere = dict.entries().any(|(key, _)| key.is(b"F"));
        for (_, kind) in dict.entries().filter(|(key, _)| key.is(b"S")) {
            for found in self.document.readings(kind, home) {
                let Value::Name(name) = found.value else { continue };
                if named(&TOLD, name).is_some()
                    || name.among(&LOUD).is_some()
                    || name.is(b"Thread") && is_elsewhere
                {
                    self.found.active.push(Active::Automatic);
                    self.fetch(dict, home, MOST_STEPS);
                }
            }
        }
    }

    /// Judges the targets in a dictionary that are loaded without a click.
    pub(super) fn fetch(&mut self, dict: Dict<'s>, home: &Indirect<'s>, steps: usize) {
        let Some(steps) = steps.checked_sub(1) else { return };
        for (key, value) in dict.entries() {
            if !is_target(key) || !self.document.budget().spend(JUDGING) {
                continue;
            }
            for found in self.document.readings(value, home) {
                match found.value {
                    Value::Dict(inner) => self.fetch(inner, &found, steps),
                    Value::Text(_) => {
                        let target = text(self.document, &found);
                        let active = policy::active(Use::Acts, target::parse(&target));
                        self.found.active.extend(active);
                    }
                    _ => {}
                }
            }
        }
    }

    fn look_into_files(&mut self, files: Dict<'s>, home: &Indirect<'s>) {
        for (_, file) in files.entries() {
            for found in self.document.readings(file, home) {
                match found.value {
                    // Names and the files that belong to the first.
                    Value::Array(related) => {
                        for value in related.values() {
                            let files = self.document.readings(value, &found);
                            for file in &files {
                                self.look_into_file(file);
                            }
                        }
                    }
                    _ => self.look_into_file(&found),
                }
            }
        }
    }

    /// Looks at the names that a tree gives to files inside: a reader may save and open them by these.
    fn look_at_names(&mut self, tree: Dict<'s>, home: &Indirect<'s>, steps: usize) {
        let document = self.document;
        let Some(steps) = steps.checked_sub(1) else { return };
        if !document.budget().spend(tree.0.len() + JUDGING) {
            return;
        }
        let lists = tree.entries().filter(|(key, _)| key.among(&[b"Names", b"Kids"]).is_some());
        for list in lists.flat_map(|(_, value)| document.readings(value, home)) {
            let Value::Array(items) = list.value else { continue };
            for item in items.values().flat_map(|item| document.readings(item, &list)) {
                match item.value {
                    Value::Text(_) if file_name::runs(&text(document, &item)) => {
                        self.found.active.push(Active::Program);
                    }
                    // A file, or another node; a file has neither key.
                    Value::Dict(node) => self.look_at_names(node, &item, steps),
                    _ => {}
                }
            }
        }
    }

    fn judge_script(&mut self, scripts: &[Indirect<'s>]) {
        self.found.active.push(Active::JavaScript);
        let only_formats = |script: &Indirect<'s>| {
            let code = match script.value {
                // LaTeX writes an empty one for a button.
                Value::Text(written) if written.is_empty() => return true,
                Value::Text(_) => Some(text(self.document, script)),
                _ => self.document.data(script).map(|code| encoding::marked(&code)),
            };
            code.is_some_and(|code| script::only_formats(&code))
        };
        if scripts.is_empty() || !scripts.iter().all(only_formats) {
            self.found.active.push(Active::Script);
        }
    }

    /// Judges a target that a click may lead to, or the name of a file inside.
    fn judge_target(&mut self, found: &Indirect<'s>, is_file: bool) {
        let target = text(self.document, found);
        if is_file {
            self.names.add_file(&target);
            if file_name::runs(&target) {
                self.found.active.push(Active::Program);
            }
        }
        let is_program = is_file && target::starts_program(&target);
        let active = policy::active(Use::PdfLink(&target), target::parse(&target));
        self.found.active.extend(active.filter(|_| !is_program));
    }
}

/// Returns what a string says.
fn text(document: &Document, found: &Indirect) -> String {
    let Value::Text(text) = found.value else { return String::new() };
    let bytes = match &document.lock {
        Lock::Open(key) if found.is_in_file => key.decipher_string(found, &text.bytes()),
        _ => text.bytes(),
    };
    encoding::marked(&bytes)
}
