//! What must become of mails that come in.

use std::collections::BTreeSet;

use domain::Application;

use super::{Kind, Letter};
use crate::history::{History, Mail};
use crate::invariants::Invariant;
use crate::ports::Ports;
use crate::world::{World, setting};

/// The most answers that a program gets which answers every one.
const MOST_ANSWERS: usize = 6;

/// An answer has arrived.
pub(crate) fn answer(ports: &Ports, mail: &Mail) {
    let history = ports.history.borrow();
    let is_due = |letter: &&Letter| {
        letter.is_proved
            && letter.kind.is_answerable()
            && letter.from == mail.to
            && mail.in_reply_to.as_ref().is_some_and(|id| letter.message_id == format!("<{id}>"))
    };
    let is_asked_for = history.letters.iter().any(|letter| is_due(&letter));
    drop(history);
    if !is_asked_for || !is_claimed(mail, "answer/") {
        ports.breach(
            Invariant::AnsweredOnProof,
            format!("an answer to {}, {:?}", mail.to, mail.in_reply_to),
        );
    }
}

/// A mail has arrived at staff's that came in.
pub(crate) fn forward(ports: &Ports, mail: &Mail) {
    let is_for_staff =
        setting().postings.iter().any(|posting| posting.recipients.contains(&mail.to));
    let is_it = |letter: &Letter| match mail.attachments.first() {
        Some(attached) => *attached == letter.raw,
        None => letter.taken.iter().any(|(id, _)| {
            let is_named = mail.text.contains(&format!("/incoming/{id}/message?key="));
            let kept = ports.memory.documents.borrow();
            is_named && kept.get(&format!("incoming/{id}")).is_some_and(|raw| *raw == letter.raw)
        }),
    };
    let mut history = ports.history.borrow_mut();
    let found = history.letters.iter_mut().find(|letter| is_it(letter));
    let is_known = found.map(|letter| letter.forwarded += 1).is_some();
    drop(history);
    if !is_known || !is_for_staff || !is_claimed(mail, "forward/") {
        ports.breach(Invariant::NothingFromNowhere, format!("{} to {}", mail.subject, mail.to));
    }
}

fn is_claimed(mail: &Mail, start: &str) -> bool {
    mail.right.as_ref().is_some_and(|(name, _)| name.starts_with(start))
}

/// The ledger has an application: by mail, it is that of its proved author.
pub(crate) fn applied(ports: &Ports, received: &Application) {
    let Some(message_id) = &received.mail else { return };
    let history = ports.history.borrow();
    let author = &received.content.email;
    let is_theirs = |letter: &Letter| {
        letter.is_proved && letter.message_id == *message_id && letter.from == *author
    };
    let is_proved = history.letters.iter().any(is_theirs);
    drop(history);
    if !is_proved {
        ports.breach(Invariant::AnsweredOnProof, format!("{message_id} is an application"));
    }
}

/// When nothing moves any more.
pub(crate) fn at_rest(world: &World) {
    let history = world.history.borrow();
    for letter in history.letters.iter().filter(|letter| !letter.taken.is_empty()) {
        let applications = applications_of(&history, letter).len();
        if applications == 0 && letter.forwarded == 0 {
            let what = format!("{:?} {} is nowhere", letter.kind, letter.message_id);
            world.breach(Invariant::NoLetterIsDropped, what);
        }
        if letter.is_proved {
            answered_once(world, &history, letter, applications);
            is_taken(world, letter, applications);
        }
    }
    loops_end(world, &history);
    let waiting = world.count_of("incoming WHERE outcome IS NULL");
    if waiting > 0 {
        world.breach(Invariant::ComesToRest, format!("{waiting} mails wait to be read"));
    }
}

/// The applications that a mail has become.
fn applications_of<'a>(history: &'a History, letter: &Letter) -> Vec<&'a Application> {
    let is_of = |one: &&Application| {
        letter.is_proved && one.mail.as_ref().is_some_and(|id| *id == letter.message_id)
    };
    history.committed.values().filter(is_of).collect()
}

/// A mail gets one answer, or is one application, or first one and then the
/// other, where the form of the answer completes it.
fn answered_once(world: &World, history: &History, letter: &Letter, applications: usize) {
    let answers: BTreeSet<_> = history
        .mails
        .iter()
        .filter(|mail| mail.notice.as_deref() == Some("answer") && mail.to == letter.from)
        .filter(|mail| {
            mail.in_reply_to.as_ref().is_some_and(|id| letter.message_id == format!("<{id}>"))
        })
        .filter_map(|mail| mail.right.as_ref().map(|(name, _)| name))
        .collect();
    if answers.len() > 1 || applications > 1 {
        let what =
            format!("{}: {} answers, {applications} times", letter.message_id, answers.len());
        world.breach(Invariant::AnsweredOnce, what);
    }
}

/// What is in time and complete is an application, where staff have changed
/// nothing.
fn is_taken(world: &World, letter: &Letter, applications: usize) {
    let changed = world.count_of("posting_versions WHERE version > 1")
        + world.count_of("postings WHERE state != 'published' OR state_since > 0");
    if changed > 0 {
        return;
    }
    let window = &setting().postings[0].requirements.window;
    let in_time = letter.taken.iter().any(|(_, at)| window.review(*at).is_none());
    if letter.kind == Kind::Right && in_time && applications == 0 {
        let what = format!("{} is in time and complete", letter.message_id);
        world.breach(Invariant::JudgedRightly, what);
    }
}

fn loops_end(world: &World, history: &History) {
    let robots: BTreeSet<_> = history
        .letters
        .iter()
        .filter(|letter| letter.kind == Kind::Robot)
        .map(|letter| &letter.from)
        .collect();
    for robot in robots {
        let names: BTreeSet<_> = history
            .mails
            .iter()
            .filter(|mail| mail.to == *robot)
            .filter_map(|mail| mail.right.as_ref().map(|(name, _)| name))
            .collect();
        if names.len() > MOST_ANSWERS {
            world.breach(Invariant::LoopsEnd, format!("{} answers to {robot}", names.len()));
        }
    }
}

/// After the day of deletion.
pub(crate) fn at_the_end(world: &World) {
    for what in ["erased = 0", "sender IS NOT NULL", "envelope_from != ''", "draft IS NOT NULL"] {
        let left = world.count_of(&format!("incoming WHERE {what}"));
        if left > 0 {
            world.breach(Invariant::ErasedInTheEnd, format!("{left} mails have {what}"));
        }
    }
}
