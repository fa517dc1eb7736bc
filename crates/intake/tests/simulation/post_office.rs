//! The mail server, and the mailboxes behind it.

use intake::ports::{Sending, Transport};
use mail::Address;

use crate::events::Event;
use crate::history::Mail;
use crate::ports::Ports;
use crate::witness::arrived;
use crate::world::setting;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// Addresses of this domain do not exist.
pub(crate) const NOWHERE: &str = "@nowhere.example";

/// How long a greylisted recipient has to wait.
const GREYLISTED: i64 = 10 * MINUTE;

/// The most bytes that a mail server takes which finds mails too large: a
/// mail has more with documents and fewer without them.
const NARROW: usize = 8_800;

/// How the mail server treats a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treatment {
    Takes,
    Crawls,
    Away,
    HasTooMany,
    Greylists,
    KnowsNobody,
    Refuses,
    FindsTooLarge,
    BreaksAndHasIt,
    BreaksWithoutIt,
}

impl Transport for Ports {
    async fn send(&self, _from: &Address, to: &Address, message: &[u8]) -> Sending {
        let treatment = self.treatment(to.as_str(), message.len());
        self.note(|| format!("mail to {}, {} bytes: {treatment:?}", to.as_str(), message.len()));
        self.remember_treatment(treatment);
        let dialogue = match treatment {
            Treatment::Crawls => self.chance.between(MINUTE, 14 * MINUTE),
            Treatment::Away => self.chance.between(10, 30 * SECOND),
            _ => self.chance.between(20, 2 * SECOND),
        };
        self.pause(dialogue).await;
        let sending = self.outcome(treatment, to.as_str(), message);
        self.pause(self.chance.between(1, 50)).await;
        self.history.borrow_mut().told(self.scheduler.running(), &sending);
        self.said(sending)
    }
}

impl Ports {
    fn treatment(&self, to: &str, bytes: usize) -> Treatment {
        let (chance, weather, now) = (&self.chance, self.chance.weather(), self.scheduler.now());
        let (from, until) = self.away.get();
        if (from..until).contains(&now) {
            return Treatment::Away;
        }
        if to.ends_with(NOWHERE) {
            return Treatment::KnowsNobody;
        }
        if chance.happens(weather.overloads) {
            return Treatment::HasTooMany;
        }
        if chance.happens(weather.greylists) {
            let first_seen = *self.greylist.borrow_mut().entry(to.to_owned()).or_insert(now);
            if now - first_seen < GREYLISTED {
                return Treatment::Greylists;
            }
        }
        if bytes > NARROW && chance.happens(weather.narrows) {
            Treatment::FindsTooLarge
        } else if chance.happens(weather.refuses) {
            Treatment::Refuses
        } else if chance.happens(weather.breaks) {
            chance.pick(&[Treatment::BreaksAndHasIt, Treatment::BreaksWithoutIt])
        } else if chance.happens(weather.crawls) {
            Treatment::Crawls
        } else {
            Treatment::Takes
        }
    }

    fn remember_treatment(&self, treatment: Treatment) {
        match treatment {
            Treatment::Takes => {}
            Treatment::Crawls => self.count(Event::MailSlow),
            Treatment::Away => self.count(Event::MailAway),
            Treatment::HasTooMany => self.count(Event::MailTooMany),
            Treatment::Greylists => self.count(Event::MailGreylisted),
            Treatment::KnowsNobody | Treatment::Refuses => self.count(Event::MailRefused),
            Treatment::FindsTooLarge => self.count(Event::MailTooLarge),
            Treatment::BreaksAndHasIt => self.count(Event::MailBrokenTaken),
            Treatment::BreaksWithoutIt => self.count(Event::MailBrokenLost),
        }
    }

    fn outcome(&self, treatment: Treatment, to: &str, message: &[u8]) -> Sending {
        if matches!(treatment, Treatment::Takes | Treatment::Crawls | Treatment::BreaksAndHasIt) {
            self.deliver_to_mailbox(to, message);
        }
        match treatment {
            Treatment::Takes | Treatment::Crawls => Sending::Sent(None),
            Treatment::Away => Sending::Later("connect: refused".into()),
            Treatment::HasTooMany => Sending::SlowDown("greeting: 421".into()),
            Treatment::Greylists => Sending::Later("RCPT: 451 4.7.1".into()),
            Treatment::KnowsNobody => Sending::Refused("RCPT: 550 5.1.1".into()),
            Treatment::Refuses => Sending::Refused("end of message: 554 5.7.1".into()),
            Treatment::FindsTooLarge => Sending::TooLarge("MAIL: 552 5.3.4".into()),
            Treatment::BreaksAndHasIt | Treatment::BreaksWithoutIt => {
                Sending::Unknown("end of message: closed".into())
            }
        }
    }

    fn deliver_to_mailbox(&self, to: &str, message: &[u8]) {
        let right = self.history.borrow().right_of(self.scheduler.running());
        let mail = Mail::read(self.scheduler.now(), to, right, &self.stamped(message));
        self.count(kind(&mail));
        if mail.is_by_links() {
            self.count(Event::LinkedMail);
        }
        if mail.is_marked {
            self.count(Event::Duplicate);
        }
        arrived(self, &mail);
        self.history.borrow_mut().mails.push(mail);
    }
}

fn kind(mail: &Mail) -> Event {
    let to_staff = setting().postings.iter().any(|posting| posting.recipients.contains(&mail.to));
    match mail.notice.as_deref() {
        Some("withdrawal") => Event::WithdrawalMail,
        Some("withdrawal_confirmation") => Event::ConfirmationMail,
        Some("report") => Event::ReportMail,
        Some("address_changed") => Event::AddressNotice,
        Some("digest") => Event::DigestMail,
        Some("answer") => Event::AnswerMail,
        Some("forward") => Event::ForwardMail,
        Some("unfinished") => Event::UnfinishedMail,
        Some(_) => Event::AlertMail,
        None if to_staff => Event::StaffMail,
        None => Event::CandidateMail,
    }
}
