//! Composes the mails about an application: to staff, and to its candidate.

use std::borrow::Cow;

use domain::{Application, Posting};
use locales::Texts;
use mail::{Attachment, AutoSubmitted, Mailbox, MessageId, Outgoing};
use rules::{Content, Mails, Timestamp};
use views::mails::{self, MailText, Neutral};

use crate::mail_composer::{MailComposer, Message, address, possible_duplicate, recipients};
use crate::ports::{self, Claim, DocumentStore, Fault, MailKind, Related};
use crate::uploads::document_key;

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
    /// Composes the mail of an application to the posting's recipients.
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
                to: recipients(posting)?,
                reply_to: Some(reply_to),
                subject: words.subject,
                date_ms: now.0,
                message_id: self.mail_id(MailKind::Staff, received, received.revision),
                in_reply_to: self.earlier_mail(MailKind::Staff, received),
                auto_submitted: self.marked(MailKind::Staff, AutoSubmitted::Generated),
                language: Some(texts.language_tag),
                extra: self.headers(received, claim),
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
        let answer_url = received.awaits_answers().then(|| self.answer_url(received));
        let answer_url = answer_url.as_deref();
        let words = mails::acknowledgement(texts, posting, received, &status_url, answer_url);
        let id = self.mail_id(MailKind::Acknowledgement, received, received.revision);
        let outgoing = self.to_candidate(posting, received, words, id, claim, now)?;
        Ok(self.message(Outgoing {
            in_reply_to: self
                .earlier_mail(MailKind::Acknowledgement, received)
                .or_else(|| received.mail.as_deref().and_then(MessageId::parse)),
            auto_submitted: Some(AutoSubmitted::Replied),
            ..outgoing
        }))
    }

    /// Composes what staff have written to the candidate, with the `file` that
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
        let id = self.written_id(received, &written.id);
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
        let outgoing = self.to_candidate(posting, received, words, id, claim, now)?;
        Ok(self.message(Outgoing {
            in_reply_to: Some(self.mail_id(MailKind::Acknowledgement, received, 1)),
            // A person wrote it: answers of absence are welcome.
            auto_submitted: None,
            attachments: file.into_iter().chain(appointment).collect(),
            ..outgoing
        }))
    }

    /// Returns a message to the candidate, whose answers go to the posting's
    /// contact.
    fn to_candidate<'a>(
        &self,
        posting: &Posting,
        received: &'a Application,
        words: MailText,
        message_id: MessageId,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Outgoing<'a>, Fault> {
        let to = vec![address(&received.content.email)?.into()];
        let contact = Mailbox { name: None, address: address(&posting.contact)? };
        let extra = self.headers(received, claim);
        let outgoing = self.notice_message(to, &received.language, words, message_id, extra, now);
        Ok(Outgoing { reply_to: Some(contact), ..outgoing })
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
        let to = vec![address(&received.content.email)?.into()];
        let extra = possible_duplicate(claim).into_iter().collect();
        let outgoing = self.notice_message(to, texts.language_tag, words, message_id, extra, now);
        Ok(self.message(Outgoing { from: self.nameless(), ..outgoing }))
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
}

/// Returns the media type that a mail states for a file attached by staff: one
/// of a few known ones, else that of any bytes.
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
