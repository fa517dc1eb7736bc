//! Finds the mails of ours that a mail answers or returns.

use domain::{Application, Reference};
use mail::MessageId;
use mail::incoming::Person;

use super::Counter;
use super::letter::Letter;
use crate::ports::{
    Corrections, DocumentStore, Fault, HeldDocuments, Inbox, Ledger, MailKind, Outbox,
    PostingStore, Queue,
};
use crate::sealed::opened;

/// A mail of ours about an application.
struct OurMail {
    about: Application,
    kind: MailKind,
    revision: u32,
}

impl<D, L, Q> Counter<'_, D, L, Q>
where
    D: DocumentStore,
    L: Ledger + Corrections + HeldDocuments + Outbox + Inbox + PostingStore,
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

    /// As [`Counter::note_bounce`], for a mail of which nothing else is looked at.
    pub(super) async fn note_if_bounce(&self, letter: &Letter) -> Result<(), Fault> {
        if letter.is_bounce() { self.note_bounce(letter).await.map(|_| ()) } else { Ok(()) }
    }

    /// Notes at the mail of ours that a bounce returns that it did not arrive.
    /// The address that it was sent to names the mail, or what it returns does.
    pub(super) async fn note_bounce(&self, letter: &Letter) -> Result<Option<Application>, Fault> {
        let ours = match self.mail_returned_to(&letter.mail.envelope_to).await? {
            Some(ours) => Some(ours),
            None => match letter.returned() {
                Some(returned) => self.our_mail(&returned).await?,
                None => None,
            },
        };
        let Some(ours) = ours else { return Ok(None) };
        if letter.is_failure() {
            let mail = ours.kind.mail_id(&ours.about.id, ours.revision);
            self.ledger.note_bounce(&mail).await?;
        }
        Ok(Some(ours.about))
    }

    /// The mail of ours that has this return address.
    async fn mail_returned_to(&self, address: &str) -> Result<Option<OurMail>, Fault> {
        let Some(path) = &self.composer.sender.return_path else { return Ok(None) };
        let Some(reference) = path.begins(address) else { return Ok(None) };
        self.find_mail(reference, |id| path.is_of(id, address)).await
    }

    /// The mail of ours with this Message-ID.
    async fn our_mail(&self, message_id: &str) -> Result<Option<OurMail>, Fault> {
        let reference = message_id.trim_start_matches('<').split('.').next().unwrap_or_default();
        self.find_mail(reference, |id| id.as_str() == message_id).await
    }

    /// The mail about the application with this reference whose Message-ID is
    /// the one. Message-IDs are signed, so that only a recipient of the mail can name it.
    async fn find_mail(
        &self,
        reference: &str,
        is_it: impl Fn(&MessageId) -> bool,
    ) -> Result<Option<OurMail>, Fault> {
        // Servers on the way may have changed the case of an address.
        let Some(reference) = Reference::parse(&reference.to_ascii_uppercase()) else {
            return Ok(None);
        };
        let lookup = self.ledger.look_up_receipt(Some(&reference), "").await?;
        let Some(about) = self.ledger.find(&lookup.id).await? else { return Ok(None) };
        let about = opened(self.composer.signing, about);
        for revision in 1..=about.revision {
            for kind in MailKind::OF_APPLICATION {
                if is_it(&self.composer.mail_id(kind, &about, revision)) {
                    return Ok(Some(OurMail { about, kind, revision }));
                }
            }
        }
        Ok(None)
    }
}
