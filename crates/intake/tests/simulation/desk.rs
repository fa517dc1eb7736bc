//! Simulates two colleagues at the desk, who know nothing of each other: they
//! look at applications, think, change stages, write, and stop what they wrote.

use std::collections::BTreeMap;

use domain::{Reference, Stage};
use intake::ports::{Actor, Progress as _, Stop};
use intake::{BulkChange, Letter, LetterText};
use ledger::SqlLedger;
use serde_json::Value as Json;

use crate::events::Event;
use crate::history::Mail;
use crate::invariants::Invariant;
use crate::platform::ask;
use crate::ports::Ports;
use crate::world::{World, setting};

const MINUTE: i64 = 60_000;

/// What the mails of messages are called, before the message's id.
const MAIL: &str = "message/";

/// Works at the desk until then.
pub(crate) async fn work(ports: Ports, who: &'static str, until: i64) {
    let mut scheduled = Vec::new();
    while ports.scheduler.now() < until {
        ports.pause(ports.chance.between(MINUTE, 40 * MINUTE)).await;
        if !scheduled.is_empty() && ports.chance.happens(4_000) {
            let index = drawn(&ports, scheduled.len());
            stop(&ports, who, scheduled.remove(index)).await;
        } else {
            scheduled.extend(change(&ports, who).await);
        }
    }
}

/// Looks at up to three applications, and changes what stands there a while
/// later. Returns the messages that were scheduled.
async fn change(ports: &Ports, who: &'static str) -> Vec<String> {
    let chance = &ports.chance;
    let known: Vec<Reference> = {
        let history = ports.history.borrow();
        history.committed.values().map(|one| one.reference.clone()).collect()
    };
    if known.is_empty() {
        return Vec::new();
    }
    let picked = (0..chance.between(1, 3)).map(|_| known[drawn(ports, known.len())].clone());
    let picked: Vec<Reference> = picked.collect();
    let seen = SqlLedger(&ports.tables).standings(&picked).await.unwrap();
    let seen: BTreeMap<Reference, (u32, Stage)> = seen
        .into_iter()
        .map(|one| (one.application.reference, (one.application.revision, one.stage)))
        .collect();
    ports.pause(chance.between(1, 20 * MINUTE)).await;
    let stage = chance.happens(8_000).then(|| chance.pick(&Stage::ALL));
    let writes = stage.is_none() || chance.happens(6_000);
    let id = format!("{:016x}{:016x}", chance.bits(), chance.bits());
    ports.count(Event::StageAsked);
    let theirs = ports.clone();
    let answer = ask(ports, 5 * MINUTE, async move {
        let references: Vec<&str> = picked.iter().map(Reference::as_str).collect();
        let text = LetterText { language: None, subject: "Nouvelles", body: "Bonjour {name}" };
        let letter = || Letter { texts: vec![text], appointment: None, attachment: None };
        let asked = BulkChange {
            id: &id,
            references: &references,
            seen: &seen,
            stage,
            letter: writes.then(letter),
            by: Actor { email: who, at: theirs.clock() },
        };
        let ledger = theirs.ledger();
        intake::progress(&ledger, &theirs, &setting().postings, &asked).await
    });
    let Some(Ok(Ok(done))) = answer.await else { return Vec::new() };
    done.skipped.iter().for_each(|_| ports.count(Event::StageSkipped));
    done.changed.iter().for_each(|_| ports.count(Event::StageChanged));
    done.scheduled.into_iter().map(|one| one.id).collect()
}

/// One of so many.
fn drawn(ports: &Ports, count: usize) -> usize {
    let last = i64::try_from(count).unwrap() - 1;
    ports.chance.between(0, last) as usize
}

async fn stop(ports: &Ports, who: &'static str, id: String) {
    let theirs = ports.clone();
    let answer = ask(ports, 5 * MINUTE, async move {
        let by = Actor { email: who, at: theirs.clock() };
        theirs.ledger().stop_message(&id, by).await
    });
    match answer.await {
        Some(Ok(Stop::Stopped { .. })) => ports.count(Event::MessageStopped),
        Some(Ok(Stop::TooLate)) => ports.count(Event::StoppedTooLate),
        _ => {}
    }
}

/// The stage of each application that these steps are about.
pub(crate) fn stages(world: &World, steps: &str) -> Vec<(String, String, Option<String>)> {
    let steps: Vec<Json> = serde_json::from_str(steps).unwrap();
    let stage_of = |id: &str| {
        let rows = world.rows(&format!("SELECT stage FROM applications WHERE id = '{id}'"));
        rows.first().and_then(|row| row["stage"].as_str()).map(str::to_owned)
    };
    let told = steps.iter().map(|step| {
        let [id, seen] = ["application", "seen"].map(|key| step[key].as_str().unwrap().to_owned());
        let stage = stage_of(&id);
        (id, seen, stage)
    });
    told.collect()
}

