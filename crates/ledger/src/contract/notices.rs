//! Reports, delivery problems and incidents.

use domain::{MailState, Posting};
use intake::ports::{
    About, DeliveryProblems, Entry, Incident, MailKind, MailRef, Notice, PostingDelivery,
    Settlement, WrittenReport,
};

use super::{MINUTE, NOON, Outcome, Storage, Violation, after, application, commit, same, some};

/// The late mails of these cases were due before this many milliseconds ago.
const LATE: i64 = 30 * MINUTE;

/// One attempt at a mail to staff, made `minutes` after noon.
async fn attempt(
    ledger: &impl Storage,
    n: u32,
    minutes: i64,
    settlement: Settlement,
) -> Result<(), Violation> {
    let mail = MailKind::Staff.mail_id(&application("", n).id, 1);
    let now = after(minutes * MINUTE);
    let (_, claim) = some("the claim", ledger.claim(&mail, now, now).await?)?;
    Ok(ledger.settle(&mail, claim, &settlement).await?)
}

fn later(minutes: i64) -> Settlement {
    Settlement::Later {
        at: after(minutes * MINUTE),
        reason: "AUTH: 535".into(),
        possibly_sent: false,
    }
}

pub(super) async fn a_report_has_one_row_a_day(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let slug = &posting.slug;
    same("at first", ledger.last_report(slug).await?, None)?;
    for day in [3, 3] {
        ledger.open_report(slug, day, NOON).await?;
    }
    let report =
        |day: u32| vec![MailRef { id: format!("report/{slug}/{day}"), kind: MailKind::Report }];
    // As D1 binds a number, it would be `report/…/3.0`.
    same("one row", ledger.due_notices(NOON, 10).await?, report(3))?;
    ledger.open_report(slug, 4, NOON).await?;
    same("the stale one goes", ledger.due_notices(NOON, 10).await?, report(4))?;
    same("the latest", ledger.last_report(slug).await?, Some(WrittenReport { day: 4, at: NOON }))?;
    same("of another posting", ledger.last_report("other").await?, None)
}

pub(super) async fn delivery_of_a_posting_is_settled_and_told(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let slug = &posting.slug;
    same("nobody applied", ledger.is_settled(slug).await?, true)?;
    for n in 1..=4 {
        commit(ledger, slug, n).await?;
    }
    attempt(ledger, 1, 1, Settlement::Sent { at: after(MINUTE), transport_id: None }).await?;
    attempt(ledger, 2, 1, Settlement::Refused { reason: "RCPT: 550".into() }).await?;
    ledger.withdraw(&application(slug, 4), "hash", NOON).await?;
    ledger.erase(&application(slug, 4).id).await?;
    same("one waits", ledger.is_settled(slug).await?, false)?;
    let states = [MailState::Sent(after(MINUTE)), MailState::GivenUp, MailState::Waiting];
    let entries = (1_u32..).zip(states).map(|(number, forwarding)| Entry {
        number,
        reference: application(slug, number).reference,
        forwarding,
        acknowledgement: MailState::Waiting,
        is_confirmed: false,
        refused_by: None,
    });
    let promised = PostingDelivery { kept: entries.collect(), withdrawn: 1, unanswered: 3 };
    same("the report", ledger.posting_delivery(slug).await?, promised)?;
    attempt(ledger, 3, 1, Settlement::Sent { at: after(MINUTE), transport_id: None }).await?;
    same("none waits", ledger.is_settled(slug).await?, true)?;
    same("of which one is lacking", ledger.undelivered().await?, vec![slug.to_owned()])
}

