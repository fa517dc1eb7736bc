//! Composes the mails: sender, recipient, text and attached documents.

use std::borrow::Cow;

use domain::{Application, Posting};
use locales::Texts;
use mail::{Address, Attachment, AutoSubmitted, Extra, Mailbox, MessageId, Outgoing, compose};
use rules::{Content, Mails, Timestamp};
use views::mails::{self, Neutral};

use crate::confirm::confirm_address;
use crate::download::download_address;
use crate::key::SigningKey;
use crate::open_page::posting_of_version;
use crate::ports::{
    self, Claim, DocumentStore, Fault, MailKind, PostingStore, PostingVersion, Related, Sending,
    Transport,
};
use crate::receipt::receipt_key;
use crate::receive::awaits_answers;
use crate::return_path::ReturnPath;
use crate::uploads::document_key;

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
    /// Gives random bytes, others each time.
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
    fn for_staff(&self, texts: &Texts, posting: &Posting, received: &Application) -> Mailbox {
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
    pub(crate) to: Address,
    pub(crate) bytes: Vec<u8>,
}

impl Message {
    pub(crate) async fn send(&self, transport: &impl Transport) -> Sending {
        transport.send(&self.from, &self.to, &self.bytes).await
    }
}

/// What staff should know of an application beside what it says.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// What they were sent of it before.
    pub(crate) before: Option<Content>,
    /// Other applications of the same person, or from the same page.
    pub(crate) related: Vec<Related>,
}

impl Notes {
    fn shown(&self) -> mails::Notes<'_> {
        let of = |same_page: bool| {
            let wanted = self.related.iter().filter(move |one| one.is_from_same_page == same_page);
            wanted.map(|one| (one.reference.as_str(), one.received_at)).collect()
        };
        let (also_applied, same_page) = (of(false), of(true));
        mails::Notes { before: self.before.as_ref(), also_applied, same_page, confirm: None }
    }
}

/// How staff get the documents.
pub(crate) enum Enclosed<'a> {
    /// With the mail.
    Attached(Vec<Attachment<'a>>),
    /// By addresses in it.
    Linked,
}

