//! Sends the notices: reports and withdrawals to staff, what candidates are
//! told beside the acknowledgement, alerts to the operator.

use domain::Posting;
use mail::{AutoSubmitted, Extra, Mailbox, MessageId, Outgoing};
use rules::{Mails, Timestamp};
use views::mails::{self, MailText, Neutral};

use crate::deliver::deliver;
use crate::incident::problems;
use crate::mail_composer::{MailComposer, Message, address, possible_duplicate, recipients};
use crate::ports::{
    Claim, Clock, Corrections, DocumentStore, Entry, Fault, Incident, Ledger, MailKind, MailState,
    Notice, NoticeOfChange, Notices, Outbox, PostingDelivery, PostingStore, Progress, Recipients,
    Transport, UnfinishedNotice,
};

/// How many notices one run sends.
const BATCH: u32 = 20;

/// Sends the mails that are due and belong to no application, each by
/// [`deliver`]. They do not go by the queue: an alert has to leave when the
/// queue does not work. The fault that it gives is the first one.
pub async fn notify(
    documents: &impl DocumentStore,
    ledger: &(impl Ledger + Corrections + Notices + Outbox + PostingStore + Progress + Recipients),
    transport: &impl Transport,
    alerts: &impl Transport,
    clock: &impl Clock,
    composer: &MailComposer<'_>,
) -> Result<(), Fault> {
    let mut result = Ok(());
    for mail in ledger.due_notices(clock.now(), BATCH).await? {
        let sent = deliver(documents, ledger, transport, alerts, clock, composer, &mail.id).await;
        result = result.and(sent.map(|_| ()));
    }
    result
}

