//! What every mail has: its sender, its Message-ID, its headers, and the
//! addresses of pages that stand in it.

use std::borrow::Cow;

use domain::{Application, Posting};
use locales::Texts;
use mail::{Address, AutoSubmitted, Extra, Mailbox, MessageId, Outgoing, compose};
use views::mails;

use crate::confirm::confirm_address;
use crate::download::download_address;
use crate::key::SigningKey;
use crate::open_page::posting_of_version;
use crate::ports::{Claim, Fault, MailKind, PostingStore, PostingVersion};
use crate::receipt::receipt_key;
use crate::return_path::ReturnPath;

/// Who sends, for which postings.
#[derive(Clone, Debug)]
pub struct MailComposer<'a> {
    /// Every posting, in its current version.
    pub postings: &'a [Posting],
    /// How a stored version is read: a mail about an application has the text
    /// of the version that its candidate read.
    pub read: fn(PostingVersion) -> Result<Posting, Fault>,
    /// Scheme and host of this installation, without a slash at the end. Where
    /// it is not configured, an application's own is taken, which was loopback.
    pub origin: Option<String>,
    /// Who the mails come from.
    pub sender: Sender,
    /// How many mails an outsider gets in an hour before a digest tells the
    /// others.
    pub mails_per_recipient: u32,
    /// The address of the operator, who is alerted when mails do not leave.
    /// Optional.
    pub operator: Option<Address>,
    /// Whether mails to staff say that a program has sent them
    /// (`Auto-Submitted`). Help desks drop such mail.
    pub marks_staff_mails: bool,
    /// Whether staff answer candidates from the desk: only then is it known who
    /// waits for an answer.
    pub has_desk: bool,
    /// The key that signs receipts, message ids and addresses of documents.
    pub signing: &'a SigningKey,
    /// Returns fresh random bytes.
    pub entropy: fn() -> Result<[u8; 32], Fault>,
}

/// Who the mails come from.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The organisation's sending address, with the name of the counter.
    pub mailbox: Mailbox,
    /// Whether the mails to staff about an application have a sending address
    /// of their own, `guichet+7KXM29QT@…`: address books then do not learn one
    /// address under many names.
    pub is_per_application: bool,
    /// Names of staff. A candidate's name that resembles one is marked.
    pub staff: Vec<String>,
    /// Where notifications go about mails that could not be delivered. Without
    /// one they go to the sending address.
    pub return_path: Option<ReturnPath>,
}

impl From<Mailbox> for Sender {
    fn from(mailbox: Mailbox) -> Self {
        Self { mailbox, is_per_application: false, staff: Vec::new(), return_path: None }
    }
}

impl Sender {
    /// Returns the sender of the mails to staff about `received`, with the
    /// candidate's name first.
    pub(crate) fn for_staff(
        &self,
        texts: &Texts,
        posting: &Posting,
        received: &Application,
    ) -> Mailbox {
        let own = &self.mailbox.address;
        let tagged = || {
            let (local, domain) = own.as_str().rsplit_once('@')?;
            Address::parse(&format!("{local}+{}@{domain}", received.reference)).ok()
        };
        let address = if self.is_per_application { tagged() } else { None };
        let protected: Vec<String> = self.mailbox.name.iter().chain(&self.staff).cloned().collect();
        let name = &received.content.name;
        let name = mails::sender_name(texts, &posting.organisation, name, &protected);
        Mailbox::new(name, address.unwrap_or_else(|| own.clone()))
    }
}

/// A composed message and its envelope.
pub(crate) struct Message {
    pub(crate) from: Address,
    pub(crate) to: Vec<Mailbox>,
    pub(crate) bytes: Vec<u8>,
}

