//! Claims, settlements and what is due.

use domain::{MailState, Posting};
use intake::ports::{About, Claim, Mail, MailKind, MailRef, Notice, RecipientOutcome, Settlement};
use rules::Timestamp;

use super::{MINUTE, NOON, Outcome, Storage, Violation, after, application, commit, same, some};

async fn claim(
    ledger: &impl Storage,
    mail: &str,
    now: Timestamp,
) -> Result<Option<(Mail, Claim)>, Violation> {
    Ok(ledger.claim(mail, now, Timestamp(now.0 + MINUTE)).await?)
}

/// The mails that are due, by id.
async fn due(ledger: &impl Storage, now: Timestamp) -> Result<Vec<String>, Violation> {
    Ok(ledger.due(now, 100).await?.into_iter().map(|mail| mail.id).collect())
}

/// The mails of the application number `n`: to staff, to the candidate.
fn mails(n: u32) -> [String; 2] {
    MailKind::OF_APPLICATION.map(|kind| kind.mail_id(&application("", n).id, 1))
}

pub(super) async fn one_claim_at_a_time(ledger: &impl Storage, posting: &Posting) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    let [staff, _] = mails(1);
    let about = About::Application(received.id);
    let (id, reached) = (staff.clone(), Vec::new());
    let mail = Mail { id, kind: MailKind::Staff, about, revision: 1, reached };
    same("the mail", ledger.find_mail(&staff).await?, Some(mail.clone()))?;
    same("too early", claim(ledger, &staff, NOON).await?, None)?;
    let first = Claim { attempt: 1, possible_duplicate: false, since: after(1) };
    same("the claim", claim(ledger, &staff, after(1)).await?, Some((mail, first)))?;
    same("a second one", claim(ledger, &staff, after(2)).await?, None)?;
    same("of no mail", claim(ledger, "staff/none", after(2)).await?, None)?;
    same("no mail", ledger.find_mail("staff/none").await?, None)
}

pub(super) async fn a_lease_ends_and_then_only_the_later_claim_settles(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    commit(ledger, &posting.slug, 1).await?;
    let [staff, _] = mails(1);
    let (_, first) = some("the claim", claim(ledger, &staff, after(1)).await?)?;
    let again = after(1 + MINUTE);
    let (_, second) = some("after the lease", claim(ledger, &staff, again).await?)?;
    let promised = Claim { attempt: 2, possible_duplicate: true, since: after(1) };
    same("the second claim", second, promised)?;
    ledger.settle(&staff, first, &Settlement::Sent { at: again, transport_id: None }).await?;
    let is_due = due(ledger, after(3 * MINUTE)).await?.contains(&staff);
    same("a late settlement has no effect", is_due, true)?;
    ledger.settle(&staff, second, &Settlement::Sent { at: again, transport_id: None }).await?;
    same("the later one has", due(ledger, after(3 * MINUTE)).await?.contains(&staff), false)
}

pub(super) async fn each_settlement_does_what_it_says(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    commit(ledger, &posting.slug, 1).await?;
    let [staff, acknowledgement] = mails(1);
    let reason = || "connect: timeout".to_owned();
    let later = |possibly_sent| {
        let at = after(5 * MINUTE);
        Settlement::Later { at, reason: reason(), possibly_sent }
    };
    let (_, first) = some("the claim", claim(ledger, &staff, after(1)).await?)?;
    ledger.settle(&staff, first, &later(true)).await?;
    same("not before", claim(ledger, &staff, after(5 * MINUTE - 1)).await?, None)?;
    let (_, second) = some("then", claim(ledger, &staff, after(5 * MINUTE)).await?)?;
    let promised = Claim { attempt: 2, possible_duplicate: true, since: after(1) };
    same("it may have arrived", second, promised)?;
    ledger
        .settle(&staff, second, &Settlement::Sent { at: after(5 * MINUTE), transport_id: None })
        .await?;
    let (_, first) = some("the claim", claim(ledger, &acknowledgement, after(1)).await?)?;
    ledger.settle(&acknowledgement, first, &later(false)).await?;
    let (_, second) = some("then", claim(ledger, &acknowledgement, after(5 * MINUTE)).await?)?;
    same("it has not arrived", second.possible_duplicate, false)?;
    let refused = Settlement::Refused { reason: reason() };
    ledger.settle(&acknowledgement, second, &refused).await?;
    same("nothing is left", due(ledger, after(1_000 * MINUTE)).await?, Vec::new())
}