/// The ledger has taken steps: none may change a stage that somebody else has
/// set since it was seen.
pub(crate) fn stepped(world: &World, before: &[(String, String, Option<String>)], steps: &str) {
    for ((id, seen, stage), (_, _, now)) in before.iter().zip(stages(world, steps)) {
        if *stage != now && stage.as_ref() != Some(seen) {
            let what = format!("{id}: {stage:?} gives way to {now:?}, {seen} was seen");
            world.breach(Invariant::NoChangeIsLost, what);
        }
    }
}

/// The ledger has been told to stop a message.
pub(crate) fn stopped(world: &World, id: &str) {
    let is_stopped = format!("messages WHERE id = '{id}' AND stopped_at IS NOT NULL");
    if world.count_of(&is_stopped) == 0 {
        return;
    }
    let name = format!("{MAIL}{id}");
    let mut history = world.history.borrow_mut();
    let has_left = !history.copies(&name).is_empty();
    history.stopped.insert(name.clone());
    drop(history);
    if has_left {
        world.breach(Invariant::StoppedNeverLeaves, format!("{name} had left"));
    }
}

/// Whether a mail is what staff have written. If so, it is checked.
pub(crate) fn arrived(ports: &Ports, mail: &Mail, reference: &str) -> bool {
    let Some((name, _)) = mail.right.as_ref().filter(|(name, _)| name.starts_with(MAIL)) else {
        return false;
    };
    ports.count(Event::MessageMail);
    let history = ports.history.borrow();
    let is_stopped = history.stopped.contains(name);
    let had_it = history
        .revisions
        .values()
        .any(|one| one.reference.as_str() == reference && one.content.email == mail.to);
    drop(history);
    if is_stopped {
        ports.breach(Invariant::StoppedNeverLeaves, name.clone());
    }
    if !had_it {
        ports.breach(Invariant::NothingFromNowhere, format!("{name} to {}", mail.to));
    }
    true
}

/// Checks, when nothing is pending, that what was scheduled has left, and that
/// each stage is what the changes made of it.
pub(crate) fn at_rest(world: &World) {
    let history = world.history.borrow();
    let open =
        "SELECT id, application FROM messages WHERE stopped_at IS NULL AND replaced_at IS NULL";
    for row in world.rows(open) {
        let [id, application] = ["id", "application"].map(|key| row[key].as_str().unwrap());
        let name = format!("{MAIL}{id}");
        let is_there = !history.copies(&name).is_empty() || history.is_hopeless(&name);
        if !is_there && !history.withdrawn.contains_key(application) {
            world.breach(Invariant::ScheduledLeaves, format!("{name} is not there"));
        }
    }
    let mut stages: BTreeMap<String, String> = BTreeMap::new();
    let told = "SELECT events.application, what, json_extract(detail, '$.from') AS was, \
                json_extract(detail, '$.to') AS became, messages.stage, stage_before \
                FROM events LEFT JOIN messages ON messages.id = json_extract(detail, '$.message') \
                WHERE what IN ('stage_changed', 'message_stopped') ORDER BY events.rowid";
    for event in world.rows(told) {
        let text = |key: &str| event[key].as_str().map(str::to_owned);
        let application = text("application").unwrap();
        let stage = stages.entry(application).or_insert_with(|| "received".into());
        if text("what").as_deref() == Some("stage_changed") {
            if text("was").as_ref() != Some(stage) {
                let what = format!("{event}: it was at {stage}");
                world.breach(Invariant::NoChangeIsLost, what);
            }
            *stage = text("became").unwrap();
        } else if text("stage").as_ref() == Some(stage) {
            stage.clone_from(&text("stage_before").unwrap());
        }
    }
    for row in world.rows("SELECT id, stage FROM applications") {
        let [id, stage] = ["id", "stage"].map(|key| row[key].as_str().unwrap());
        let told = stages.get(id).map_or("received", String::as_str);
        if stage != told {
            let what = format!("{id} is at {stage}, the changes lead to {told}");
            world.breach(Invariant::NoChangeIsLost, what);
        }
    }
    let counted = "SELECT posting, kept, answered, \
                   (SELECT count(*) FROM applications WHERE posting = tallies.posting \
                       AND id NOT IN (SELECT id FROM retired)) AS there, \
                   (SELECT count(*) FROM applications WHERE posting = tallies.posting \
                       AND id NOT IN (SELECT id FROM retired) AND EXISTS (SELECT 1 FROM messages \
                       WHERE application = applications.id AND stopped_at IS NULL \
                       AND replaced_at IS NULL)) AS written_to FROM tallies";
    for row in world.rows(counted) {
        if row["kept"] != row["there"] || row["answered"] != row["written_to"] {
            world.breach(Invariant::CountsAgree, row.to_string());
        }
    }
}
