//! Takes mails in: stores each as it comes, then makes an application of it,
//! tells its author what it lacks, or forwards it. docs/incoming.md has the
//! table.

mod delivery_status;
mod draft;
mod enclosed;
mod flood;
mod handed_on;
mod keep;
mod lack;
mod letter;
mod our_mails;
mod outcome;
mod returned;
mod text_as_letter;
mod which_document;
mod which_posting;

use domain::Posting;
use mail::Address;
use mail::incoming::Person;
use rules::application::limit;
use rules::{Form, Mails, Timestamp, Unicode};

pub(crate) use draft::RAW;
pub use draft::{
    Completion, OpenedDraft, announce_completion, complete_announced, complete_draft,
    draft_application, draft_posting, open_draft, raw_mail,
};
use enclosed::{Enclosed, held, offer};
pub(crate) use keep::raw_key;
pub use keep::{accept, erase_incoming, erase_orphaned_mails, sweep_incoming};
use lack::Lack;
use letter::Letter;
use which_posting::{Which, by_rank, which, without_prefixes};

use crate::deliver::LEASE_MS;
use crate::key::ApplicationId;
use crate::mail_composer::MailComposer;
use crate::mailbox::judge;
use crate::open_page::is_a_subject;
use crate::ports::{
    Clock, Corrections, DocumentStore, Draft, Fault, HeldDocuments, Inbox, Ledger, Outbox,
    PostingStore, Processed, Progress, Queue, Retention, Why,
};
use crate::submission::{Channel, Submission, SubmittedDocument};
use crate::submit::submit;
use crate::verdict::Verdict;

/// How mails come in.
#[derive(Clone, Copy, Debug)]
pub struct Receiver<'a> {
    /// The name under which our receiving server writes Authentication-Results.
    pub server: &'a str,
    /// The address that takes applications.
    pub address: &'a Address,
    /// Scheme and host of the site, without a slash at the end.
    pub origin: &'a str,
    /// How texts are compared and domains converted.
    pub unicode: Unicode,
}

/// Processes the mail with this id, if it waits for that. Idempotent: what it
/// writes has ids that follow from the mail.
pub async fn receive<D: DocumentStore>(
    documents: &D,
    ledger: &(
         impl Ledger + Corrections + HeldDocuments + Outbox + Inbox + PostingStore + Progress + Retention
     ),
    queue: &impl Queue,
    clock: &impl Clock,
    composer: &MailComposer<'_>,
    receiver: &Receiver<'_>,
    id: &str,
) -> Result<(), Fault> {
    let now = clock.now();
    let until = Timestamp(now.0.saturating_add(LEASE_MS));
    let Some(mail) = ledger.claim_incoming(id, now, until).await? else { return Ok(()) };
    let raw = documents.get(&raw_key(id)).await?;
    let raw = raw.ok_or_else(|| Fault::Documents("a mail that came in is not there".into()))?;
    let letter = Letter::read(&raw, mail, receiver);
    drop(raw);
    let counter = Counter { documents, ledger, queue, composer, receiver, now };
    let processed = if ledger.is_duplicate(&letter.identity, id, letter.mail.received_at).await? {
        outcome::dropped(&letter)
    } else {
        counter.judge_unless_returned(letter).await?
    };
    ledger.process(id, &processed, now).await?;
    // A list leaves later, by the cron.
    let at_once = processed.notices.iter().filter(|(_, notice)| notice.list_due_at().is_none());
    let mails: Vec<_> = at_once.map(|(mail, _)| mail.clone()).collect();
    if mails.is_empty() { Ok(()) } else { queue.push(&mails, 0).await }
}

/// How long a mail is kept that belongs to no posting, or that is in a list, in
/// days.
const KEPT_DAYS: u32 = 30;

/// Of how many postings earlier versions are looked at: one question to the
/// database each.
const CHANGED: usize = 20;

/// What takes mails in.
struct Counter<'a, D, L, Q> {
    documents: &'a D,
    ledger: &'a L,
    queue: &'a Q,
    composer: &'a MailComposer<'a>,
    receiver: &'a Receiver<'a>,
    now: Timestamp,
}