impl MailComposer<'_> {
    /// Whether a report is not needed: what it would list is erased, or its
    /// posting is open again and gets another report when it closes. The
    /// promised day of deletion counts, not the posting's current one.
    pub(crate) async fn is_over(
        &self,
        ledger: &impl Notices,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let Notice::Report { posting } = notice else { return Ok(false) };
        let Ok(posting) = self.posting(posting) else { return Ok(false) };
        if now < posting.erased_at() {
            return Ok(now < posting.requirements.window.closes_at);
        }
        let promised = ledger.last_erasure(&posting.slug).await?;
        Ok(promised.is_none_or(|promised| promised <= now))
    }

    pub(crate) async fn notice(
        &self,
        ledger: &(impl Notices + PostingStore),
        id: &str,
        notice: &Notice,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let (to, language, words) = match notice {
            Notice::Withdrawal { posting, version, number, reference, name, at } => {
                let posting = self.posting_of_version(ledger, posting, *version).await?;
                let texts = locales::for_staff(&posting.language);
                let withdrawn =
                    mails::Withdrawn { number: *number, reference: reference.as_str(), name };
                let words = mails::withdrawal(texts, &posting, withdrawn, *at);
                (recipients(posting.as_ref())?, texts.language_tag.to_owned(), words)
            }
            Notice::WithdrawalConfirmation {
                posting,
                version,
                reference,
                address: to,
                language,
                mails,
                at,
            } => {
                let posting = self.posting_of_version(ledger, posting, *version).await?;
                let texts = locales::choose(Some(language), None, &posting.language);
                let reference = reference.as_str();
                let words = match mails {
                    Mails::Full => mails::withdrawal_confirmation(texts, &posting, reference, *at),
                    _ => mails::neutral(texts, Neutral::Withdrawn, reference),
                };
                (vec![address(to)?.into()], language.clone(), words)
            }
            Notice::Report { posting } => {
                let posting = self.posting(posting)?;
                let texts = locales::for_staff(&posting.language);
                let standing = ledger.posting_delivery(&posting.slug).await?;
                let report = reported(posting, &standing, self.has_desk);
                (
                    recipients(posting)?,
                    texts.language_tag.to_owned(),
                    mails::report(texts, posting, &report, now),
                )
            }
            Notice::AddressChanged(change) => {
                let NoticeOfChange { posting, version, reference, address: to, language, mails } =
                    change;
                let posting = self.posting_of_version(ledger, posting, *version).await?;
                let texts = locales::choose(Some(language), None, &posting.language);
                let reference = reference.as_str();
                let words = match mails {
                    Mails::Full => mails::address_changed(texts, &posting, reference),
                    _ => mails::neutral(texts, Neutral::AddressChanged, reference),
                };
                (vec![address(to)?.into()], language.clone(), words)
            }
            Notice::Unfinished(unfinished) => self.unfinished(ledger, unfinished).await?,
            Notice::KeyExpires { posting, until } => {
                let posting = self.posting(posting)?;
                let texts = locales::choose(Some(&posting.language), None, &posting.language);
                let to = self.operator_or_staff(posting)?;
                let words = mails::key_expires(texts, posting, *until, now);
                (to, posting.language.clone(), words)
            }
            // Composed with what it stands for (`digest.rs`).
            Notice::Digest(_) => return Err(no("digest to be told here")),
            Notice::Answer(answer) => return self.answer(id, notice, answer, claim, now),
            Notice::Forward(_) => {
                return Err(no("composer of forwarded mails without their bytes"));
            }
            Notice::Flood(flood) => self.flood(ledger, id, flood).await?,
            Notice::Returned(returned) => self.returned(ledger, id, returned).await?,
            Notice::Alert { incident } => {
                let to = self.operator.clone().ok_or_else(|| no("operator to alert"))?;
                // Who runs a counter reads the language of its postings.
                let posting = self.postings.first().ok_or_else(|| no("posting"))?;
                let texts = locales::for_staff(&posting.language);
                let trouble = problems(ledger, now).await?;
                let alert = alert(incident, trouble.waiting, trouble.lost, trouble.since);
                (
                    vec![to.into()],
                    texts.language_tag.to_owned(),
                    mails::alert(texts, &posting.deadline.zone, &alert),
                )
            }
        };
        let headers = self.notice_headers(notice, claim);
        let message_id = self.notice_id(id, notice);
        let from = if is_neutral(notice) { self.nameless() } else { self.sender.mailbox.clone() };
        let outgoing = Outgoing {
            from,
            reply_to: self.reply_to(notice)?,
            auto_submitted: self.marked(notice.kind(), AutoSubmitted::Generated),
            ..self.notice_message(to, &language, words, message_id, headers, now)
        };
        if let Notice::Withdrawal { posting, version, number, reference, .. } = notice {
            let posting = self.posting_of_version(ledger, posting, *version).await?;
            let texts = locales::choose(Some(&posting.language), None, &posting.language);
            let outside = mails::sealed_subject(texts, *number, reference.as_str());
            return self.about_person(&posting, outside, outgoing);
        }
        Ok(self.message(outgoing))
    }

    /// To whom what was announced and did not come whole is told, in which
    /// language and words.
    async fn unfinished(
        &self,
        store: &impl PostingStore,
        unfinished: &UnfinishedNotice,
    ) -> Result<(Vec<Mailbox>, String, MailText), Fault> {
        let UnfinishedNotice { posting, version, address: to, language, mails, at, reference } =
            unfinished;
        let posting = self.posting_of_version(store, posting, *version).await?;
        let texts = locales::choose(Some(language), None, &posting.language);
        let reference = reference.as_deref();
        let words = match (mails, reference) {
            (Mails::Full, _) => mails::unfinished(texts, &posting, *at, reference),
            (_, Some(reference)) => mails::neutral(texts, Neutral::UnfinishedCorrection, reference),
            (_, None) => mails::neutral(texts, Neutral::Unfinished, ""),
        };
        Ok((vec![address(to)?.into()], language.clone(), words))
    }

    /// Returns a message without attachments that nobody is to answer.
    pub(crate) fn notice_message<'a>(
        &self,
        to: Vec<Mailbox>,
        language: &'a str,
        words: MailText,
        message_id: MessageId,
        extra: Vec<Extra>,
        now: Timestamp,
    ) -> Outgoing<'a> {
        Outgoing {
            from: self.sender.mailbox.clone(),
            to,
            reply_to: None,
            subject: words.subject,
            date_ms: now.0,
            message_id,
            in_reply_to: None,
            auto_submitted: Some(AutoSubmitted::Generated),
            language: Some(language),
            extra,
            text: words.text,
            html: Some(words.html),
            attachments: Vec::new(),
        }
    }

    /// What a candidate answers goes to the posting's contact.
    fn reply_to(&self, notice: &Notice) -> Result<Option<Mailbox>, Fault> {
        if is_neutral(notice) {
            return Ok(None);
        }
        let slug = match notice {
            Notice::WithdrawalConfirmation { posting, .. } => posting,
            Notice::AddressChanged(change) => &change.posting,
            Notice::Unfinished(unfinished) => &unfinished.posting,
            Notice::Withdrawal { .. }
            | Notice::Report { .. }
            | Notice::Alert { .. }
            | Notice::KeyExpires { .. }
            | Notice::Returned(_)
            | Notice::Digest(_)
            // Composed elsewhere (`incoming_mails.rs`).
            | Notice::Answer(_)
            | Notice::Forward(_)
            | Notice::Flood(_) => return Ok(None),
        };
        let contact = address(&self.posting(slug)?.contact)?;
        Ok(Some(Mailbox { name: None, address: contact }))
    }

    /// Returns our own headers; a mail that names neither post nor organisation
    /// has none of them.
    pub(crate) fn notice_headers(&self, notice: &Notice, claim: Claim) -> Vec<Extra> {
        if is_neutral(notice) {
            return possible_duplicate(claim).into_iter().collect();
        }
        let mut headers = vec![Extra::new("Notice", notice.kind().as_str())];
        if let Notice::Withdrawal { reference, .. }
        | Notice::WithdrawalConfirmation { reference, .. }
        | Notice::AddressChanged(NoticeOfChange { reference, .. }) = notice
        {
            headers.push(Extra::new("Reference", reference.as_str()));
        }
        let is_alert = matches!(notice.kind(), MailKind::Alert | MailKind::Returned);
        let mark = if is_alert { self.alert_mark() } else { self.mark() };
        let headers = headers.into_iter().flatten().chain(mark);
        headers.chain(possible_duplicate(claim)).collect()
    }

    pub(crate) fn notice_id(&self, id: &str, notice: &Notice) -> MessageId {
        self.message_id(notice.kind().as_str(), "notice-id", &[id])
    }
}

