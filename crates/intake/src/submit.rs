//! Validates a submitted form and stores it as an application, or as a
//! correction of the one that came from the same page before.

use domain::{Application, Posting, Reference};
use rules::addresses::tidied as tidied_address;
use rules::{Content, Form, Timestamp};

use crate::held::{Hold, Page};
use crate::key::{ApplicationId, SigningKey};
use crate::mailbox::judge;
use crate::ports::{
    Commit, Corrections, DocumentStore, Fault, HeldDocuments, Ledger, MailKind, Outbox, Queue,
};
use crate::revise::{Arrival, MAX_REVISIONS, Revised, contended, is_known, revise};
use crate::sealed::{delete_documents, opened};
use crate::shared::is_used_up;
use crate::submission::{Channel, Submission, SubmittedDocument};
use crate::sweep::push;
use crate::uploads::{Stored, Uploads, delete_unwanted, store};
use crate::verdict::{Outcome, Verdict, gone, refused};

/// How many references are tried before we give up. With a million
/// applications, one reference in 660,000 is taken.
const REFERENCE_TRIES: u64 = 5;

/// How often a submission starts anew. Whoever loses against another request
/// sees one revision more than before, and after the last one the answer is
/// that there are too many; the other steps lead to the application of the
/// right person. So no number of forms that are sent at once exhausts it.
const TRIES: u32 = MAX_REVISIONS + 4;

/// Judges a submission and, if nothing is wrong with it, keeps it.
///
/// Where the id has an application already, the form is compared with each of
/// its revisions first, before window and rules. The same content changes
/// nothing; other content from the same address corrects it; from another
/// address it is an application of its own, whose id follows from both. Of an
/// application from a shared computer nothing but the same content gets an
/// answer, until its receipt was opened or could be no more.
///
/// After `Accepted` the application survives whatever fails next. After any
/// other verdict nothing of the form is kept except held documents. After a
/// [`Fault`] it is unknown whether it was stored: the candidate sends it again,
/// and the same token makes it the same application.
pub async fn submit<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + Outbox + HeldDocuments),
    queue: &impl Queue,
    posting: &Posting,
    submission: Submission<D::Upload>,
) -> Result<Verdict, Fault> {
    let for_new = submission.for_new(posting);
    let Submission { id, received_at, language, origin, unicode, mut form, holds, .. } = submission;
    let files = submission.documents;
    let erase_at = submission.erase_at.unwrap_or_else(|| posting.erased_at());
    let signing = &submission.signing;
    let mut known = find(ledger, signing, id.as_str()).await?;
    if known.as_ref().is_some_and(|received| is_used_up(received, received_at)) {
        return Ok(Verdict::Retired { form: Box::new(form) });
    }
    match known.take_if(|_| is_blank(&form, &files)) {
        // Whoever sits there now may ask.
        Some(received) if received.shared.is_some() => {
            return Ok(Verdict::Retired { form: Box::new(form) });
        }
        Some(received) => return unchanged(ledger, queue, received).await,
        None if known.is_none() => {
            if let Some(issue) = for_new.requirements.window.review(received_at) {
                return Ok(refused(form, vec![issue], None));
            }
        }
        None => {}
    }
    let hold = Hold::of(
        Page::Posting(id.as_str()),
        &tidied_address(&form.email, unicode.to_ascii),
        received_at,
    );
    let before = hold.find(ledger).await?;
    let uploads = Uploads::look_into(posting, &files, before, &mut form).await?;
    let arrival = Arrival {
        received_at,
        language: &language,
        own_addresses: &submission.own_addresses,
        unicode,
        signing,
        form: &form,
        uploads: &uploads,
    };
    let is_wanted = |document: &str| holds && !submission.channel.has_brought(document);
    let channel = submission.channel.clone();
    let shared = form.shared == "yes";
    let new = New { id, origin: &origin, page: None, posting: &for_new, channel, shared, erase_at };
    let mut verdict = keep(documents, ledger, queue, posting, new, known, &arrival).await?;
    hold.follow(documents, ledger, &uploads, is_wanted, &mut verdict).await;
    Ok(verdict)
}