pub(super) async fn what_is_held_counts_anew(ledger: &impl Storage, posting: &Posting) -> Outcome {
    commit(ledger, &posting.slug, 1).await?;
    let [staff, _] = mails(1);
    let (_, first) = some("the claim", claim(ledger, &staff, after(1)).await?)?;
    let at = after(5 * MINUTE);
    let held = Settlement::Held { at, reason: "key: it has expired".to_owned() };
    ledger.settle(&staff, first, &held).await?;
    same("not before", claim(ledger, &staff, after(5 * MINUTE - 1)).await?, None)?;
    let (_, second) = some("then", claim(ledger, &staff, at).await?)?;
    let promised = Claim { attempt: 2, possible_duplicate: false, since: at };
    same("as if for the first time", second, promised)
}

pub(super) async fn what_was_not_delivered_is_noted_once(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    let [staff, acknowledgement] = mails(1);
    for (mail, id) in [(&staff, "a"), (&acknowledgement, "b")] {
        let (_, claimed) = some("the claim", claim(ledger, mail, after(1)).await?)?;
        let sent = Settlement::Sent { at: after(1), transport_id: Some(id.to_owned()) };
        ledger.settle(mail, claimed, &sent).await?;
    }
    same("of another Worker", ledger.note_undelivered("c").await?, false)?;
    for _ in 0..2 {
        same("noted", ledger.note_undelivered("b").await?, true)?;
    }
    let found = ledger.find_with_delivery(&received.id).await?;
    let (_, delivery) = some("the application", found)?;
    same("the other arrived", delivery.forwarding, MailState::Sent(after(1)))?;
    same("this one did not", delivery.acknowledgement, MailState::GivenUp)?;
    same("not sent again", due(ledger, after(1_000 * MINUTE)).await?, Vec::new())
}

pub(super) async fn each_of_several_recipients_has_an_outcome(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    commit(ledger, &posting.slug, 1).await?;
    let [staff, _] = mails(1);
    let outcome = |address: &str, refused: Option<&str>| RecipientOutcome {
        address: address.to_owned(),
        transport_id: refused.is_none().then(|| format!("id of {address}")),
        refused_because: refused.map(str::to_owned),
    };
    let (_, first) = some("the claim", claim(ledger, &staff, after(1)).await?)?;
    ledger.note_recipients(&staff, first, &[outcome("a", None)]).await?;
    let reason = || "450".to_owned();
    let later = Settlement::Later { at: after(2), reason: reason(), possibly_sent: false };
    ledger.settle(&staff, first, &later).await?;
    let (mail, second) = some("the next claim", claim(ledger, &staff, after(2)).await?)?;
    same("who has it", mail.reached, vec!["a".to_owned()])?;
    ledger.note_recipients(&staff, first, &[outcome("b", None)]).await?;
    ledger.note_recipients(&staff, second, &[outcome("b", Some("550"))]).await?;
    let some_have_it = Settlement::SentToSome { at: after(2), reason: reason() };
    ledger.settle(&staff, second, &some_have_it).await?;
    same("not sent again", due(ledger, after(1_000 * MINUTE)).await?.contains(&staff), false)?;
    let refused_by = async || -> Result<Option<String>, Violation> {
        let standing = ledger.posting_delivery(&posting.slug).await?;
        Ok(standing.kept.into_iter().find_map(|entry| entry.refused_by))
    };
    same("who lacks it", refused_by().await?, Some("b".to_owned()))?;
    let problems = ledger.problems(after(3), NOON).await?;
    same("the operator is told", (problems.lost, problems.lost_cause), (1, Some(reason())))?;
    same("it comes back", ledger.note_undelivered("id of a").await?, true)?;
    let problems = ledger.problems(after(3), NOON).await?;
    let lost = (problems.lost, problems.lost_cause);
    same("nobody has it any more", lost, (1, Some("bounced".to_owned())))?;
    same("so it is missing", ledger.undelivered().await?, vec![posting.slug.clone()])
}