impl<D, L, Q> Counter<'_, D, L, Q>
where
    D: DocumentStore,
    L: Ledger + Corrections + HeldDocuments + Outbox + Inbox + PostingStore + Progress + Retention,
    Q: Queue,
{
    async fn judge(&self, letter: Letter, which: Which<'_>) -> Result<Processed, Fault> {
        let ours = [&self.composer.sender.mailbox.address, self.receiver.address];
        if let Some(why) = letter.unanswerable(&ours) {
            let about = if why == Why::Bounce { self.note_bounce(&letter).await? } else { None };
            let posting = about.and_then(|about| self.composer.posting(&about.posting).ok());
            return Ok(self.forwarded(&letter, posting.or(which.posting()), why));
        }
        let Some(author) = letter.author.clone() else {
            return Ok(self.forwarded(&letter, which.posting(), Why::Unverified));
        };
        let answered = self.ledger.draft_answered_by(&letter.message.references).await?;
        if let Some(draft) = answered.filter(|draft| draft.is_from(&author.address)) {
            return self.complete(letter, &author, draft).await;
        }
        if let Some(about) = self.answered_application(&letter, &author).await? {
            let posting = self.composer.posting(&about.posting).ok();
            let why = Why::Answer(about.reference.to_string());
            return Ok(self.forwarded(&letter, posting, why));
        }
        if let Some(processed) = self.forwarded_by_staff(&letter, &author, &which) {
            return Ok(processed);
        }
        match which {
            Which::Perhaps(posting) if self.answers_notice(&letter) => {
                Ok(self.forwarded(&letter, Some(posting), Why::Other))
            }
            Which::This(posting) => {
                let subject = &posting.requirements.subject;
                self.attempt(&letter, &author, posting, subject, None).await
            }
            // Its own subject, which is not the posting's.
            Which::Perhaps(posting) => {
                self.attempt(&letter, &author, posting, &letter.message.subject, None).await
            }
            Which::Several(posting) => self.ask_which(&letter, &author, posting).await,
            Which::None => Ok(self.forwarded(&letter, None, Why::Other)),
        }
    }

    /// The posting that a mail is for.
    async fn which(&self, letter: &Letter) -> Result<Which<'_>, Fault> {
        let (to, at) = (&letter.mail.envelope_to, letter.mail.received_at);
        let (postings, intake) = (self.composer.postings, self.receiver.address);
        Ok(match which(postings, intake, to, &letter.message.subject, at) {
            asked @ (Which::This(_) | Which::Several(_)) => asked,
            other => self.by_earlier_subject(letter).await?.map_or(other, Which::This),
        })
    }

    /// The posting of which an earlier version asked for this subject: who
    /// writes may have read that one.
    async fn by_earlier_subject(&self, letter: &Letter) -> Result<Option<&Posting>, Fault> {
        let subject = without_prefixes(&letter.message.subject);
        let at = letter.mail.received_at;
        let changed = by_rank(self.composer.postings, at).into_iter();
        for posting in changed.filter(|posting| posting.version > 1).take(CHANGED) {
            if is_a_subject(self.ledger, self.composer.read, posting, None, subject).await? {
                return Ok(Some(posting));
            }
        }
        Ok(None)
    }

    /// Completes a draft with the mail that answers ours. Where it became an
    /// application in the meantime, the mail is about that.
    async fn complete(
        &self,
        letter: Letter,
        author: &Person,
        draft: Draft,
    ) -> Result<Processed, Fault> {
        let Ok(posting) = self.composer.posting(&draft.posting) else {
            return Ok(self.forwarded(&letter, None, Why::Other));
        };
        let became = match &draft.application {
            Some(id) => self.ledger.find(id).await?,
            None => None,
        };
        if let Some(application) = became {
            let why = Why::Answer(application.reference.to_string());
            return Ok(self.forwarded(&letter, Some(posting), why));
        }
        let subject = &posting.requirements.subject;
        self.attempt(&letter, author, posting, subject, Some(&draft)).await
    }

    /// Asks the author of a mail which of several postings it is for. What else
    /// it lacks is told as for the suggested one, and nothing is stored.
    async fn ask_which(
        &self,
        letter: &Letter,
        author: &Person,
        posting: &Posting,
    ) -> Result<Processed, Fault> {
        let enclosed = Enclosed::of(posting, &letter.message, Vec::new())?;
        let form = Form {
            subject: posting.requirements.subject.clone(),
            documents: enclosed.documents.iter().map(|(id, file)| offer(id, file)).collect(),
            ..form_of(letter, author)
        };
        let (unicode, own) = (self.receiver.unicode, self.own_addresses());
        let asked = channel_of(letter).asks(posting);
        let judged = judge(&asked, &own, unicode, &form, letter.mail.received_at);
        let mut lacks = vec![Lack::Several];
        lacks.extend(Lack::all_wrong(judged.err().unwrap_or_default()));
        self.incomplete(letter, author, posting, &lacks, &enclosed, None).await
    }

    fn own_addresses(&self) -> Vec<Address> {
        vec![self.composer.sender.mailbox.address.clone()]
    }

    /// Submits what a mail brings under `subject`, with what `earlier` holds.
    /// Where it is not sure that the posting is meant, that is another subject
    /// than the posting's, and nothing is stored.
    async fn attempt(
        &self,
        letter: &Letter,
        author: &Person,
        posting: &Posting,
        subject: &str,
        earlier: Option<&Draft>,
    ) -> Result<Processed, Fault> {
        let before = match earlier {
            Some(draft) => held(self.documents, self.receiver.unicode, posting, draft).await?,
            None => Vec::new(),
        };
        let enclosed = Enclosed::of(posting, &letter.message, before)?;
        let form = Form { subject: subject.to_owned(), ..form_of(letter, author) };
        let identity = earlier.map_or(&letter.identity, |draft| &draft.identity);
        let submission = Submission {
            taken_until: None,
            erase_at: None,
            id: application_id(self.ledger, identity).await?,
            received_at: letter.mail.received_at,
            language: posting.language.clone(),
            origin: self.receiver.origin.to_owned(),
            own_addresses: self.own_addresses(),
            unicode: self.receiver.unicode,
            form,
            documents: uploads(self.documents, &enclosed)?,
            holds: false,
            channel: channel_of(letter),
            signing: self.composer.signing.clone(),
        };
        match submit(self.documents, self.ledger, self.queue, posting, submission).await? {
            Verdict::Accepted { received, .. } => {
                if let Some(draft) = earlier {
                    self.ledger.complete_draft(&draft.mail.id, &received.id).await?;
                }
                Ok(self.applied(letter, posting, &received, &enclosed))
            }
            Verdict::Refused { issues, .. } => {
                let lacks = Lack::all_wrong(issues);
                self.incomplete(letter, author, posting, &lacks, &enclosed, earlier).await
            }
            Verdict::Retired { .. }
            | Verdict::Outdated { .. }
            | Verdict::TooFast { .. }
            | Verdict::TooManyRevisions { .. } => {
                Ok(self.forwarded(letter, Some(posting), Why::Other))
            }
        }
    }
}

