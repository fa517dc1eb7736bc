//! Statements that are changed before they run, where a mistake was made on
//! purpose.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use ledger::{Statement, Value};
use rules::Timestamp;

use crate::bugs::Bug;
use crate::database::{number, text};
use crate::ports::Ports;

impl Ports {
    /// Changes what statements are about to write.
    pub(crate) fn spoil(&self, statements: &mut [Statement]) {
        if self.has(Bug::ReportDayRestarts)
            && let [Statement { query, .. }, report] = statements
            && query.name == "delete stale reports"
        {
            report.values[1] = "0".into();
            return;
        }
        if self.spoil_letters(statements) {
            return;
        }
        match (statements[0].query.name, self.bug) {
            ("stop message", Some(Bug::StopsWhatHasLeft)) => {
                let stop = &mut statements[0].query;
                stop.sql = without(stop.sql, "AND EXISTS (SELECT 1 FROM mails", None);
            }
            ("stop message", Some(Bug::StopsInNameOnly)) => {
                statements
                    .iter_mut()
                    .filter(|one| one.query.name == "delete stopped")
                    .for_each(|one| one.values = vec!["of no message".into()]);
            }
            ("insert notice", Some(Bug::TellsNobodyWhatIsMissing)) => {
                statements[0].query.sql = "SELECT ?1, ?2, ?3, ?4";
            }
            ("confirm", Some(Bug::ConfirmsWhatNobodySaw)) => {
                let Some(latest) = self.application(text(&statements[0].values[0])) else { return };
                for statement in &mut *statements {
                    statement.values[1] = latest.revision.into();
                }
            }
            ("replace pending", Some(Bug::OverlooksColleagues)) => {
                for statement in &mut *statements {
                    let seen = "AND applications.stage = json_extract(step.value, '$.seen')";
                    let sql = statement.query.sql;
                    statement.query.sql = without(sql, seen, Some(seen));
                }
            }
            _ => {}
        }
        let Statement { query, values } = &mut statements[0];
        let (until, now) = match query.name {
            "claim" => (2, 1),
            "settle" if self.has(Bug::KeepsTheAddress) => {
                query.sql = without_emptying(query.sql);
                return;
            }
            // The seventh value says whether the mail may have arrived.
            "settle" if self.has(Bug::ForgetsDoubt) => {
                values[6] = Value::Number(0.0);
                return;
            }
            _ => return,
        };
        let now = number(&values[now]);
        if self.has(Bug::DoesNotWait) {
            query.sql = impatient(query.sql);
        }
        match self.bug {
            Some(Bug::NoLease) => values[until] = Timestamp(now).into(),
            Some(Bug::ShortLease) => values[until] = Timestamp(now + 60_000).into(),
            _ => {}
        }
    }

    /// Changes what statements about mails that come in are about to do. Says
    /// whether they are such.
    fn spoil_letters(&self, statements: &mut [Statement]) -> bool {
        let Some(Statement { query, values }) = statements.first_mut() else { return false };
        match (query.name, self.bug) {
            ("is duplicate", Some(Bug::TakesCopiesForMails)) => values[0] = "".into(),
            ("is duplicate", Some(Bug::LateCopyWins)) => {
                values[2] = Timestamp(i64::MAX >> 11).into();
            }
            ("is answered", Some(Bug::AnswersEachTime)) => {
                values[3] = Timestamp(i64::MAX >> 11).into();
            }
            ("select incoming to erase", Some(Bug::DeletesUnforwarded)) => {
                query.sql = "SELECT id FROM incoming WHERE outcome IS NOT NULL AND erased = 0 \
                    AND outcome != 'incomplete' AND ?1 > 0 LIMIT ?2";
            }
            ("process incoming", Some(Bug::TakesCopiesForMails)) => {
                let copy = text(&values[0]).to_owned();
                for notice in &mut statements[1..] {
                    let name = format!("{}/{copy}", text(&notice.values[0]));
                    notice.values[0] = name.as_str().into();
                }
            }
            _ => return false,
        }
        true
    }
}

/// The claim of a mail that asks for no other one.
fn impatient(claim: &'static str) -> &'static str {
    static WITHOUT: OnceLock<String> = OnceLock::new();
    WITHOUT.get_or_init(|| {
        let (before, rest) = claim.split_once("AND NOT EXISTS").unwrap();
        let (_, after) = rest.split_once("RETURNING").unwrap();
        format!("{before})) RETURNING{after}")
    })
}

/// The settlement of a mail that keeps what it says.
fn without_emptying(settle: &'static str) -> &'static str {
    static WITHOUT: OnceLock<String> = OnceLock::new();
    WITHOUT.get_or_init(|| {
        let (before, rest) = settle.split_once("payload = ").unwrap();
        let (_, after) = rest.split_once("END").unwrap();
        format!("{before}payload = payload{after}")
    })
}

/// A statement without its end from `from` on, or without `part` alone. Each is
/// made once.
fn without(sql: &'static str, from: &str, part: Option<&str>) -> &'static str {
    thread_local! {
        static MADE: RefCell<BTreeMap<&'static str, &'static str>> = RefCell::default();
    }
    let make = || match part {
        Some(part) => sql.replace(part, ""),
        None => sql.split(from).next().unwrap().to_owned(),
    };
    MADE.with_borrow_mut(|made| *made.entry(sql).or_insert_with(|| make().leak()))
}
