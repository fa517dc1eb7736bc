//! What is written down of a mail, and who is told.

use domain::{Application, Posting};
use mail::incoming::{Incoming, Person};
use rules::Timestamp;
use rules::deadline::Phase;

use super::enclosed::Enclosed;
use super::handed_on::handed_on;
use super::lack::{Lack, codes, earlier_codes, sentences};
use super::letter::Letter;
use super::which_posting::{Which, which};
use super::{Counter, KEPT_DAYS, is_cut, name_of};
use crate::passed::Passage;
use crate::ports::{
    Corrections, DocumentStore, Draft, DraftContent, Fate, Fault, Forwarding, HeldDocuments, Inbox,
    Ledger, MailAnswer, MailKind, MailRef, Notice, Outbox, PostingStore, Processed, Queue, Why,
};

/// How long the same answer is not given again, in milliseconds.
const ANSWERED_MS: i64 = 24 * 3_600_000;

/// A mail that came before, or an alert of ours.
pub(super) fn dropped(letter: &Letter) -> Processed {
    Processed { fate: Fate::Duplicate, ..processed(letter, None) }
}

pub(super) fn processed(letter: &Letter, posting: Option<&Posting>) -> Processed {
    let author = letter.author.as_ref();
    let erase_at = posting.map(Posting::erased_at);
    let at_least = letter.mail.received_at.plus_days(KEPT_DAYS);
    Processed {
        fate: Fate::Forwarded,
        identity: letter.identity.clone(),
        posting: posting.map(|posting| posting.slug.clone()),
        sender: author.map(|author| author.address.as_str().to_ascii_lowercase()),
        problems: String::new(),
        answer: None,
        author: String::new(),
        listed: None,
        draft: None,
        application: None,
        erase_at: erase_at.map_or(at_least, |at| at.max(at_least)),
        notices: Vec::new(),
    }
}

