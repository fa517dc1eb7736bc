//! Finds the mails of ours that a mail answers or returns.

use domain::{Application, Reference};
use mail::MessageId;
use mail::incoming::Person;

use super::Counter;
use super::letter::Letter;
use crate::ports::{
    Corrections, DocumentStore, Fault, HeldDocuments, Inbox, Ledger, MailKind, Outbox,
    PostingStore, Progress, Queue,
};
use crate::progress::MESSAGE_MAIL;
use crate::sealed::opened;

/// A mail of ours about an application.
struct OurMail {
    about: Application,
    /// Its id in the outbox.
    id: String,
}

/// How many mails of ours are looked for that a mail answers: In-Reply-To names
/// the one, References those before it.
const ANSWERED: usize = 10;

/// The mails to candidates that belong to no application, or whose application
/// may be gone.
const NOTICES: [MailKind; 4] = [
    MailKind::WithdrawalConfirmation,
    MailKind::AddressChanged,
    MailKind::Digest,
    MailKind::Unfinished,
];

impl<D, L, Q> Counter<'_, D, L, Q>
where
    D: DocumentStore,
    L: Ledger + Corrections + HeldDocuments + Outbox + Inbox + PostingStore + Progress,
    Q: Queue,
{
    /// The application of which a mail is answered, by its own candidate.
    pub(super) async fn answered_application(
        &self,
        letter: &Letter,
        author: &Person,
    ) -> Result<Option<Application>, Fault> {
        for answered in self.answered(letter) {
            if let Some(ours) = self.our_mail(answered).await?
                && ours.about.content.is_from(author.address.as_str())
            {
                return Ok(Some(ours.about));
            }
        }
        Ok(None)
    }

    /// Whether one of our notices to a candidate is answered.
    pub(super) fn answers_notice(&self, letter: &Letter) -> bool {
        let is_notice = |id: &str| NOTICES.iter().any(|kind| kind.as_str() == first_word(id));
        self.answered(letter).any(is_notice)
    }

    /// The mails that are answered, each once, as far as they may be ours.
    fn answered<'l>(&'l self, letter: &'l Letter) -> impl Iterator<Item = &'l str> {
        let all = letter.message.references.iter().map(String::as_str).enumerate();
        let first = |at: usize, id: &str| {
            !letter.message.references.iter().take(at).any(|earlier| earlier == id)
        };
        let ours = all.filter(move |(at, id)| self.has_our_domain(id) && first(*at, id));
        ours.map(|(_, id)| id).take(ANSWERED)
    }

    fn has_our_domain(&self, message_id: &str) -> bool {
        let domain = |text: &str| {
            text.trim_end_matches('>').rsplit_once('@').map(|(_, of)| of.to_ascii_lowercase())
        };
        domain(message_id) == domain(self.composer.sender.mailbox.address.as_str())
    }

    /// As [`Counter::note_bounce`], for a mail of which nothing else is looked at.
    pub(super) async fn note_if_bounce(&self, letter: &Letter) -> Result<(), Fault> {
        if letter.is_bounce() { self.note_bounce(letter).await.map(|_| ()) } else { Ok(()) }
    }

    /// Notes at the mail of ours that a bounce returns that it did not arrive.
    /// The address that it was sent to names the mail, or what it returns does.
    /// Which of several recipients lacks it the notification says, as far as the
    /// mail went to them.
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
            self.ledger.note_bounce(&ours.id, &letter.failed_recipients()).await?;
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
        if !self.has_our_domain(message_id) {
            return Ok(None);
        }
        self.find_mail(first_word(message_id), |id| id.as_str() == message_id).await
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
                    let id = kind.mail_id(&about.id, revision);
                    return Ok(Some(OurMail { about, id }));
                }
            }
        }
        let written = self.ledger.messages(&[&about.id]).await?;
        let mut ids = written.into_iter().map(|(_, message)| message.id);
        let found = ids.find(|id| is_it(&self.composer.written_id(&about, id)));
        Ok(found.map(|id| OurMail { about, id: format!("{MESSAGE_MAIL}{id}") }))
    }
}

/// What stands before the first dot of a Message-ID: of ours the reference, or
/// the kind of a notice.
fn first_word(message_id: &str) -> &str {
    message_id.trim_start_matches('<').split('.').next().unwrap_or_default()
}
