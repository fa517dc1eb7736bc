//! Applications and their numbers.

use domain::{Application, Delivery, MailState, Posting, Reference};
use intake::ports::{Commit, MailKind, ReceiptLookup, Settlement};

use rules::Timestamp;

use super::{MINUTE, NOON, Outcome, Storage, after, application, commit, same, some};

pub(super) async fn each_posting_counts_from_one(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for (slug, n, number) in [(&*posting.slug, 1, 1), (&*posting.slug, 2, 2), ("other", 3, 1)] {
        same("its number", commit(ledger, slug, n).await?.number, number)?;
    }
    Ok(())
}

pub(super) async fn what_is_written_comes_back_unchanged(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let written = Application { number: 1, ..application(&posting.slug, 7) };
    same("the commit", commit(ledger, &posting.slug, 7).await?, written.clone())?;
    same("found", ledger.find(&written.id).await?, Some(written))?;
    same("another id", ledger.find("none").await?, None)
}

pub(super) async fn the_same_id_again_changes_nothing(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let first = commit(ledger, &posting.slug, 1).await?;
    let mut again = Application { received_at: after(MINUTE), ..application(&posting.slug, 1) };
    again.content.name = "Somebody else".into();
    let held = ledger.commit(&again, &MailKind::OF_APPLICATION).await?;
    same("the second commit", held, Commit::Held(Box::new(first)))?;
    same("mails", ledger.due(after(MINUTE), 10).await?.len(), 2)?;
    same("the next number", commit(ledger, &posting.slug, 2).await?.number, 2)
}

pub(super) async fn a_reference_is_given_once(ledger: &impl Storage, posting: &Posting) -> Outcome {
    let first = commit(ledger, &posting.slug, 1).await?;
    let second = Application { reference: first.reference, ..application(&posting.slug, 2) };
    let taken = ledger.commit(&second, &MailKind::OF_APPLICATION).await?;
    same("the commit", taken, Commit::ReferenceTaken)?;
    same("nothing is written", ledger.find(&second.id).await?, None)?;
    same("mails", ledger.due(after(MINUTE), 10).await?.len(), 2)
}

pub(super) async fn a_number_is_never_given_twice(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for n in [1, 2] {
        commit(ledger, &posting.slug, n).await?;
    }
    ledger.erase(&application("", 2).id).await?;
    same("after an erasure", commit(ledger, &posting.slug, 3).await?.number, 3)?;
    let third = application(&posting.slug, 3);
    ledger.withdraw(&third, "hash", NOON).await?;
    ledger.erase(&third.id).await?;
    same("after a withdrawal", commit(ledger, &posting.slug, 4).await?.number, 4)
}

pub(super) async fn a_receipt_shows_how_far_the_mails_are(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    let waiting = Delivery { forwarding: MailState::Waiting, acknowledgement: MailState::Waiting };
    let found = ledger.find_with_delivery(&received.id).await?;
    same("at first", found, Some((received.clone(), waiting)))?;
    let settlements = [
        (MailKind::Staff, Settlement::Refused { reason: "RCPT: 550".into() }),
        (MailKind::Acknowledgement, Settlement::Sent { at: after(MINUTE), transport_id: None }),
    ];
    for (kind, settlement) in settlements {
        let mail = kind.mail_id(&received.id, 1);
        let claim = ledger.claim(&mail, after(10), after(MINUTE)).await?;
        let (_, claim) = some("the claim", claim)?;
        ledger.settle(&mail, claim, &settlement).await?;
    }
    let (_, delivery) = some("found", ledger.find_with_delivery(&received.id).await?)?;
    let (forwarding, acknowledgement) = (MailState::GivenUp, MailState::Sent(after(MINUTE)));
    same("then", delivery, Delivery { forwarding, acknowledgement })?;
    same("another id", ledger.find_with_delivery("none").await?, None)
}

pub(super) async fn a_lookup_always_gives_an_id(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let received = commit(ledger, &posting.slug, 1).await?;
    let found = ledger.look_up_receipt(Some(&received.reference), "hash").await?;
    same("of one", found, ReceiptLookup { id: received.id, address_changes: 0, withdrawn: None })?;
    let nowhere =
        ReceiptLookup { id: ReceiptLookup::NOWHERE.into(), address_changes: 0, withdrawn: None };
    let other = Reference::from_random(99);
    same("of another", ledger.look_up_receipt(Some(&other), "hash").await?, nowhere.clone())?;
    same("of none", ledger.look_up_receipt(None, "hash").await?, nowhere)
}

pub(super) async fn an_address_opens_a_receipt_once(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let of_others = commit(ledger, &posting.slug, 1).await?;
    same("of no shared computer", ledger.open_once(&of_others.id, after(1)).await?, false)?;
    let shared = Application { shared: Some(Timestamp(0)), ..application(&posting.slug, 2) };
    ledger.commit(&shared, &[]).await?;
    for (until, opens) in [(10, true), (10, false), (9, false), (11, true)] {
        let opened = ledger.open_once(&shared.id, after(until)).await?;
        same(&format!("until {until}"), opened, opens)?;
    }
    let held = some("it is there", ledger.find(&shared.id).await?)?;
    same("the latest is noted", held.shared, Some(after(11)))
}
