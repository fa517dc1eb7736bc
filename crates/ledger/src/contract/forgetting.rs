//! Applications that are forgotten.

use domain::{Application, Posting, Rest, Sealed};
use intake::ports::{Correction, MailKind, Settlement, Strays};
use rules::Content;

use super::{MINUTE, Outcome, Storage, Violation, after, commit, same, some};

const CARLA: Option<&str> = Some("carla@example.org");

/// The application as it is kept once it is forgotten.
fn emptied(received: &Application) -> Application {
    Application {
        content: Content {
            name: received.reference.to_string(),
            email: "a hash".into(),
            message: None,
            ..received.content.clone()
        },
        sealed: Some(Sealed {
            revision: received.revision,
            rest: Rest::ForgottenAt(after(MINUTE)),
            address: "encrypted".into(),
            said: vec!["another hash".into()],
        }),
        ..received.clone()
    }
}

async fn send(ledger: &impl Storage, mail: &str) -> Result<(), Violation> {
    let now = after(MINUTE);
    let (_, claim) = some("the claim", ledger.claim(mail, now, now).await?)?;
    let sent = Settlement::Sent { at: now, transport_id: None };
    Ok(ledger.settle(mail, claim, &sent).await?)
}

pub(super) async fn what_is_confirmed_is_forgotten_once_its_mails_have_left(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let (first, _) =
        (commit(ledger, &posting.slug, 1).await?, commit(ledger, &posting.slug, 2).await?);
    let forgotten = emptied(&first);
    send(ledger, &MailKind::Staff.mail_id(&first.id, 1)).await?;
    same("nobody has confirmed it", ledger.unconfirmed(&posting.slug).await?, true)?;
    same("so it stays", ledger.forget(&forgotten).await?, None)?;
    for revision in [2, 1, 1] {
        ledger.confirm(&first.id, revision, CARLA, after(revision.into())).await?;
    }
    same("it is confirmed", ledger.unconfirmed(&posting.slug).await?, false)?;
    let events = ledger.events(&[&first.id]).await?;
    let events: Vec<_> = events.into_iter().map(|(_, event)| (event.at, event.who)).collect();
    same("once", events, vec![(after(1), CARLA.map(str::to_owned))])?;
    same("a mail waits", ledger.to_forget(10).await?, vec![])?;
    same("so it still stays", ledger.forget(&forgotten).await?, None)?;
    send(ledger, &MailKind::Acknowledgement.mail_id(&first.id, 1)).await?;
    same("none waits", ledger.to_forget(10).await?, vec![first.clone()])?;
    same("it is forgotten", ledger.forget(&forgotten).await?, Some(forgotten.clone()))?;
    same("and found so", ledger.find(&first.id).await?, Some(forgotten.clone()))?;
    same("once", ledger.to_forget(10).await?, vec![])?;
    same("its documents go", ledger.to_clean(10).await?, vec![forgotten])
}

pub(super) async fn a_correction_is_to_be_confirmed_itself_and_keeps_nothing_forgotten(
    ledger: &impl Storage,
    posting: &Posting,
) -> Outcome {
    let first = commit(ledger, &posting.slug, 1).await?;
    for kind in MailKind::OF_APPLICATION {
        send(ledger, &kind.mail_id(&first.id, 1)).await?;
    }
    ledger.confirm(&first.id, 1, None, after(1)).await?;
    let forgotten = some("it is forgotten", ledger.forget(&emptied(&first)).await?)?;
    let strays = ledger.retire_orphans(std::slice::from_ref(&first.id), after(1)).await?;
    same("it has no documents", strays.sealed, vec![first.id.clone()])?;
    let next = |before: &Application| Application {
        revision: 2,
        content: first.content.clone(),
        ..before.clone()
    };
    let mails = MailKind::of_revision(&first.id, 2, first.content.mails);
    let from_before = ledger.correct(&next(&first), &mails, after(MINUTE), None).await?;
    same("from before", from_before, Correction::Superseded(Box::new(forgotten.clone())))?;
    same("nothing is written", ledger.revisions(&first.id).await?, vec![])?;
    let next = next(&forgotten);
    let corrected = ledger.correct(&next, &mails, after(MINUTE), None).await?;
    same("from what is there", corrected, Correction::Held(Box::new(next.clone())))?;
    let strays = ledger.retire_orphans(std::slice::from_ref(&first.id), after(1)).await?;
    same("the correction has some", strays, Strays::default())?;
    for mail in &mails {
        send(ledger, &mail.id).await?;
    }
    same("it is not confirmed", ledger.to_forget(10).await?, vec![])?;
    same("but to be", ledger.unconfirmed(&posting.slug).await?, true)?;
    ledger.confirm(&first.id, 2, None, after(2)).await?;
    same("it is confirmed", ledger.to_forget(10).await?, vec![next.clone()])?;
    let last = emptied(&next);
    same("and forgotten", ledger.forget(&last).await?, Some(last.clone()))?;
    let earlier = ledger.revisions(&first.id).await?;
    let said = earlier.into_iter().map(|revision| revision.content).collect();
    same("with what came before", said, vec![last.content])
}