impl<D, L, Q> Counter<'_, D, L, Q>
where
    D: DocumentStore,
    L: Ledger + Corrections + HeldDocuments + Outbox + Inbox + PostingStore,
    Q: Queue,
{
    /// A mail that staff get as it came, and nothing else.
    pub(super) fn forwarded(
        &self,
        letter: &Letter,
        posting: Option<&Posting>,
        why: Why,
    ) -> Processed {
        let notices = vec![self.forwarding(letter, posting, why, Vec::new(), None)];
        Processed { notices, ..processed(letter, posting) }
    }

    /// A mail that is an application. Staff get the mail as well where it has
    /// more than that.
    pub(super) fn applied(
        &self,
        letter: &Letter,
        posting: &Posting,
        received: &Application,
        enclosed: &Enclosed,
    ) -> Processed {
        let has_more = enclosed.unsure > 0 || enclosed.has_package || is_cut(&letter.message.text);
        let why = Why::More(received.reference.to_string());
        let more = has_more.then(|| self.forwarding(letter, Some(posting), why, Vec::new(), None));
        Processed {
            fate: Fate::Applied,
            application: Some(received.id.clone()),
            notices: more.into_iter().collect(),
            ..processed(letter, Some(posting))
        }
    }

    /// A mail that lacks something. Its author is told, unless told the same
    /// a day ago or less.
    pub(super) async fn incomplete(
        &self,
        letter: &Letter,
        author: &Person,
        posting: &Posting,
        lacks: &[Lack],
        enclosed: &Enclosed,
        earlier: Option<&Draft>,
    ) -> Result<Processed, Fault> {
        let problems = sentences(posting, lacks, enclosed);
        let codes = codes(lacks, enclosed);
        let base = processed(letter, Some(posting));
        let sender = base.sender.clone().unwrap_or_default();
        let received_at = letter.mail.received_at;
        let since = Timestamp(received_at.0.saturating_sub(ANSWERED_MS));
        let mut is_told = self.ledger.is_answered(&sender, &posting.slug, &codes, since).await?;
        if let Some(before) = earlier_codes(lacks, enclosed).filter(|_| !is_told) {
            is_told = self.ledger.is_answered(&sender, &posting.slug, &before, since).await?;
        }
        let is_open = posting.requirements.window.phase(received_at) == Phase::Open;
        let form = is_open.then(|| self.form_address(&letter.mail.id));
        let mut notices = vec![self.forwarding(
            letter,
            Some(posting),
            Why::Incomplete,
            problems.clone(),
            form.clone(),
        )];
        let mut answer = None;
        if !is_told {
            let mail = mail_ref(MailKind::Answer, letter);
            let notice = Notice::Answer(Box::new(MailAnswer {
                posting: posting.slug.clone(),
                address: author.address.to_string(),
                reply_to: self.receiver.address.to_string(),
                received_at,
                problems,
                form,
                in_reply_to: letter.message.message_id.clone(),
            }));
            answer = Some(self.composer.notice_id(&mail.id, &notice).as_str().to_owned());
            notices.push((mail, notice));
        }
        let mut before: Vec<String> =
            earlier.map(|draft| draft.said.earlier.clone()).unwrap_or_default();
        before.extend(earlier.map(|draft| draft.mail.id.clone()));
        Ok(Processed {
            fate: Fate::Incomplete,
            problems: codes,
            answer,
            draft: Some(DraftContent {
                name: name_of(author),
                email: author.address.to_string(),
                message_id: letter.message.message_id.clone().unwrap_or_default(),
                earlier: before,
            }),
            identity: letter.identity.clone(),
            notices,
            ..base
        })
    }

    /// A mail in which somebody of the organisation hands on that of a
    /// candidate, as an attachment or in the text: a draft in the candidate's name, which staff complete.
    pub(super) fn forwarded_by_staff(
        &self,
        letter: &Letter,
        author: &Person,
        outer: &Which<'_>,
    ) -> Option<Processed> {
        let is_ours = |inner: &Incoming| self.composer.passage(&inner.passed) == Passage::Returned;
        let (candidate, inner) = handed_on(letter, author, is_ours)?;
        let domain = |address: &str| address.rsplit('@').next().map(str::to_ascii_lowercase);
        let own = domain(author.address.as_str());
        let is_theirs = |posting: &&Posting| posting.recipients.iter().any(|to| domain(to) == own);
        let mut theirs = self.composer.postings.iter().filter(is_theirs);
        let first = theirs.next()?;
        let (intake, at) = (self.receiver.address, letter.mail.received_at);
        let by_subject = which(self.composer.postings, intake, "", &inner.subject, at);
        let posting = by_subject.posting().or(outer.posting()).unwrap_or(first);
        let form = Some(self.form_address(&letter.mail.id));
        let notice = self.forwarding(letter, Some(posting), Why::ByStaff, Vec::new(), form);
        Some(Processed {
            fate: Fate::Incomplete,
            sender: Some(candidate.address.as_str().to_ascii_lowercase()),
            draft: Some(DraftContent {
                name: name_of(&candidate),
                email: candidate.address.to_string(),
                message_id: inner.message_id.clone().unwrap_or_default(),
                earlier: Vec::new(),
            }),
            notices: vec![notice],
            ..processed(letter, Some(posting))
        })
    }

    fn forwarding(
        &self,
        letter: &Letter,
        posting: Option<&Posting>,
        why: Why,
        problems: Vec<String>,
        form: Option<String>,
    ) -> (MailRef, Notice) {
        let author = letter.author.as_ref();
        let notice = Notice::Forward(Box::new(Forwarding {
            posting: posting.map(|posting| posting.slug.clone()),
            incoming: letter.mail.id.clone(),
            bytes: letter.mail.bytes,
            received_at: letter.mail.received_at,
            why,
            problems,
            from: letter.from(),
            reply_to: author.map(|author| author.address.to_string()),
            envelope_from: letter.mail.envelope_from.clone(),
            subject: letter.message.subject.clone(),
            form,
            download: self.download_address(&letter.mail.id),
            passed: letter.message.passed.clone(),
        }));
        (mail_ref(MailKind::Forward, letter), notice)
    }

    fn form_address(&self, id: &str) -> String {
        let key = self.composer.signing.sign(super::draft::FORM, &[id]);
        format!("{}{}", self.receiver.origin, views::draft_address(id, &key))
    }

    fn download_address(&self, id: &str) -> String {
        let key = self.composer.signing.sign(super::draft::RAW, &[id]);
        format!("{}{}", self.receiver.origin, views::raw_mail_address(id, &key))
    }
}

fn mail_ref(kind: MailKind, letter: &Letter) -> MailRef {
    MailRef { id: kind.mail_id(&letter.identity, 1), kind }
}