/// The application with this id, with its address.
pub(crate) async fn find(
    ledger: &impl Ledger,
    signing: &SigningKey,
    id: &str,
) -> Result<Option<Application>, Fault> {
    Ok(ledger.find(id).await?.map(|received| opened(signing, received)))
}

/// What a new application gets beside its content.
struct New<'a> {
    id: ApplicationId,
    origin: &'a str,
    page: Option<String>,
    /// The posting as it is for new applications.
    posting: &'a Posting,
    channel: Channel,
    shared: bool,
    erase_at: Timestamp,
}

impl New<'_> {
    /// Makes it the application of another person, with this address, from the
    /// page whose first application has the id `page`.
    fn come_from_page(&mut self, page: String, address: &str) {
        self.id = self.id.for_address(address);
        self.page = Some(page);
    }
}

/// Keeps a form as a new application, or as a correction of `known` or of
/// what others write at the same time.
async fn keep<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Corrections + Outbox),
    queue: &impl Queue,
    posting: &Posting,
    mut new: New<'_>,
    mut known: Option<Application>,
    arrival: &Arrival<'_, D::Upload>,
) -> Result<Verdict, Fault> {
    let Arrival { signing, unicode, form, .. } = *arrival;
    let address = tidied_address(&form.email, unicode.to_ascii);
    for _ in 0..TRIES {
        let Some(received) = known else {
            match take_in(documents, ledger, queue, &new, arrival).await? {
                Revised::Answered(Verdict::Retired { form }) if new.page.is_none() => {
                    // The first person of this page has withdrawn; this may be
                    // the second one, who has an application.
                    let page = new.id.as_str().to_owned();
                    new.come_from_page(page, &address);
                    known = find(ledger, signing, new.id.as_str()).await?;
                    if known.is_none() {
                        return Ok(Verdict::Retired { form });
                    }
                }
                Revised::Answered(verdict) => return Ok(verdict),
                Revised::Superseded(held) => known = Some(opened(signing, *held)),
            }
            continue;
        };
        let retired = || Ok(Verdict::Retired { form: Box::new(form.clone()) });
        if is_used_up(&received, arrival.received_at) {
            return retired();
        }
        if is_known(ledger, signing, &received, form, unicode, posting).await? {
            return unchanged(ledger, queue, received).await;
        }
        if !received.content.is_from(&address) {
            new.come_from_page(received.page.unwrap_or(received.id), &address);
            known = find(ledger, signing, new.id.as_str()).await?;
            continue;
        }
        if received.page.is_none() && received.address_changes > 0 {
            // Its address was changed to that of another person of this page, who may have an application.
            let own = new.id.for_address(&address);
            if let Some(own) = find(ledger, signing, own.as_str()).await? {
                new.come_from_page(received.id, &address);
                known = Some(own);
                continue;
            }
        }
        if received.shared.is_some() {
            return retired();
        }
        match revise(documents, ledger, queue, posting, received, arrival).await? {
            Revised::Answered(verdict) => return Ok(verdict),
            Revised::Superseded(held) => known = Some(opened(signing, *held)),
        }
    }
    Err(contended())
}