pub(super) async fn mails_that_fail_or_are_late_are_problems(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let none = DeliveryProblems::default();
    same("none", ledger.problems(NOON, after(-LATE)).await?, none.clone())?;
    for n in [1, 2] {
        commit(ledger, &posting.slug, n).await?;
    }
    attempt(ledger, 1, 1, later(2)).await?;
    same("once is no problem", ledger.problems(after(MINUTE), after(MINUTE - LATE)).await?, none)?;
    attempt(ledger, 1, 2, later(4)).await?;
    attempt(ledger, 2, 1, Settlement::Refused { reason: "RCPT: 550".into() }).await?;
    let found = ledger.problems(after(2 * MINUTE), after(2 * MINUTE - LATE)).await?;
    let promised = DeliveryProblems {
        waiting: 1,
        lost: 1,
        since: Some(after(1)),
        cause: Some("AUTH: 535".into()),
        lost_cause: Some("RCPT: 550".into()),
    };
    same("twice is", found, promised)?;
    let found = ledger.problems(after(LATE + MINUTE), after(MINUTE)).await?;
    same("those never tried are late by now", found.waiting, 3)
}

pub(super) async fn a_long_queue_that_moves_is_no_problem(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for n in [1, 2] {
        commit(ledger, &posting.slug, n).await?;
    }
    attempt(ledger, 1, 20, Settlement::Sent { at: after(20 * MINUTE), transport_id: None }).await?;
    let waiting = async |minutes: i64| {
        let now = minutes * MINUTE;
        Ok::<_, Violation>(ledger.problems(after(now), after(now - LATE)).await?.waiting)
    };
    same("one has left since", waiting(40).await?, 0)?;
    same("none has left since", waiting(60).await?, 3)?;
    attempt(ledger, 2, 3, later(4)).await?;
    same("one that was tried has had its turn", waiting(40).await?, 1)
}

pub(super) async fn a_notice_is_written_once(ledger: &impl Storage, posting: &Posting) -> Outcome {
    let notice = |days: i64| {
        let until = after(days * 24 * 60 * MINUTE);
        Notice::KeyExpires { posting: posting.slug.clone(), until }
    };
    let id = "alert/key/1".to_owned();
    for (days, now) in [(28, after(0)), (29, after(MINUTE))] {
        ledger.open_notice(&id, &notice(days), now).await?;
    }
    let due = ledger.due_notices(after(MINUTE), 10).await?;
    same("one notice", due, vec![MailRef { id: id.clone(), kind: MailKind::Alert }])?;
    let (mail, _) = some("the claim", ledger.claim(&id, after(MINUTE), after(5 * MINUTE)).await?)?;
    same("what it says", mail.about, About::Notice(notice(28)))
}

pub(super) async fn one_incident_is_open_at_a_time(
    ledger: &impl Storage,
    _posting: &Posting,
) -> Outcome {
    let incident = |minutes: i64| Incident {
        opened_at: after(minutes * MINUTE),
        cause: "AUTH: 535".into(),
        is_losing: false,
        lost: 0,
        closed_at: None,
    };
    same("none", ledger.last_incident().await?, None)?;
    for minutes in [0, 1] {
        ledger.open_incident(&incident(minutes), true).await?;
    }
    same("the first", ledger.last_incident().await?, Some(incident(0)))?;
    let alerts = ledger.due_notices(after(9 * MINUTE), 10).await?;
    let id = format!("alert/{}", NOON.0);
    same("one alert", alerts, vec![MailRef { id, kind: MailKind::Alert }])?;
    let closed = Incident { lost: 2, closed_at: Some(after(2 * MINUTE)), ..incident(0) };
    ledger.update_incident(&closed).await?;
    same("closed", ledger.last_incident().await?, Some(closed.clone()))?;
    // A slow run of the cron opens it with a time before that of the last one.
    ledger.open_incident(&incident(-1), false).await?;
    same("the open one comes first", ledger.last_incident().await?, Some(incident(-1)))?;
    let both = Incident { closed_at: Some(after(3 * MINUTE)), ..incident(-1) };
    ledger.update_incident(&both).await?;
    same("then the latest", ledger.last_incident().await?, Some(closed))?;
    same("no further alert", ledger.due_notices(after(9 * MINUTE), 10).await?.len(), 1)
}