pub(super) async fn a_copy_that_came_back_is_noted_at_its_recipient(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    let [staff, acknowledgement] = mails(1);
    let (_, claimed) = some("the claim", claim(ledger, &staff, after(1)).await?)?;
    let has_it = |address: &str| RecipientOutcome {
        address: address.to_owned(),
        transport_id: None,
        refused_because: None,
    };
    ledger.note_recipients(&staff, claimed, &[has_it("A@x"), has_it("b@x")]).await?;
    let sent = || Settlement::Sent { at: after(1), transport_id: None };
    ledger.settle(&staff, claimed, &sent()).await?;
    let named = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let lacking = async || -> Result<[Option<String>; 2], Violation> {
        let standing = ledger.posting_delivery(&posting.slug).await?;
        let reported = standing.kept.into_iter().find_map(|entry| entry.refused_by);
        let dossier = ledger.find_dossier(&received.reference).await?;
        let dossier = some("at the desk", dossier)?;
        Ok([reported, dossier.refused_by])
    };
    same("all have it", lacking().await?, [None, None])?;
    ledger.note_bounce(&staff, &named(&["c@x"])).await?;
    let unknown = || Some(String::new());
    same("of none of them", lacking().await?, [unknown(), unknown()])?;
    ledger.note_bounce(&staff, &named(&["c@x", "a@x"])).await?;
    let first = || Some("A@x".to_owned());
    same("of this one", lacking().await?, [first(), first()])?;
    let found = ledger.find_with_delivery(&received.id).await?;
    let (_, delivery) = some("the application", found)?;
    same("the other has it", delivery.forwarding, MailState::Sent(after(1)))?;
    ledger.note_bounce(&staff, &named(&["b@x"])).await?;
    let found = ledger.find_with_delivery(&received.id).await?;
    let (_, delivery) = some("the application", found)?;
    same("nobody has it", delivery.forwarding, MailState::GivenUp)?;
    let (_, claimed) = some("the claim", claim(ledger, &acknowledgement, after(1)).await?)?;
    ledger.settle(&acknowledgement, claimed, &sent()).await?;
    ledger.note_bounce(&acknowledgement, &[]).await?;
    let found = ledger.find_with_delivery(&received.id).await?;
    let (_, delivery) = some("the application", found)?;
    same("a mail to one", delivery.acknowledgement, MailState::GivenUp)
}

pub(super) async fn what_is_due_comes_in_order_and_in_pages(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for n in [3, 1, 2] {
        commit(ledger, &posting.slug, n).await?;
    }
    let all: Vec<String> = [1, 2, 3].into_iter().flat_map(mails).collect();
    same("oldest first, to staff first", due(ledger, after(MINUTE)).await?, all)?;
    same("not yet", due(ledger, NOON).await?, Vec::new())?;
    let [staff, _] = mails(1);
    let page = ledger.due(after(MINUTE), 1).await?;
    same("a page", page, vec![MailRef { id: staff, kind: MailKind::Staff }])
}

pub(super) async fn what_is_queued_or_claimed_is_not_due(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for n in [1, 2] {
        commit(ledger, &posting.slug, n).await?;
    }
    let queued = ledger.due(after(10), 2).await?;
    ledger.mark_queued(&queued, after(MINUTE)).await?;
    same("the others", due(ledger, after(10)).await?, mails(2).into())?;
    same("all, in a minute", due(ledger, after(MINUTE)).await?.len(), 4)?;
    let [staff, _] = mails(1);
    some("a claim before its message came", claim(ledger, &staff, after(10)).await?)?;
    same("claimed", due(ledger, after(MINUTE)).await?.contains(&staff), false)?;
    ledger.mark_queued(&[], after(MINUTE)).await?;
    same("none of these are notices", ledger.due_notices(after(MINUTE), 9).await?.len(), 0)
}

pub(super) async fn a_notice_is_forgotten_once_sent(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    ledger.open_report(&posting.slug, 0, NOON).await?;
    let notices = ledger.due_notices(NOON, 10).await?;
    let id = format!("report/{}/0", posting.slug);
    same("due", notices, vec![MailRef { id: id.clone(), kind: MailKind::Report }])?;
    same("no mail of an application", due(ledger, NOON).await?, Vec::new())?;
    let (mail, claim) = some("the claim", claim(ledger, &id, NOON).await?)?;
    let notice = Notice::Report { posting: posting.slug.clone() };
    same("what it says", mail.about, About::Notice(notice))?;
    ledger.settle(&id, claim, &Settlement::Sent { at: NOON, transport_id: None }).await?;
    same("sent", ledger.due_notices(after(MINUTE), 10).await?, Vec::new())?;
    same("its content is gone", ledger.find_mail(&id).await.is_err(), true)
}
