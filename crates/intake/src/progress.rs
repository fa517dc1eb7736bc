//! Changes the stage of applications and schedules messages to candidates.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Posting, Reference, Stage};
use rules::Timestamp;

use crate::key::id_of;
use crate::placeholders::{Unfilled, filled};
use crate::ports::{
    Actor, DocumentStore, Fault, MailKind, MailRef, NewMessage, Progress, Queue, StageChange,
    Standing, Step, Taken,
};

/// How long a message can be stopped before it leaves, in milliseconds.
pub const MESSAGE_WAIT_MS: u32 = 10 * 60_000;

/// The most applications of one change.
pub const MAX_REFERENCES: usize = 1_000;

/// What the id of a message's mail begins with.
pub(crate) const MESSAGE_MAIL: &str = "message/";

/// What the keys of files begin with that staff send with messages.
pub const ATTACHMENTS: &str = "attachments/";

/// How many applications are read at once.
const READ: usize = 100;
/// How many applications are changed in one transaction.
const WRITE: usize = 50;
/// How many attachments one run erases.
const BATCH: u32 = 100;

/// A change of applications, as staff ask for it.
#[derive(Clone, Debug)]
pub struct BulkChange<'a> {
    /// An unguessable id. The same change with the same id happens once.
    pub id: &'a str,
    /// Which applications, as typed.
    pub references: &'a [&'a str],
    /// The revision and the stage in which staff saw them, where that is known.
    pub seen: &'a BTreeMap<Reference, (u32, Stage)>,
    /// The stage to set.
    pub stage: Option<Stage>,
    /// What to write to the candidates.
    pub letter: Option<Letter<'a>>,
    /// Who asks, and when.
    pub by: Actor<'a>,
}

/// What staff write.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// Subject and text by language; the first one is for all other languages.
    pub texts: Vec<LetterText<'a>>,
    /// An appointment for a calendar.
    pub appointment: Option<String>,
    /// Where the attached file is kept.
    pub attachment: Option<String>,
}

/// Subject and text in a language.
#[derive(Clone, Copy, Debug)]
pub struct LetterText<'a> {
    /// The language, or none where it serves for all.
    pub language: Option<&'a str>,
    /// One line.
    pub subject: &'a str,
    /// The text.
    pub body: &'a str,
}

impl Letter<'_> {
    fn text_for(&self, language: &str) -> Option<&LetterText<'_>> {
        let same = self.texts.iter().find(|text| text.language == Some(language));
        same.or_else(|| self.texts.first())
    }
}

/// Why an application was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// There is no such application, or none any more: it was withdrawn or
    /// erased.
    NotFound,
    /// The candidate has corrected it since staff saw it.
    Corrected,
    /// A colleague has changed its stage since.
    Moved,
    /// It is at that stage already.
    Unchanged,
}

impl Skip {
    /// Returns the code that clients see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Corrected => "corrected",
            Self::Moved => "moved",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A message that was scheduled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Its id.
    pub id: String,
    /// To whom.
    pub reference: Reference,
    /// When it leaves.
    pub send_at: Timestamp,
    /// Whether an earlier one gave way to it.
    pub replaces: bool,
}

/// What became of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progressed {
    /// The applications whose stage was changed.
    pub changed: Vec<Reference>,
    /// Those that were left as they are.
    pub skipped: Vec<(String, Skip)>,
    /// The messages.
    pub scheduled: Vec<Scheduled>,
    /// Why they could not be queued. The sweep queues them later.
    pub unqueued: Option<Fault>,
}

/// Sets the stage of applications, writes to their candidates, or both.
///
/// Messages leave [`MESSAGE_WAIT_MS`] later. Nothing is written where a
/// placeholder of a text has no value. An application that has changed since
/// staff saw it is skipped.
pub async fn progress(
    ledger: &impl Progress,
    queue: &impl Queue,
    postings: &[Posting],
    change: &BulkChange<'_>,
) -> Result<Result<Progressed, Unfilled>, Fault> {
    let (references, mut progressed) = parsed(change);
    let standings = standings(ledger, &references).await?;
    let mut steps = Vec::new();
    for reference in &references {
        match standings.get(reference) {
            None => progressed.skip(reference, Skip::NotFound),
            Some(standing) => match step(change, postings, standing) {
                Ok(Ok(step)) => steps.push((reference, step)),
                Ok(Err(why)) => progressed.skip(reference, why),
                Err(unfilled) => return Ok(Err(unfilled)),
            },
        }
    }
    let send_at = Timestamp(change.by.at.0.saturating_add(MESSAGE_WAIT_MS.into()));
    for steps in steps.chunks(WRITE) {
        let asked: Vec<Step> = steps.iter().map(|(_, step)| step.clone()).collect();
        let taken = ledger.take_steps(&asked, change.by, send_at).await?;
        for (reference, step) in steps {
            let pending = standings.get(*reference).and_then(|one| one.pending.as_ref());
            let became = taken.iter().find(|one| one.application == step.application);
            progressed.note(reference, step, became, send_at, pending.is_some());
        }
    }
    progressed.unqueued = push(queue, &progressed.scheduled).await.err();
    Ok(Ok(progressed))
}

