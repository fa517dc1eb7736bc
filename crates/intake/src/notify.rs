//! Sending what belongs to no application: reports and notices to staff,
//! alerts to the operator.

use mail::{Address, AutoSubmitted, Extra, Mailbox, MessageId, Outgoing};
use rules::Timestamp;
use views::letters;

use crate::deliver::{LEASE_MS, next_attempt, settlement};
use crate::incident::problems;
use crate::mail_composer::{MailComposer, Message, address, possible_duplicate};
use crate::ports::{
    Claim, Clock, Entry, Fault, Incident, MailState, Notice, Notices, Sending, Settlement,
    Transport,
};

/// How many notices one run sends.
const BATCH: u32 = 20;

/// Sends the notices that are due: those to staff by `transport`, those to
/// `operator` by `alerts`.
///
/// Each is claimed, composed, handed over and settled as mails are: to call
/// this twice, at the same time too, does no harm. The fault that it gives is
/// the first one.
pub async fn notify(
    ledger: &impl Notices,
    transport: &impl Transport,
    alerts: &impl Transport,
    clock: &impl Clock,
    composer: &MailComposer<'_>,
    operator: Option<&Address>,
) -> Result<(), Fault> {
    let mut result = Ok(());
    for id in ledger.due_notices(clock.now(), BATCH).await? {
        let now = clock.now();
        let until = Timestamp(now.0.saturating_add(LEASE_MS));
        let Some((notice, claim)) = ledger.claim_notice(&id, now, until).await? else { continue };
        if composer.is_over(&notice, now) {
            let settlement = Settlement::Refused { reason: "there is nothing left to tell".into() };
            ledger.settle_notice(&id, claim, &settlement).await?;
            continue;
        }
        let composed = composer.notice(ledger, &id, &notice, claim, operator, now).await;
        let sending = match (composed, &notice) {
            (Ok(message), Notice::Alert { .. }) => message.send(alerts).await,
            (Ok(message), _) => message.send(transport).await,
            (Err(fault), _) => {
                let reason = fault.to_string();
                result = result.and(Err(fault));
                Sending::Later(reason)
            }
        };
        let now = clock.now();
        let settlement = never_give_up(settlement(sending, claim, now), claim, now);
        ledger.settle_notice(&id, claim, &settlement).await?;
    }
    result
}

/// Waits instead of refusing: no other mail says what a notice says, so it is
/// tried again until its time is over.
fn never_give_up(settlement: Settlement, claim: Claim, now: Timestamp) -> Settlement {
    match settlement {
        Settlement::Refused { reason } => {
            let at = next_attempt(claim.since, now);
            Settlement::Later { at, reason, possibly_sent: false }
        }
        other => other,
    }
}

impl MailComposer<'_> {
    /// Whether a report comes too late: what it would list is erased.
    fn is_over(&self, notice: &Notice, now: Timestamp) -> bool {
        let Notice::Report { posting } = notice else { return false };
        self.posting(posting).is_ok_and(|posting| posting.erased_at() <= now)
    }

    async fn notice(
        &self,
        ledger: &impl Notices,
        id: &str,
        notice: &Notice,
        claim: Claim,
        operator: Option<&Address>,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let (to, language, words) = match notice {
            Notice::Withdrawal { posting, number, reference, at } => {
                let posting = self.posting(posting)?;
                let texts = locales::choose(Some(&posting.language), None, &posting.language);
                let words = letters::withdrawal(texts, posting, *number, reference.as_str(), *at);
                (address(&posting.recipient)?, &posting.language, words)
            }
            Notice::Report { posting } => {
                let posting = self.posting(posting)?;
                let texts = locales::choose(Some(&posting.language), None, &posting.language);
                let standing = ledger.posting_delivery(&posting.slug).await?;
                let report = reported(&standing.kept, standing.withdrawn);
                (
                    address(&posting.recipient)?,
                    &posting.language,
                    letters::report(texts, posting, &report, now),
                )
            }
            Notice::Alert { incident } => {
                let to = operator.cloned().ok_or_else(|| no("operator to alert"))?;
                // Who runs a counter reads the language of its postings.
                let posting = self.postings.first().ok_or_else(|| no("posting"))?;
                let texts = locales::choose(Some(&posting.language), None, &posting.language);
                let trouble = problems(ledger, now).await?;
                let alert = alert(incident, trouble.waiting, trouble.lost, trouble.since);
                (to, &posting.language, letters::alert(texts, &posting.deadline.zone, &alert))
            }
        };
        Ok(Message::of(Outgoing {
            from: self.sender.clone(),
            to: Mailbox { name: None, address: to },
            reply_to: None,
            subject: words.subject,
            date_ms: now.0,
            message_id: self.notice_id(id, notice),
            auto_submitted: Some(AutoSubmitted::Generated),
            language: Some(language),
            extra: headers(notice, claim),
            text: words.text,
            html: Some(words.html),
            attachments: Vec::new(),
        }))
    }

    fn notice_id(&self, id: &str, notice: &Notice) -> MessageId {
        self.message_id(notice.kind(), "notice-id", &[id])
    }
}

fn no(what: &str) -> Fault {
    Fault::Configuration(format!("there is no {what}"))
}

fn headers(notice: &Notice, claim: Claim) -> Vec<Extra> {
    let mut headers = vec![Extra::new("Notice", notice.kind())];
    if let Notice::Withdrawal { reference, .. } = notice {
        headers.push(Extra::new("Reference", reference.as_str()));
    }
    headers.into_iter().flatten().chain(possible_duplicate(claim)).collect()
}

/// The words' view of where applications stand.
fn reported(kept: &[Entry], withdrawn: u32) -> letters::Report<'_> {
    let at = |wanted: fn(&MailState) -> bool| {
        let entries = kept.iter().filter(move |entry| wanted(&entry.forwarding));
        entries.map(|entry| (entry.number, entry.reference.as_str())).collect()
    };
    letters::Report {
        delivered: at(|stage| matches!(stage, MailState::Sent(_))),
        pending: at(|stage| *stage == MailState::Waiting),
        given_up: at(|stage| *stage == MailState::GivenUp),
        withdrawn,
    }
}

fn alert(
    incident: &Incident,
    waiting: u32,
    lost: u32,
    since: Option<Timestamp>,
) -> letters::Alert<'_> {
    letters::Alert {
        cause: &incident.cause,
        since: since.map_or(incident.opened_at, |since| since.min(incident.opened_at)),
        waiting,
        lost,
    }
}
