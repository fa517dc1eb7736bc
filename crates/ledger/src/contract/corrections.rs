//! Corrections of applications.

use domain::{Application, Posting, Rest, Sealed, SealedMessage};
use intake::ports::{Commit, Correction, MailKind, MailRef, PreviousAddress, Related};
use rules::Content;

use super::{MINUTE, NOON, Outcome, Storage, after, application, commit, same, some};
use rules::Mails;

/// The revision that follows `received`, with another name.
fn next(received: &Application, name: &str) -> Application {
    let mut next = received.clone();
    next.revision += 1;
    next.revised_at = after(MINUTE);
    next.content.name = name.into();
    next
}

fn mails(of: &Application) -> [MailRef; 2] {
    let id = |kind: MailKind| kind.mail_id(&of.id, of.revision);
    MailKind::OF_APPLICATION.map(|kind| MailRef { id: id(kind), kind })
}

pub(super) async fn a_correction_replaces_what_has_not_left(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let first = commit(ledger, &posting.slug, 1).await?;
    let [staff, acknowledgement] = mails(&first);
    some("the claim", ledger.claim(&staff.id, after(1), after(5 * MINUTE)).await?)?;
    let second = next(&first, "Second");
    let corrected = ledger.correct(&second, &mails(&second), after(2 * MINUTE), None).await?;
    same("the correction", corrected, Correction::Held(Box::new(second.clone())))?;
    same("found", ledger.find(&first.id).await?, Some(second.clone()))?;
    let earlier = ledger.revisions(&first.id).await?;
    same("the earlier one is kept", earlier.len(), 1)?;
    same("as it was", earlier.first().map(|one| &one.content), Some(&first.content))?;
    // The same form was sent twice, and the slower one is stored now.
    let kinds = [MailKind::Staff, MailKind::Acknowledgement];
    let slower = ledger.commit(&first, &kinds).await?;
    same("the slower one", slower, Commit::Held(Box::new(second.clone())))?;
    let is_gone = ledger.find_mail(&acknowledgement.id).await?.is_none();
    same("a mail that waits goes", is_gone, true)?;
    let [latest, _] = mails(&second);
    let too_early = ledger.claim(&latest.id, after(3 * MINUTE), after(4 * MINUTE)).await?;
    same("while the first is being sent", too_early, None)?;
    let claimed = ledger.claim(&latest.id, after(5 * MINUTE), after(6 * MINUTE)).await?;
    some("after its lease", claimed)?;
    let late = ledger.claim(&staff.id, after(9 * MINUTE), after(10 * MINUTE)).await?;
    same("the first is not sent again", late, None)
}

pub(super) async fn only_one_correction_of_a_revision_counts(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let first = commit(ledger, &posting.slug, 1).await?;
    let second = next(&first, "Second");
    let other = Application { address_changes: 1, ..next(&first, "Other") };
    for _ in 0..2 {
        let corrected = ledger.correct(&second, &mails(&second), NOON, None).await?;
        same("twice the same", corrected, Correction::Held(Box::new(second.clone())))?;
    }
    let previous = PreviousAddress {
        address: "a@example.org".into(),
        language: "fr".into(),
        mails: Mails::Full,
    };
    let late = ledger.correct(&other, &mails(&other), NOON, Some(&previous)).await?;
    same("another", late, Correction::Superseded(Box::new(second.clone())))?;
    same(
        "nor is the previous address told",
        ledger.due_notices(after(MINUTE), 10).await?,
        Vec::new(),
    )?;
    ledger.withdraw(&second, "hash", after(MINUTE)).await?;
    let third = next(&second, "Third");
    let gone = ledger.correct(&third, &mails(&third), NOON, None).await?;
    same("after a withdrawal", gone, Correction::Gone)?;
    same("mails", ledger.due(after(9 * MINUTE), 10).await?, Vec::new())
}

pub(super) async fn applications_of_a_person_or_a_page_are_related(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let first = commit(ledger, &posting.slug, 1).await?;
    let mut shouted = application(&posting.slug, 2);
    shouted.content.email = first.content.email.to_uppercase();
    let mut neighbour = Application { page: Some(first.id.clone()), ..application("other", 3) };
    neighbour.content.email = "somebody@example.org".into();
    let mut elsewhere = application("other", 4);
    elsewhere.content.email.clone_from(&first.content.email);
    for one in [&shouted, &neighbour, &elsewhere] {
        let held = ledger.commit(one, &MailKind::OF_APPLICATION).await?;
        same("the commit", matches!(held, Commit::Held(_)), true)?;
    }
    let mut related = ledger.related(&first).await?;
    related.sort_by_key(|one| one.is_from_same_page);
    let of = |one: &Application, is_from_same_page| Related {
        reference: one.reference.clone(),
        received_at: one.received_at,
        is_from_same_page,
    };
    same("related", related, vec![of(&shouted, false), of(&neighbour, true)])?;
    same("and back", ledger.related(&neighbour).await?, vec![of(&first, true)])
}

pub(super) async fn what_is_sealed_replaces_what_was_said(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let first = commit(ledger, &posting.slug, 1).await?;
    let sealed = |received: &Application| Application {
        content: Content {
            name: received.reference.to_string(),
            email: "a hash".into(),
            message: None,
            ..received.content.clone()
        },
        sealed: Some(Sealed {
            revision: received.revision,
            rest: Rest::Message(SealedMessage { sha256: "00".into(), bytes: 7 }),
            address: "encrypted".into(),
            said: vec!["another hash".into()],
        }),
        ..received.clone()
    };
    let next = Application { revision: 2, revised_at: after(MINUTE), ..first.clone() };
    let mails = mails(&next);
    ledger.correct(&next, &mails, after(MINUTE), None).await?;
    same("one that was corrected meanwhile", ledger.seal(&sealed(&first)).await?, None)?;
    same(
        "stays",
        ledger.find(&first.id).await?.map(|one| one.content),
        Some(next.content.clone()),
    )?;
    let kept = sealed(&next);
    same("the latest", ledger.seal(&kept).await?, Some(kept.clone()))?;
    same("is what is found", ledger.find(&first.id).await?, Some(kept.clone()))?;
    let earlier = ledger.revisions(&first.id).await?;
    let said = earlier.into_iter().map(|revision| revision.content).collect();
    same("nor does an earlier one say more", said, vec![kept.content])
}
