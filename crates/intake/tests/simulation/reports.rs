//! Compares the reports to staff with what was observed.

use std::collections::BTreeMap;

use domain::Posting;

use crate::history::{History, Mail, SeenDelivery};
use crate::invariants::Invariant;
use crate::ports::Ports;
use crate::world::{World, setting};

/// A report lists what was there, as delivered what staff had.
pub(crate) fn arrived(ports: &Ports, mail: &Mail) {
    let read = ports.history.borrow().read.get(&ports.scheduler.running()).cloned();
    let posting = setting().postings.iter().find(|posting| posting.recipients.contains(&mail.to));
    let (Some(standing), Some(posting)) = (read, posting) else {
        return ports.breach(Invariant::ReportsAgree, mail.subject.clone());
    };
    let lists = Lists::read(posting, &mail.text);
    if let Some(wrong) = lists.disagree(&standing) {
        ports.breach(Invariant::ReportsAgree, format!("{wrong}\n{}", mail.text));
    }
}

/// What a report lists: numbers by reference.
#[derive(Default)]
pub(crate) struct Lists {
    pub(crate) delivered: BTreeMap<String, u32>,
    pub(crate) pending: BTreeMap<String, u32>,
    pub(crate) given_up: BTreeMap<String, u32>,
    withdrawn: u32,
}

impl Lists {
    pub(crate) fn read(posting: &Posting, text: &str) -> Self {
        let texts = locales::choose(Some(&posting.language), None, &posting.language);
        let withdrawn = texts.report_withdrawn.split('{').next().unwrap_or_default();
        let (mut lists, mut nowhere) = (Self::default(), BTreeMap::new());
        let mut heading = "";
        for line in text.lines().map(str::trim_end) {
            let list = match heading {
                heading if heading == texts.report_delivered_list => &mut lists.delivered,
                heading if heading == texts.report_pending_list => &mut lists.pending,
                heading if heading == texts.report_given_up_list => &mut lists.given_up,
                _ => &mut nowhere,
            };
            match line.rsplit_once(' ') {
                Some((count, reference)) if domain::Reference::parse(reference).is_some() => {
                    list.insert(reference.to_owned(), number(count));
                }
                _ if line.starts_with(withdrawn) => lists.withdrawn = number(line),
                _ if !line.is_empty() => heading = line,
                _ => {}
            }
        }
        lists
    }

    fn disagree(&self, standing: &SeenDelivery) -> Option<String> {
        let mut listed = self.delivered.clone();
        listed.extend(self.pending.clone());
        listed.extend(self.given_up.clone());
        let parts = self.delivered.len() + self.pending.len() + self.given_up.len();
        if listed != standing.kept || parts != listed.len() {
            return Some(format!("it lists {listed:?}, not {:?}", standing.kept));
        }
        if usize::try_from(self.withdrawn).ok() != Some(standing.withdrawn) {
            return Some(format!("{} were withdrawn", standing.withdrawn));
        }
        let not_there = self.delivered.keys().find(|one| !standing.arrived.contains(*one));
        let not_told = standing.known.iter().find(|one| !self.delivered.contains_key(*one));
        let wrong = not_there.or(not_told)?;
        Some(format!("{wrong} is in the wrong list"))
    }
}

/// Returns the digits of a text, as a number.
fn number(text: &str) -> u32 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

/// There is a report on each posting, and the last one after the faults names
/// what is given up.
pub(crate) fn at_rest(world: &World, calm_since: i64) {
    let history = world.history.borrow();
    for posting in &setting().postings {
        let start = format!("report/{}/", posting.slug);
        let of_posting =
            |mail: &&Mail| mail.right.as_ref().is_some_and(|(name, _)| name.starts_with(&start));
        let mut mails = history.mails.iter().filter(of_posting);
        let last = mails.clone().filter(|mail| mail.at >= calm_since).max_by_key(|mail| mail.at);
        let last = last.map(|mail| Lists::read(posting, &mail.text)).unwrap_or_default();
        let mut attempts =
            history.attempts.iter().filter(|((name, _), _)| name.starts_with(&start));
        if mails.next().is_none() && !attempts.any(|(_, attempt)| attempt.was_refused()) {
            world.breach(Invariant::ReportsAgree, format!("none on {}", posting.slug));
        }
        for reference in given_up(world, &history, posting) {
            if !last.given_up.contains_key(&reference) {
                let what = format!("{reference} is not in the last report");
                world.breach(Invariant::GivenUpForAReason, what);
            }
        }
    }
}

/// Each posting has a report on the closing at `closes_at`, by the server's
/// clock.
pub(crate) fn on_closing(world: &World, closes_at: i64) {
    let history = world.history.borrow();
    for posting in &setting().postings {
        let start = format!("report/{}/", posting.slug);
        let told = history.mails.iter().any(|mail| {
            mail.at + world.clock().0 - world.scheduler.now() >= closes_at
                && mail.right.as_ref().is_some_and(|(name, _)| name.starts_with(&start))
        });
        if !told {
            let what = format!("none on the later closing of {}", posting.slug);
            world.breach(Invariant::ReportsAgree, what);
        }
    }
}

/// References of the applications that staff will not get.
fn given_up(world: &World, history: &History, posting: &Posting) -> Vec<String> {
    let lost = world.ids(
        "SELECT application AS id FROM mails \
         WHERE kind = 'staff' AND refused_because IS NOT NULL",
    );
    let received = lost.iter().filter_map(|id| history.committed.get(id));
    let of_posting = received.filter(|received| received.posting == posting.slug);
    of_posting.map(|received| received.reference.to_string()).collect()
}
