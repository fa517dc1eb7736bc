//! Composes the mails about mails that came in: the answer to the author, and
//! the mail itself to staff.

use std::borrow::Cow;

use domain::Posting;
use mail::{Attachment, AutoSubmitted, Mailbox, MessageId, Outgoing};
use rules::Timestamp;
use views::mails::{self, MailText};

use crate::dispatch::Dispatch;
use crate::mail_composer::{MailComposer, Message, address, recipients};
use crate::passed;
use crate::ports::{
    Claim, DocumentStore, Fault, FloodNotice, FloodedMail, Forwarding, Mail, MailAnswer, Notice,
    Notices, ReturnedNotice, Transport, Why,
};
use crate::receive::{RAW, raw_key};

/// How many mails of a flood are listed. Those beyond are kept all the same.
const LISTED: u32 = 1_000;

/// The name of a mail that is attached to another. The bytes are not changed:
/// as `message/rfc822` they could not be encoded (RFC 2046, 5.2.1).
const ATTACHED: &str = "message.eml";

impl MailComposer<'_> {
    /// Returns the answer to the author of a mail.
    pub(crate) fn answer(
        &self,
        id: &str,
        notice: &Notice,
        answer: &MailAnswer,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let posting = self.posting(&answer.posting)?;
        let texts = locales::choose(Some(&posting.language), None, &posting.language);
        let told = mails::Answer {
            received_at: answer.received_at,
            problems: &answer.problems,
            form: answer.form.as_deref(),
        };
        let words = mails::answer(texts, posting, &told);
        Ok(self.message(Outgoing {
            from: self.sender.mailbox.clone(),
            to: vec![address(&answer.address)?.into()],
            reply_to: Some(Mailbox { name: None, address: address(&answer.reply_to)? }),
            subject: words.subject,
            date_ms: now.0,
            message_id: self.notice_id(id, notice),
            in_reply_to: answer.in_reply_to.as_deref().and_then(MessageId::parse),
            auto_submitted: Some(AutoSubmitted::Replied),
            language: Some(&posting.language),
            extra: self.notice_headers(notice, claim),
            text: words.text,
            html: Some(words.html),
            attachments: Vec::new(),
        }))
    }

    /// Sends staff a mail as it came. Where it is too large to attach, staff
    /// get its address.
    pub(crate) async fn forward(
        &self,
        documents: &impl DocumentStore,
        transport: &impl Transport,
        mail: &Mail,
        forwarding: &Forwarding,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Dispatch, Fault> {
        let raw = documents.get(&raw_key(&forwarding.incoming)).await?;
        let raw = raw.ok_or_else(|| Fault::Documents("a mail that came in is not there".into()))?;
        let attached = self.forwarding(&mail.id, forwarding, Some(raw), claim, now)?;
        let linked = || self.forwarding(&mail.id, forwarding, None, claim, now);
        attached.send(transport, mail).await.or_smaller(transport, linked).await
    }

    /// Lists the mails of a flood: to whom, in which language, and the words.
    pub(crate) async fn flood(
        &self,
        ledger: &impl Notices,
        id: &str,
        flood: &FloodNotice,
    ) -> Result<(Vec<Mailbox>, String, MailText), Fault> {
        let posting = self.posting_or_first(flood.posting.as_deref())?;
        let texts = locales::for_staff(&posting.language);
        let listed = ledger.flooded(id, LISTED).await?;
        let places = self.places(&flood.origin, &listed);
        let mails = listed_mails(&listed, &places);
        let FloodNotice { from, is_proved, until, .. } = flood;
        let told = mails::Flood { from, is_proved: *is_proved, until: *until, mails: &mails };
        let words = mails::flood(texts, posting, &told);
        Ok((recipients(posting)?, posting.language.clone(), words))
    }

    /// Lists the mails of ours that came back: as [`MailComposer::flood`], to
    /// the operator, in the language of the first posting.
    pub(crate) async fn returned(
        &self,
        ledger: &impl Notices,
        id: &str,
        returned: &ReturnedNotice,
    ) -> Result<(Vec<Mailbox>, String, MailText), Fault> {
        let posting = self.posting_or_first(None)?;
        let texts = locales::for_staff(&posting.language);
        let to = self.operator_or_staff(posting)?;
        let listed = ledger.flooded(id, LISTED).await?;
        let places = self.places(&returned.origin, &listed);
        let mails = listed_mails(&listed, &places);
        let words = mails::returned(texts, &posting.deadline.zone, returned.until, &mails);
        Ok((to, texts.language_tag.to_owned(), words))
    }

    /// The addresses of mails that came in.
    fn places(&self, origin: &str, listed: &[FloodedMail]) -> Vec<String> {
        let place = |mail: &FloodedMail| {
            let key = self.signing.sign(RAW, &[&mail.id]);
            format!("{origin}{}", views::raw_mail_address(&mail.id, &key))
        };
        listed.iter().map(place).collect()
    }

    /// Where no posting is known, the first one's staff decide.
    fn posting_or_first(&self, slug: Option<&str>) -> Result<&Posting, Fault> {
        let none = || Fault::Configuration("there is no posting".into());
        match slug {
            Some(slug) => self.posting(slug),
            None => self.postings.first().ok_or_else(none),
        }
    }

    fn forwarding(
        &self,
        id: &str,
        forwarding: &Forwarding,
        raw: Option<Vec<u8>>,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let notice = Notice::Forward(Box::new(forwarding.clone()));
        let posting = self.posting_or_first(forwarding.posting.as_deref())?;
        let texts = locales::for_staff(&posting.language);
        let MailText { subject, text, html } = mails::forwarded(
            texts,
            posting,
            &mails::Forwarded {
                is_for_posting: forwarding.posting.is_some(),
                received_at: forwarding.received_at,
                why: why(&forwarding.why),
                problems: &forwarding.problems,
                from: &forwarding.from,
                envelope_from: &forwarding.envelope_from,
                is_proved: forwarding.reply_to.is_some(),
                subject: &forwarding.subject,
                form: forwarding.form.as_deref(),
                download: raw.is_none().then_some(forwarding.download.as_str()),
            },
        );
        let reply_to = forwarding.reply_to.as_deref().map(address).transpose()?;
        let attachment = |raw| Attachment {
            file_name: ATTACHED.to_owned(),
            content_type: "application/octet-stream",
            bytes: Cow::Owned(raw),
        };
        let mut extra = self.notice_headers(&notice, claim);
        extra.extend(passed::kept(&forwarding.passed));
        let outside = texts.sealed_staff_forwarded.to_owned();
        self.about_person(
            posting,
            outside,
            Outgoing {
                from: self.sender.mailbox.clone(),
                to: recipients(posting)?,
                reply_to: reply_to.map(Mailbox::from),
                subject,
                date_ms: now.0,
                message_id: self.notice_id(id, &notice),
                in_reply_to: None,
                auto_submitted: Some(AutoSubmitted::Generated),
                language: Some(texts.language_tag),
                extra,
                text,
                html: Some(html),
                attachments: raw.map(attachment).into_iter().collect(),
            },
        )
    }
}

fn listed_mails<'a>(
    listed: &'a [FloodedMail],
    places: &'a [String],
) -> Vec<mails::FloodedMail<'a>> {
    let mail = |(mail, address): (&'a FloodedMail, &'a String)| mails::FloodedMail {
        received_at: mail.received_at,
        bytes: mail.bytes,
        subject: &mail.subject,
        address,
    };
    listed.iter().zip(places).map(mail).collect()
}

fn why(why: &Why) -> mails::Why<'_> {
    match why {
        Why::Incomplete => mails::Why::Incomplete,
        Why::ByStaff => mails::Why::ByStaff,
        Why::Answer(reference) => mails::Why::Answer(reference),
        Why::More(reference) => mails::Why::More(reference),
        Why::Unverified => mails::Why::Unverified,
        Why::List => mails::Why::List,
        Why::Automatic => mails::Why::Automatic,
        Why::Bounce => mails::Why::Bounce,
        Why::Other => mails::Why::Other,
    }
}
