//! Tests the notices: reports to staff, and one alert to the operator for each
//! incident.

mod alerts;
mod reports;

use std::collections::HashSet;

use domain::Posting;
use mail::Address;
use mail_parser::MessageParser;
use rules::Timestamp;

use crate::world::World;
use crate::{accepted, deliver, later, notify, posting};
use intake::ports::{
    Fault, Incident, NewVersion, Notices as _, PostingStore as _, Retention as _, Sending,
};
use intake::{Change, ENDED_GRACE_MS, GRACE_MS, LONGEST_WAIT_MS};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Runs the tasks of the cron that write notices. Returns the subjects of the mails that leave.
fn cron(world: &World) -> Vec<String> {
    cron_with(world, &posting())
}

/// The cron, once the posting may have changed.
fn cron_with(world: &World, posting: &Posting) -> Vec<String> {
    let postings = std::slice::from_ref(posting);
    let before = world.mailbox.borrow().len();
    pollster::block_on(intake::report(&world.ports, &world.ledger, postings, world.now.get()))
        .unwrap();
    watch(world).unwrap();
    let operator = Address::parse("operator@example.org").unwrap();
    notify(world, posting, Some(&operator)).unwrap();
    let mailbox = world.mailbox.borrow();
    let parsed = |raw| MessageParser::default().parse(raw).unwrap().subject().unwrap().to_owned();
    mailbox.iter().skip(before).map(|(_, raw)| parsed(raw)).collect()
}

/// Runs the cron. Returns how many mails staff get.
fn to_staff(world: &World, posting: &Posting) -> usize {
    let before = world.mailbox.borrow().len();
    cron_with(world, posting);
    let mailbox = world.mailbox.borrow();
    mailbox.iter().skip(before).filter(|(to, _)| to == "applications@omct.org").count()
}

/// Runs the cron. Returns the subjects of what staff get.
fn cron_to_staff(world: &World) -> Vec<String> {
    let before = world.mailbox.borrow().len();
    let subjects = cron(world);
    let mailbox = world.mailbox.borrow();
    let to_staff = mailbox.iter().skip(before).map(|(to, _)| to == "applications@omct.org");
    subjects
        .into_iter()
        .zip(to_staff)
        .filter_map(|(subject, kept)| kept.then_some(subject))
        .collect()
}

fn watch(world: &World) -> Result<Option<Change>, Fault> {
    pollster::block_on(intake::watch(&world.ledger, true, world.now.get()))
}

fn closed(world: &World) {
    world.now.set(Timestamp(posting().requirements.window.closes_at.0 + GRACE_MS));
}

/// Returns the text of the latest mail.
fn latest(world: &World) -> (String, String) {
    let mailbox = world.mailbox.borrow();
    let (to, raw) = mailbox.last().unwrap();
    let message = MessageParser::default().parse(raw).unwrap();
    (to.clone(), message.body_text(0).unwrap().into_owned())
}