impl MailComposer<'_> {
    pub(crate) fn message(&self, mut outgoing: Outgoing<'_>) -> Message {
        outgoing.subject = mails::header_line(&outgoing.subject);
        let bytes = compose(&outgoing);
        let from = self.envelope_from(&outgoing);
        Message { from, to: outgoing.to.address, bytes }
    }

    /// The sender of the envelope.
    pub(crate) fn envelope_from(&self, outgoing: &Outgoing<'_>) -> Address {
        let own = self.sender.return_path.as_ref().map(|path| path.of(&outgoing.message_id));
        own.unwrap_or_else(|| outgoing.from.address.clone())
    }

    /// Composes the mail of an application to the posting's recipient.
    pub(crate) fn to_staff(
        &self,
        posting: &Posting,
        received: &Application,
        claim: Claim,
        now: Timestamp,
        enclosed: Enclosed<'_>,
        notes: &Notes,
    ) -> Result<Message, Fault> {
        let texts = locales::for_staff(&posting.language);
        let (attachments, links) = match enclosed {
            Enclosed::Attached(attachments) => (attachments, Vec::new()),
            Enclosed::Linked => (Vec::new(), self.links(posting, received)),
        };
        let confirm = self.confirm_url(posting, received);
        let notes = mails::Notes { confirm: confirm.as_deref(), ..notes.shown() };
        let words = mails::to_staff(texts, posting, received, &links, &notes);
        let reply_to = Mailbox {
            name: Some(received.content.name.clone()),
            address: address(&received.content.email)?,
        };
        let outside = mails::sealed_subject(texts, received.number, received.reference.as_str());
        self.about_person(
            posting,
            outside,
            Outgoing {
                from: self.sender.for_staff(texts, posting, received),
                to: Mailbox { name: None, address: address(&posting.recipient)? },
                reply_to: Some(reply_to),
                subject: words.subject,
                date_ms: now.0,
                message_id: self.mail_id(MailKind::Staff, received, received.revision),
                in_reply_to: self.earlier_mail(MailKind::Staff, received),
                auto_submitted: self.marked(MailKind::Staff, AutoSubmitted::Generated),
                language: Some(texts.language_tag),
                extra: headers(received, claim),
                text: words.text,
                html: Some(words.html),
                attachments,
            },
        )
    }

    /// Composes the acknowledgement, to the candidate.
    pub(crate) fn acknowledgement(
        &self,
        posting: &Posting,
        received: &Application,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let texts = locales::choose(Some(&received.language), None, &posting.language);
        if received.content.mails != Mails::Full {
            let told = match received.revision {
                1 => Neutral::Received,
                _ => Neutral::Corrected,
            };
            let id = self.mail_id(MailKind::Acknowledgement, received, received.revision);
            return self.neutral(texts, told, received, id, claim, now);
        }
        let status_url = self.status_url(received);
        let answer_url = awaits_answers(received).then(|| self.answer_url(received));
        let answer_url = answer_url.as_deref();
        let words = mails::acknowledgement(texts, posting, received, &status_url, answer_url);
        Ok(self.message(Outgoing {
            from: self.sender.mailbox.clone(),
            to: Mailbox { name: None, address: address(&received.content.email)? },
            reply_to: Some(Mailbox { name: None, address: address(&posting.contact)? }),
            subject: words.subject,
            date_ms: now.0,
            message_id: self.mail_id(MailKind::Acknowledgement, received, received.revision),
            in_reply_to: self
                .earlier_mail(MailKind::Acknowledgement, received)
                .or_else(|| received.mail.as_deref().and_then(MessageId::parse)),
            auto_submitted: Some(AutoSubmitted::Replied),
            language: Some(&received.language),
            extra: headers(received, claim),
            text: words.text,
            html: Some(words.html),
            attachments: Vec::new(),
        }))
    }

    /// Returns what staff have written to the candidate, with the `file` that
    /// they have attached.
    pub(crate) fn written_by_staff(
        &self,
        posting: &Posting,
        received: &Application,
        written: &ports::Message,
        file: Option<&[u8]>,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let texts = locales::choose(Some(&received.language), None, &posting.language);
        let reference = &received.reference;
        let id = self.message_id(
            &format!("{reference}.message"),
            "message-of-staff",
            &[&received.id, &written.id],
        );
        if received.content.mails != Mails::Full {
            return self.neutral(texts, Neutral::Message, received, id, claim, now);
        }
        let words = mails::message(texts, posting, received, &written.subject, &written.body);
        let file = written.attachment.as_ref().zip(file).map(|(kept, bytes)| Attachment {
            file_name: kept.file_name.clone(),
            content_type: media_type(&kept.media_type),
            bytes: Cow::Owned(bytes.to_vec()),
        });
        let appointment = written.appointment.as_ref().map(|calendar| Attachment {
            file_name: texts.desk_appointment_file.to_owned(),
            content_type: "text/calendar",
            bytes: Cow::Owned(calendar.clone().into_bytes()),
        });
        Ok(self.message(Outgoing {
            from: self.sender.mailbox.clone(),
            to: Mailbox { name: None, address: address(&received.content.email)? },
            reply_to: Some(Mailbox { name: None, address: address(&posting.contact)? }),
            subject: words.subject,
            date_ms: now.0,
            message_id: id,
            in_reply_to: Some(self.mail_id(MailKind::Acknowledgement, received, 1)),
            // A person wrote it: answers of absence are welcome.
            auto_submitted: None,
            language: Some(&received.language),
            extra: headers(received, claim),
            text: words.text,
            html: Some(words.html),
            attachments: file.into_iter().chain(appointment).collect(),
        }))
    }

    /// Composes a mail to a candidate that names neither post nor organisation:
    /// no name of the sender, nobody to reply to.
    fn neutral(
        &self,
        texts: &Texts,
        told: Neutral,
        received: &Application,
        message_id: MessageId,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let words = mails::neutral(texts, told, received.reference.as_str());
        let to = Mailbox { name: None, address: address(&received.content.email)? };
        let extra = possible_duplicate(claim).into_iter().collect();
        let outgoing = self.notice_message(to, texts.language_tag, words, message_id, extra, now);
        Ok(self.message(Outgoing { from: self.nameless(), ..outgoing }))
    }

    /// The sending address without the name of the counter.
    pub(crate) fn nameless(&self) -> Mailbox {
        Mailbox { name: None, address: self.sender.mailbox.address.clone() }
    }

    /// Returns the documents of an application, as staff get them.
    pub(crate) async fn attachments(
        &self,
        documents: &impl DocumentStore,
        posting: &Posting,
        received: &Application,
    ) -> Result<Vec<Attachment<'static>>, Fault> {
        let mut attachments = Vec::with_capacity(received.content.documents.len());
        for document in &received.content.documents {
            let key = document_key(&received.id, document);
            // Without its reference: this becomes a cause that others are told.
            let bytes = documents.get(&key).await?;
            let bytes = bytes.ok_or_else(|| Fault::Documents("one is not there".into()))?;
            attachments.push(Attachment {
                file_name: mails::attachment_name(posting, received, document),
                content_type: document.kind.media_type(),
                bytes: Cow::Owned(bytes),
            });
        }
        Ok(attachments)
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
    /// sees a duplicate for what it is. Signed rather than plain, because an
    /// application's id opens its documents.
    pub(crate) fn message_id(&self, name: &str, purpose: &str, parts: &[&str]) -> MessageId {
        let signature = self.signing.sign(purpose, parts);
        // 132 bits are plenty, and the header stays on one line.
        let signature = signature.get(..22).unwrap_or_default();
        let domain = self.sender.mailbox.address.as_str().rsplit('@').next().unwrap_or_default();
        MessageId::new(&format!("{name}.{signature}"), domain)
    }

    /// Returns the mark of a mail that a program sends, unless it is one that
    /// shall not have it.
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

    /// The mail that one of a later revision continues: the first one, so that
    /// all of them stand in one thread.
    fn earlier_mail(&self, mail: MailKind, received: &Application) -> Option<MessageId> {
        (received.revision > 1).then(|| self.mail_id(mail, received, 1))
    }

    /// The address at which staff confirm that they have an application, where
    /// what it says is deleted then.
    pub(crate) fn confirm_url(&self, posting: &Posting, received: &Application) -> Option<String> {
        let address = || confirm_address(self.signing, received);
        posting.privacy.forget.then(|| format!("{}{}", self.origin(received), address()))
    }

    /// The address of the receipt. Who sent from a shared computer may read mails
    /// there too: the code that they have noted opens it.
    fn status_url(&self, received: &Application) -> String {
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
    fn answer_url(&self, received: &Application) -> String {
        let key = receipt_key(self.signing, received);
        let path = views::correct_address(received.reference.as_str(), &key);
        format!("{}{path}&lang={}", self.origin(received), received.language)
    }

    /// Returns an address for each document. It is good for as long as the
    /// document is kept.
    fn links(&self, posting: &Posting, received: &Application) -> Vec<String> {
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

/// The media type of a file that staff have attached, as far as the mail says
/// it.
pub(crate) fn media_type(kept: &str) -> &'static str {
    const TOLD: [&str; 5] = [
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.text",
        "text/plain",
    ];
    TOLD.into_iter().find(|told| *told == kept).unwrap_or("application/octet-stream")
}

/// Returns the headers of our own, for staff's filters and for a search.
pub(crate) fn headers(received: &Application, claim: Claim) -> Vec<Extra> {
    let known = [
        Extra::new("Reference", received.reference.as_str()),
        Extra::new("Number", received.number.to_string()),
        Extra::new("Revision", received.revision.to_string()),
    ];
    known.into_iter().flatten().chain(possible_duplicate(claim)).collect()
}

/// Marks a message that may have arrived before.
pub(crate) fn possible_duplicate(claim: Claim) -> Option<Extra> {
    claim.possible_duplicate.then(|| Extra::new("Possible-Duplicate", "yes").ok()).flatten()
}

pub(crate) fn address(text: &str) -> Result<Address, Fault> {
    // Reviewed addresses and compiled postings only hold valid ones.
    Address::parse(text).map_err(|error| Fault::Configuration(format!("an address: {error}")))
}