fn no(what: &str) -> Fault {
    Fault::Configuration(format!("there is no {what}"))
}

/// Whether a mail names neither post nor organisation.
fn is_neutral(notice: &Notice) -> bool {
    match notice {
        Notice::WithdrawalConfirmation { mails, .. }
        | Notice::AddressChanged(NoticeOfChange { mails, .. })
        | Notice::Unfinished(UnfinishedNotice { mails, .. }) => *mails != Mails::Full,
        _ => false,
    }
}

/// Sorts applications into the lists of a report.
fn reported<'a>(
    posting: &Posting,
    standing: &'a PostingDelivery,
    has_desk: bool,
) -> mails::Report<'a> {
    let kept: &[Entry] = &standing.kept;
    let of = |wanted: fn(&Entry) -> bool| {
        let entries = kept.iter().filter(move |entry| wanted(entry));
        entries.map(|entry| (entry.number, entry.reference.as_str())).collect()
    };
    mails::Report {
        delivered: of(|entry| matches!(entry.forwarding, MailState::Sent(_))),
        pending: of(|entry| entry.forwarding == MailState::Waiting),
        given_up: of(|entry| entry.forwarding == MailState::GivenUp),
        unconfirmed: if posting.privacy.forget {
            of(|entry| matches!(entry.forwarding, MailState::Sent(_)) && !entry.is_confirmed)
        } else {
            Vec::new()
        },
        refused: kept
            .iter()
            .filter_map(|entry| {
                let refused_by = entry.refused_by.as_deref()?;
                Some((entry.number, entry.reference.as_str(), refused_by))
            })
            .collect(),
        not_acknowledged: of(|entry| entry.acknowledgement == MailState::GivenUp),
        withdrawn: standing.withdrawn,
        unanswered: if has_desk { standing.unanswered } else { 0 },
    }
}

fn alert(
    incident: &Incident,
    waiting: u32,
    lost: u32,
    since: Option<Timestamp>,
) -> mails::Alert<'_> {
    mails::Alert {
        cause: &incident.cause,
        since: since.map_or(incident.opened_at, |since| since.min(incident.opened_at)),
        waiting,
        lost,
    }
}