impl MailComposer<'_> {
    pub(crate) fn message(&self, mut outgoing: Outgoing<'_>) -> Message {
        outgoing.subject = mails::header_line(&outgoing.subject);
        let bytes = compose(&outgoing);
        let from = self.envelope_from(&outgoing);
        Message { from, to: outgoing.to, bytes }
    }

    /// The sender of the envelope.
    pub(crate) fn envelope_from(&self, outgoing: &Outgoing<'_>) -> Address {
        let own = self.sender.return_path.as_ref().map(|path| path.of(&outgoing.message_id));
        own.unwrap_or_else(|| outgoing.from.address.clone())
    }

    /// The sending address without the name of the counter.
    pub(crate) fn nameless(&self) -> Mailbox {
        Mailbox { name: None, address: self.sender.mailbox.address.clone() }
    }

    pub(crate) fn posting(&self, slug: &str) -> Result<&Posting, Fault> {
        let found = self.postings.iter().find(|posting| posting.slug == slug);
        found
            .ok_or_else(|| Fault::Configuration(format!("{slug} has mails to send but no posting")))
    }

    /// Returns the posting as those read it who applied to this version.
    pub(crate) async fn posting_of_version(
        &self,
        store: &impl PostingStore,
        slug: &str,
        version: Option<u32>,
    ) -> Result<Cow<'_, Posting>, Fault> {
        posting_of_version(store, self.read, self.posting(slug)?, version).await
    }

    /// Makes a Message-ID: the same for every attempt, so that a mail client
    /// recognises duplicates. It is signed rather than plain, because an
    /// application's id opens its documents.
    pub(crate) fn message_id(&self, name: &str, purpose: &str, parts: &[&str]) -> MessageId {
        let signature = self.signing.sign(purpose, parts);
        // 132 bits are plenty, and the header stays on one line.
        let signature = signature.get(..22).unwrap_or_default();
        let domain = self.sender.mailbox.address.as_str().rsplit('@').next().unwrap_or_default();
        MessageId::new(&format!("{name}.{signature}"), domain)
    }

    /// Returns the `Auto-Submitted` mark, unless mails of this kind are
    /// configured to have none.
    pub(crate) fn marked(&self, kind: MailKind, mark: AutoSubmitted) -> Option<AutoSubmitted> {
        let is_to_staff = matches!(kind, MailKind::Staff | MailKind::Withdrawal | MailKind::Report);
        (self.marks_staff_mails || !is_to_staff).then_some(mark)
    }

    pub(crate) fn mail_id(
        &self,
        mail: MailKind,
        received: &Application,
        revision: u32,
    ) -> MessageId {
        let (reference, kind) = (&received.reference, mail.as_str());
        if revision == 1 {
            let name = format!("{reference}.{kind}");
            return self.message_id(&name, "message-id", &[&received.id, kind]);
        }
        let revision = revision.to_string();
        let name = format!("{reference}.{kind}.{revision}");
        self.message_id(&name, "message-id", &[&received.id, kind, &revision])
    }

    /// The Message-ID of what staff have written, by the id of the message.
    pub(crate) fn written_id(&self, received: &Application, message: &str) -> MessageId {
        let name = format!("{}.message", received.reference);
        self.message_id(&name, "message-of-staff", &[&received.id, message])
    }

    /// Returns the mail that a later revision's mail replies to: the first
    /// revision's, so that all of them form one thread.
    pub(crate) fn earlier_mail(&self, mail: MailKind, received: &Application) -> Option<MessageId> {
        (received.revision > 1).then(|| self.mail_id(mail, received, 1))
    }

    /// The address at which staff confirm that they have an application, where
    /// what it says is deleted then.
    pub(crate) fn confirm_url(&self, posting: &Posting, received: &Application) -> Option<String> {
        let address = || confirm_address(self.signing, received);
        posting.privacy.forget.then(|| format!("{}{}", self.origin(received), address()))
    }

    /// Returns the address of the receipt. Candidates who sent from a shared
    /// computer may read their mails there too, so their address has no key: it
    /// asks for their code.
    pub(crate) fn status_url(&self, received: &Application) -> String {
        if received.shared.is_some() {
            return self.open_url(received);
        }
        let key = receipt_key(self.signing, received);
        format!("{}{}", self.origin(received), views::status_address(received, &key))
    }

    /// The address at which a code opens the receipt.
    pub(crate) fn open_url(&self, received: &Application) -> String {
        let (reference, language) = (&received.reference, &received.language);
        let path = views::OPEN_ADDRESS;
        format!("{}{path}?reference={reference}&lang={language}", self.origin(received))
    }

    pub(crate) fn origin<'b>(&'b self, received: &'b Application) -> &'b str {
        self.origin.as_deref().unwrap_or(&received.origin)
    }

    /// The address at which the questions are answered that a mail did not.
    pub(crate) fn answer_url(&self, received: &Application) -> String {
        let key = receipt_key(self.signing, received);
        let path = views::correct_address(received.reference.as_str(), &key);
        format!("{}{path}&lang={}", self.origin(received), received.language)
    }

    /// Returns our own headers, by which staff can filter and search.
    pub(crate) fn headers(&self, received: &Application, claim: Claim) -> Vec<Extra> {
        let known = [
            Extra::new("Reference", received.reference.as_str()),
            Extra::new("Number", received.number.to_string()),
            Extra::new("Revision", received.revision.to_string()),
        ];
        let known = known.into_iter().flatten().chain(self.mark());
        known.chain(possible_duplicate(claim)).collect()
    }

    /// The operator; where there is none, those who get the applications to a posting.
    pub(crate) fn operator_or_staff(&self, posting: &Posting) -> Result<Vec<Mailbox>, Fault> {
        match &self.operator {
            Some(operator) => Ok(vec![operator.clone().into()]),
            None => recipients(posting),
        }
    }

    /// Returns an address for each document. It is good for as long as the
    /// document is kept.
    pub(crate) fn links(&self, posting: &Posting, received: &Application) -> Vec<String> {
        let documents = received.content.documents.iter();
        documents
            .map(|document| {
                let until = received.erased_at(posting);
                let path = download_address(self.signing, &received.reference, document, until);
                format!("{}{path}", self.origin(received))
            })
            .collect()
    }
}

/// Marks a message that may have arrived before.
pub(crate) fn possible_duplicate(claim: Claim) -> Option<Extra> {
    claim.possible_duplicate.then(|| Extra::new("Possible-Duplicate", "yes").ok()).flatten()
}

/// Returns those who get the applications to a posting.
pub(crate) fn recipients(posting: &Posting) -> Result<Vec<Mailbox>, Fault> {
    posting.recipients.iter().map(|to| address(to).map(Mailbox::from)).collect()
}

pub(crate) fn address(text: &str) -> Result<Address, Fault> {
    // Reviewed addresses and compiled postings only hold valid ones.
    Address::parse(text).map_err(|error| Fault::Configuration(format!("an address: {error}")))
}
