//! Withdrawals, erasure and what is forgotten.

use domain::Posting;
use intake::ports::{
    About, Commit, Incident, MailKind, MailRef, Notice, ReceiptLookup, Strays, Withdrawn,
};
use rules::Timestamp;

use super::{MINUTE, NOON, Outcome, Storage, after, application, commit, same, some};

pub(super) async fn a_withdrawn_application_is_gone_for_good(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    for (at, hash) in [(NOON, "hash"), (after(MINUTE), "other")] {
        ledger.withdraw(&received, hash, at).await?;
    }
    same("found", ledger.find(&received.id).await?, None)?;
    same("it is withdrawn", ledger.is_withdrawn(&received.id).await?, true)?;
    same("no other is", ledger.is_withdrawn("other").await?, false)?;
    same("it is no orphan", ledger.is_orphaned(&received.id).await?, false)?;
    same("its mails", ledger.due(after(MINUTE), 10).await?, Vec::new())?;
    same("its rows are still there", ledger.withdrawn(10).await?, vec![received.id.clone()])?;
    let again = ledger.commit(&received, &MailKind::OF_APPLICATION).await?;
    same("the same form before they go", again, Commit::Retired)?;
    same("its mails", ledger.due(after(MINUTE), 10).await?, Vec::new())?;
    ledger.erase(&received.id).await?;
    same("they are gone", ledger.withdrawn(10).await?, Vec::new())?;
    let again = ledger.commit(&received, &MailKind::OF_APPLICATION).await?;
    same("the same form after that", again, Commit::Retired)?;
    same("nothing is written", ledger.find(&received.id).await?, None)?;
    let withdrawn = Withdrawn { posting: posting.slug.clone(), at: NOON };
    let promised = ReceiptLookup {
        id: ReceiptLookup::NOWHERE.into(),
        address_changes: 0,
        withdrawn: Some(withdrawn),
    };
    let found = ledger.look_up_receipt(Some(&received.reference), "hash").await?;
    same("what its receipt leads to", found, promised)
}

pub(super) async fn a_withdrawal_is_told_after_the_last_lease(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    let staff = MailKind::Staff.mail_id(&received.id, 1);
    some("the claim", ledger.claim(&staff, after(1), after(5 * MINUTE)).await?)?;
    ledger.withdraw(&received, "hash", after(2)).await?;
    same("too early", ledger.due_notices(after(5 * MINUTE - 1), 10).await?, Vec::new())?;
    let posting = posting.slug.clone();
    let staff = Notice::Withdrawal {
        posting: posting.clone(),
        version: received.posting_version,
        number: 1,
        reference: received.reference.clone(),
        name: received.content.name,
        at: after(2),
    };
    let candidate = Notice::WithdrawalConfirmation {
        mails: received.content.mails,
        posting,
        version: received.posting_version,
        reference: received.reference,
        address: received.content.email,
        language: received.language,
        at: after(2),
    };
    let mails = [staff, candidate].map(|notice| {
        let kind = notice.kind();
        (MailRef { id: format!("{}/{}", kind.as_str(), received.id), kind }, notice)
    });
    let due = ledger.due_notices(after(5 * MINUTE), 10).await?;
    same("due", due, mails.each_ref().map(|(mail, _)| mail.clone()).into())?;
    for (MailRef { id, .. }, notice) in mails {
        let mail = some("the mail", ledger.find_mail(&id).await?)?;
        same("what it says", mail.about, About::Notice(notice))?;
    }
    Ok(())
}