/// Erases the files of messages that are gone, a day after they came.
pub async fn erase_attachments(
    documents: &impl DocumentStore,
    ledger: &impl Progress,
    now: Timestamp,
) -> Result<(), Fault> {
    const DAY_MS: i64 = 24 * 3_600_000;
    let until = Timestamp(now.0.saturating_sub(DAY_MS));
    for key in ledger.unused_attachments(until, BATCH).await? {
        // A key belongs to one change: nothing names it again.
        documents.delete(&key).await?;
        ledger.forget_attachment(&key).await?;
    }
    Ok(())
}

/// The applications asked for, each once, and those that cannot be any.
fn parsed(change: &BulkChange<'_>) -> (Vec<Reference>, Progressed) {
    let (mut references, mut seen) = (Vec::new(), BTreeSet::new());
    let mut progressed = Progressed::default();
    for typed in change.references {
        match Reference::parse(typed) {
            Some(reference) if seen.insert(reference.clone()) => references.push(reference),
            Some(_) => {}
            None => {
                let shown = typed.chars().take(40).collect();
                progressed.skipped.push((shown, Skip::NotFound));
            }
        }
    }
    (references, progressed)
}

async fn standings(
    ledger: &impl Progress,
    references: &[Reference],
) -> Result<BTreeMap<Reference, Standing>, Fault> {
    let mut found = BTreeMap::new();
    for some in references.chunks(READ) {
        for standing in ledger.standings(some).await? {
            found.insert(standing.application.reference.clone(), standing);
        }
    }
    Ok(found)
}

/// Returns what is to happen to an application, or why nothing is.
fn step(
    change: &BulkChange<'_>,
    postings: &[Posting],
    standing: &Standing,
) -> Result<Result<Step, Skip>, Unfilled> {
    let application = &standing.application;
    let now = (application.revision, standing.stage);
    let (revision, stage) = *change.seen.get(&application.reference).unwrap_or(&now);
    if revision != now.0 {
        return Ok(Err(Skip::Corrected));
    }
    if stage != now.1 {
        return Ok(Err(Skip::Moved));
    }
    let stages = change.stage.filter(|to| *to != stage).map(|to| StageChange { from: stage, to });
    if stages.is_none() && change.letter.is_none() {
        return Ok(Err(Skip::Unchanged));
    }
    let message = match &change.letter {
        Some(letter) => Some(message(change, letter, postings, standing, stages)?),
        None => None,
    };
    Ok(Ok(Step {
        application: application.id.clone(),
        revision,
        seen: stage,
        stage: stages.map(|stages| stages.to),
        event: derived("event", change.id, &application.id),
        message,
    }))
}

fn message(
    change: &BulkChange<'_>,
    letter: &Letter<'_>,
    postings: &[Posting],
    standing: &Standing,
    stages: Option<StageChange>,
) -> Result<NewMessage, Unfilled> {
    let application = &standing.application;
    let posting = postings.iter().find(|posting| posting.slug == application.posting);
    let text = letter.text_for(&application.language);
    let (subject, body) = text.map_or(("", ""), |text| (text.subject, text.body));
    // Stopping the message takes back what came with the one that it replaces.
    let inherited = standing.pending.as_ref().and_then(|pending| pending.stages);
    let inherited = inherited.filter(|before| stages.is_none() && before.to == standing.stage);
    Ok(NewMessage {
        id: derived("message", change.id, &application.id),
        subject: filled(subject, application, posting)?,
        body: filled(body, application, posting)?,
        appointment: letter.appointment.clone(),
        attachment: letter.attachment.clone(),
        stages: stages.or(inherited),
    })
}

impl Progressed {
    fn skip(&mut self, reference: &Reference, why: Skip) {
        self.skipped.push((reference.as_str().to_owned(), why));
    }

    /// Notes what became of a step.
    fn note(
        &mut self,
        reference: &Reference,
        step: &Step,
        became: Option<&Taken>,
        send_at: Timestamp,
        replaces: bool,
    ) {
        let (is_changed, is_scheduled) =
            became.map_or((false, false), |taken| (taken.is_changed, taken.is_scheduled));
        if is_changed {
            self.changed.push(reference.clone());
        }
        if let Some(message) = step.message.as_ref().filter(|_| is_scheduled) {
            let id = message.id.clone();
            self.scheduled.push(Scheduled { id, reference: reference.clone(), send_at, replaces });
        }
        if !is_changed && !is_scheduled {
            // Somebody was quicker, between reading and writing.
            self.skip(reference, Skip::Moved);
        }
    }
}

/// Tells the queue of messages. That is not noted: the sweep looks for what is
/// due all the same, and a mail is sent once, however often it is queued.
async fn push(queue: &impl Queue, scheduled: &[Scheduled]) -> Result<(), Fault> {
    let mails: Vec<MailRef> = scheduled
        .iter()
        .map(|one| MailRef { id: format!("{MESSAGE_MAIL}{}", one.id), kind: MailKind::Message })
        .collect();
    for some in mails.chunks(READ) {
        queue.push(some, MESSAGE_WAIT_MS).await?;
    }
    Ok(())
}

/// An id that follows from the change and the application, so that the same
/// change twice writes the same rows.
fn derived(purpose: &str, change: &str, application: &str) -> String {
    id_of(&format!("{purpose} {change} {application}"))
}
