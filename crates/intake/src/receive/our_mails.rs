//! Finds the mails of ours that a mail answers or returns.

use domain::{Application, Reference};
use mail::incoming::Person;

use super::Counter;
use super::letter::Letter;
use crate::ports::{
    Corrections, DocumentStore, Fault, HeldDocuments, Inbox, Ledger, MailKind, Outbox, Queue,
};

/// A mail of ours about an application.
struct OurMail {
    about: Application,
    kind: MailKind,
    revision: u32,
}

impl<D, L, Q> Counter<'_, D, L, Q>
where
    D: DocumentStore,
    L: Ledger + Corrections + HeldDocuments + Outbox + Inbox,
    Q: Queue,
{
    /// The application whose acknowledgement is answered, by its own
    /// candidate.
    pub(super) async fn answered_application(
        &self,
        letter: &Letter,
        author: &Person,
    ) -> Result<Option<Application>, Fault> {
        for answered in &letter.message.references {
            if let Some(ours) = self.our_mail(answered).await?
                && ours.kind == MailKind::Acknowledgement
                && ours.about.content.is_from(author.address.as_str())
            {
                return Ok(Some(ours.about));
            }
        }
        Ok(None)
    }

    /// Notes at the mail of ours that a bounce returns that it did not arrive.
    pub(super) async fn note_bounce(&self, letter: &Letter) -> Result<Option<Application>, Fault> {
        let Some(returned) = letter.returned() else { return Ok(None) };
        let Some(ours) = self.our_mail(&returned).await? else { return Ok(None) };
        let mail = ours.kind.mail_id(&ours.about.id, ours.revision);
        self.ledger.note_bounce(&mail).await?;
        Ok(Some(ours.about))
    }

    /// The mail of ours with this Message-ID. These are signed, so that only
    /// who has got a mail can name it.
    async fn our_mail(&self, message_id: &str) -> Result<Option<OurMail>, Fault> {
        let reference = message_id.trim_start_matches('<').split('.').next().unwrap_or_default();
        let Some(reference) = Reference::parse(reference) else { return Ok(None) };
        let lookup = self.ledger.look_up_receipt(Some(&reference), "").await?;
        let Some(about) = self.ledger.find(&lookup.id).await? else { return Ok(None) };
        for revision in 1..=about.revision {
            for kind in MailKind::OF_APPLICATION {
                if self.composer.mail_id(kind, &about, revision).as_str() == message_id {
                    return Ok(Some(OurMail { about, kind, revision }));
                }
            }
        }
        Ok(None)
    }
}
