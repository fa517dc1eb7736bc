//! Mails to outsiders.

use domain::Posting;
use intake::ports::{
    Admission, Claim, Digest, DigestNotice, Mail, MailKind, Recipient, Said, Settlement,
};

use super::{MINUTE, NOON, Outcome, Storage, Violation, after, application, commit, same, some};

const DIGEST: &str = "digest/hash/1";

fn digest() -> Digest {
    Digest {
        id: DIGEST.into(),
        due_at: after(50 * MINUTE),
        at_the_latest: after(110 * MINUTE),
        notice: DigestNotice { address: "zoe@example.org".into(), language: "fr".into() },
    }
}

async fn claimed(ledger: &impl Storage, n: u32, minutes: i64) -> Result<(Mail, Claim), Violation> {
    let mail = MailKind::Acknowledgement.mail_id(&application("", n).id, 1);
    let now = after(minutes * MINUTE);
    some("the claim", ledger.claim(&mail, now, after((minutes + 16) * MINUTE)).await?)
}

/// What becomes of the acknowledgement of `n`, where two mails an hour are
/// allowed.
async fn admitted(ledger: &impl Storage, n: u32, minutes: i64) -> Result<Admission, Violation> {
    let (mail, claim) = claimed(ledger, n, minutes).await?;
    let now = after(minutes * MINUTE);
    let recipient =
        Recipient { hash: "hash".into(), limit: 2, since: after((minutes - 60) * MINUTE) };
    Ok(ledger.admit(&mail.id, claim, &recipient, &digest(), now).await?)
}

pub(super) async fn a_recipient_gets_so_many_mails_and_a_digest(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for n in 1..=4 {
        commit(ledger, &posting.slug, n).await?;
    }
    for (n, expected) in [
        (1, Admission::Admitted),
        (2, Admission::Admitted),
        (3, Admission::Digested),
        (4, Admission::Digested),
    ] {
        same("in the hour", admitted(ledger, n, 1).await?, expected)?;
    }
    same("not before", ledger.due_notices(after(49 * MINUTE), 10).await?.len(), 0)?;
    let due = ledger.due_notices(after(50 * MINUTE), 10).await?;
    same("one digest", due.iter().map(|mail| mail.id.as_str()).collect(), vec![DIGEST])?;
    let now = after(50 * MINUTE);
    let (digest, claim) = some("the digest", ledger.claim(DIGEST, now, now).await?)?;
    let told = ledger.digested(&digest.id, 10).await?;
    let references: Vec<_> = told
        .iter()
        .map(|one| match &one.said {
            Said::Acknowledged(one) => Ok((one.reference.clone(), one.address.as_str())),
            _ => Err(Violation("an application is told of".into())),
        })
        .collect::<Result<_, _>>()?;
    let expected = [3, 4].map(|n| (application("", n).reference, "zoe@example.org"));
    same("what it tells", references, expected.into())?;
    let mails: Vec<_> = told.into_iter().map(|one| one.mail).collect();
    ledger.note_sent(&mails, now).await?;
    ledger.settle(DIGEST, claim, &Settlement::Sent { at: now, transport_id: None }).await?;
    same("it is told", ledger.digested(DIGEST, 10).await?, Vec::new())?;
    let (_, delivery) =
        some("the receipt", ledger.find_with_delivery(&application("", 3).id).await?)?;
    same("and acknowledged", delivery.acknowledgement.sent_at(), Some(now))
}

pub(super) async fn a_digest_takes_no_more_once_it_is_being_sent(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    for n in 1..=4 {
        commit(ledger, &posting.slug, n).await?;
    }
    for n in 1..=3 {
        admitted(ledger, n, 1).await?;
    }
    some("the digest", ledger.claim(DIGEST, after(50 * MINUTE), NOON).await?)?;
    same("closed", admitted(ledger, 4, 50).await?, Admission::Closed)?;
    same("the mails in it", ledger.digested(DIGEST, 10).await?.len(), 1)?;
    // The digest never left: its mail leaves after all, and is counted.
    same("later", admitted(ledger, 3, 110).await?, Admission::Admitted)?;
    same("no longer in it", ledger.digested(DIGEST, 10).await?, Vec::new())
}