/// The id of the application that the mail with this identity becomes. Where a
/// mail could not be processed for a day, the documents of its first attempts
/// were taken for orphaned ones, and their ids are used up.
async fn application_id(ledger: &impl Retention, identity: &str) -> Result<ApplicationId, Fault> {
    let mut id = ApplicationId::for_mail(identity);
    while ledger.is_orphaned(id.as_str()).await? {
        id = id.after_orphan();
    }
    Ok(id)
}

/// The files of a mail as a form has them.
fn uploads<D: DocumentStore>(
    documents: &D,
    enclosed: &Enclosed,
) -> Result<Vec<SubmittedDocument<D::Upload>>, Fault> {
    let document = |(id, file): &(String, mail::incoming::File)| {
        Ok(SubmittedDocument {
            id: id.clone(),
            file_name: file.name.clone(),
            bytes: file.bytes.len() as u64,
            upload: documents.upload(file.bytes.clone())?,
        })
    };
    enclosed.documents.iter().map(document).collect()
}

fn channel_of(letter: &Letter) -> Channel {
    Channel::Mail(letter.message.message_id.clone().unwrap_or_default())
}

/// What a mail says, as a form has it, but for subject and files. Its author
/// has sent it, which is the consent that can be had; the receipt asks for the
/// rest.
fn form_of(letter: &Letter, author: &Person) -> Form {
    Form {
        name: name_of(author),
        email: author.address.to_string(),
        message: message_of(&letter.message.text),
        consent: "yes".to_owned(),
        // Their own mail names the post, and the answer asks its questions.
        mails: Mails::Full.as_str().to_owned(),
        ..Form::default()
    }
}

/// The display name, or what stands before the `@`.
fn name_of(person: &Person) -> String {
    let local = person.address.as_str().split('@').next().unwrap_or_default();
    let name = if person.name.trim().is_empty() { local } else { &person.name };
    name.chars().take(usize::try_from(limit::NAME).unwrap_or(usize::MAX)).collect()
}

/// The text of a mail, as long as a message may be.
fn message_of(text: &str) -> String {
    text.trim().chars().take(usize::try_from(limit::MESSAGE).unwrap_or(usize::MAX)).collect()
}

/// Whether [`message_of`] leaves something out.
fn is_cut(text: &str) -> bool {
    message_of(text).len() < text.trim().len()
}