pub(super) async fn erasing_leaves_counts(ledger: &impl Storage, posting: &Posting) -> Outcome {
    let (slug, end) = (&posting.slug, posting.erased_at());
    ledger.note_erasure_days(std::slice::from_ref(posting)).await?;
    same("nothing is there", ledger.to_erase(end, 10).await?, Vec::new())?;
    commit(ledger, slug, 1).await?;
    let received = commit(ledger, slug, 2).await?;
    ledger.withdraw(&received, "hash", NOON).await?;
    // Written without a day, as the previous Worker does, they get that of
    // their posting.
    same("too early", ledger.to_erase(Timestamp(end.0 - 1), 10).await?, Vec::new())?;
    same("the day", ledger.to_erase(end, 10).await?.len(), 2)?;
    same("a page", ledger.to_erase(end, 1).await?.len(), 1)?;
    ledger.forget_erased_postings(end).await?;
    let lookup = ledger.look_up_receipt(None, "hash").await?;
    same("its key is still known", lookup.withdrawn.is_some(), true)?;
    for n in [1, 2] {
        ledger.erase(&application(slug, n).id).await?;
    }
    ledger.forget_erased_postings(end).await?;
    same("all is gone", ledger.to_erase(end, 10).await?, Vec::new())?;
    same("notices too", ledger.due_notices(end, 10).await?, Vec::new())?;
    let lookup = ledger.look_up_receipt(None, "hash").await?;
    same("the trace of its key too", lookup.withdrawn, None)?;
    // Promised once, it holds for a posting whose file is taken away, and one
    // that is kept for a shorter time now.
    let third = commit(ledger, slug, 3).await?;
    let shorter = Posting { retention_days: 1, ..posting.clone() };
    ledger.note_erasure_days(&[shorter]).await?;
    ledger.note_erasure_days(&[]).await?;
    same("the latest day", ledger.last_erasure(slug).await?, Some(end))?;
    same("not earlier", ledger.to_erase(Timestamp(end.0 - 1), 10).await?, Vec::new())?;
    same("the promise holds", ledger.to_erase(end, 10).await?, vec![third.id])
}

pub(super) async fn an_orphan_cannot_come_any_more(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let kept = commit(ledger, &posting.slug, 1).await?;
    let orphan = application(&posting.slug, 2);
    let ids = [kept.id, orphan.id.clone()];
    let strays = ledger.retire_orphans(&ids, NOON).await?;
    let orphans = vec![orphan.id.clone()];
    same("orphans", strays, Strays { orphans, sealed: Vec::new() })?;
    same("its id is known", ledger.is_orphaned(&orphan.id).await?, true)?;
    let late = ledger.commit(&orphan, &MailKind::OF_APPLICATION).await?;
    same("it comes after all", late, Commit::Retired)?;
    same("nothing is written", ledger.find(&orphan.id).await?, None)?;
    same("no withdrawal", ledger.withdrawn(10).await?, Vec::new())
}

pub(super) async fn what_is_old_is_forgotten(ledger: &impl Storage, posting: &Posting) -> Outcome {
    let orphan = application(&posting.slug, 1);
    ledger.retire_orphans(std::slice::from_ref(&orphan.id), NOON).await?;
    let incident = |minutes: i64| Incident {
        opened_at: after(minutes * MINUTE),
        cause: String::new(),
        is_losing: true,
        lost: 1,
        closed_at: Some(after(minutes * MINUTE + 1)),
    };
    for minutes in [0, 1] {
        let open = Incident { closed_at: None, ..incident(minutes) };
        ledger.open_incident(&open, true).await?;
        ledger.update_incident(&incident(minutes)).await?;
    }
    ledger.forget_until(NOON).await?;
    same("alerts", ledger.due_notices(after(9 * MINUTE), 10).await?.len(), 2)?;
    let early = ledger.commit(&orphan, &MailKind::OF_APPLICATION).await?;
    same("the orphan's id", early, Commit::Retired)?;
    ledger.forget_until(after(9 * MINUTE)).await?;
    same("alerts go", ledger.due_notices(after(9 * MINUTE), 10).await?.len(), 0)?;
    same("the latest incident stays", ledger.last_incident().await?, Some(incident(1)))?;
    same("its id is free", commit(ledger, &posting.slug, 1).await?.number, 1)
}

pub(super) async fn a_cursor_is_kept_moved_and_dropped(
    ledger: &impl Storage,
    _posting: &Posting,
) -> Outcome {
    same("none", ledger.cursor("task").await?, None)?;
    for place in ["a", "b"] {
        ledger.keep_cursor("task", Some(place)).await?;
    }
    same("moved", ledger.cursor("task").await?, Some("b".into()))?;
    same("of another task", ledger.cursor("other").await?, None)?;
    ledger.keep_cursor("task", None).await?;
    same("dropped", ledger.cursor("task").await?, None)
}