/// Judges and stores a form as a new application. `Superseded` where another
/// request has stored it meanwhile.
async fn take_in<D: DocumentStore>(
    documents: &D,
    ledger: &(impl Ledger + Outbox),
    queue: &impl Queue,
    new: &New<'_>,
    arrival: &Arrival<'_, D::Upload>,
) -> Result<Revised, Fault> {
    let New { id, origin, page, posting, channel, shared, erase_at } = new;
    let Arrival { received_at, language, own_addresses, unicode, form, uploads, .. } = *arrival;
    let mut content = match judge(&channel.asks(posting), own_addresses, unicode, form, received_at)
    {
        Ok(content) => content,
        Err(issues) => return Ok(Revised::Answered(refused(form.clone(), issues, None))),
    };
    let stored = store(documents, id.as_str(), 1, &mut content, &[], uploads).await?;
    if let Stored::Gone(document) = stored {
        return Ok(match ledger.find(id.as_str()).await? {
            Some(held) => Revised::Superseded(Box::new(held)),
            None => Revised::Answered(gone(form, &document, None)),
        });
    }
    let mut received = Application {
        reference: reference(id, 0),
        id: id.as_str().to_owned(),
        posting: posting.slug.clone(),
        posting_version: (posting.version > 0).then_some(posting.version),
        // The ledger gives it when it writes the application.
        number: 0,
        language: language.to_owned(),
        origin: (*origin).to_owned(),
        received_at,
        revision: 1,
        revised_at: received_at,
        address_changes: 0,
        page: page.clone(),
        mail: channel.message_id(),
        shared: shared.then_some(Timestamp(0)),
        erase_at: Some(*erase_at),
        content,
        sealed: None,
    };
    for attempt in 1..=REFERENCE_TRIES {
        match ledger.commit(&received, MailKind::wanted(received.content.mails)).await? {
            Commit::Held(held) if is_this(&held, &received) => {
                let verdict = accepted(ledger, queue, *held, Outcome::New, 0, received_at).await;
                return Ok(Revised::Answered(verdict));
            }
            Commit::Held(held) => {
                if held.as_sealed().is_some() {
                    // The same form was here before, and has no documents any more. Those that a fault
                    // leaves here are deleted as unused ones.
                    drop(delete_documents(documents, &received).await);
                }
                return Ok(Revised::Superseded(held));
            }
            Commit::Retired => {
                delete_unwanted(documents, id.as_str()).await;
                let form = Box::new(form.clone());
                return Ok(Revised::Answered(Verdict::Retired { form }));
            }
            Commit::ReferenceTaken => received.reference = reference(id, attempt),
        }
    }
    Err(Fault::Ledger(format!("{REFERENCE_TRIES} references were taken")))
}

/// Whether what the ledger holds is what was just written.
fn is_this(held: &Application, written: &Application) -> bool {
    held.revision == written.revision
        && held.received_at == written.received_at
        && held.content == written.content
}

/// Keeps the earlier choice of mails where a form says nothing of it, so that a
/// correction alone never turns on mails in full.
pub(crate) fn keep_choice(content: &mut Content, form: &Form, received: &Application) {
    if form.mails.trim().is_empty() {
        content.mails = received.content.mails;
    }
}

/// Whether a form has nothing but a token: it asks whether its application has
/// arrived.
fn is_blank<U>(form: &Form, files: &[SubmittedDocument<U>]) -> bool {
    let typed = [&form.name, &form.email, &form.phone, &form.message];
    files.is_empty()
        && form.answers.iter().next().is_none()
        && typed.iter().all(|text| text.trim().is_empty())
}

/// The answer to a form that says what is there.
pub(crate) async fn unchanged(
    ledger: &impl Outbox,
    queue: &impl Queue,
    received: Application,
) -> Result<Verdict, Fault> {
    if received.revision > 1 {
        // Its mails wait for a while on purpose.
        let received = Box::new(received);
        return Ok(Verdict::Accepted { received, outcome: Outcome::Unchanged, unqueued: None });
    }
    let now = received.received_at;
    Ok(accepted(ledger, queue, received, Outcome::Unchanged, 0, now).await)
}

/// Queues the mails of what was accepted.
pub(crate) async fn accepted(
    ledger: &impl Outbox,
    queue: &impl Queue,
    received: Application,
    outcome: Outcome,
    delay_ms: u32,
    now: Timestamp,
) -> Verdict {
    let wanted = received.content.mails;
    let mails = MailKind::of_revision(&received.id, received.revision, wanted);
    let unqueued = push(ledger, queue, &mails, now, delay_ms).await.err();
    Verdict::Accepted { received: Box::new(received), outcome, unqueued }
}

/// Returns the reference of an application at the given attempt: its id
/// decides, so that two simultaneous submissions of one token agree.
fn reference(id: &ApplicationId, attempt: u64) -> Reference {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(format!("reference {attempt} {}", id.as_str()));
    let bits = digest.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    Reference::from_random(bits)
}
