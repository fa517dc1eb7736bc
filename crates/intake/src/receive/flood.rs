//! A flood of mails from one sender: what is beyond so many an hour is kept, and
//! staff get one list of it. Nobody is answered, and nothing becomes an
//! application.

use rules::Timestamp;

use super::letter::Letter;
use super::which_posting::Which;
use super::{Counter, KEPT_DAYS, outcome};
use crate::deliver::LEASE_MS;
use crate::ports::{
    Corrections, DocumentStore, Fate, Fault, FloodNotice, HeldDocuments, Inbox, Ledger, MailKind,
    MailRef, Notice, Outbox, PostingStore, Processed, Progress, Queue, Retention,
};

/// How many mails of one sender are judged in an hour. Nobody writes as many.
const AN_HOUR: u32 = 20;

const HOUR_MS: i64 = 3_600_000;

/// The hour in which a mail is listed with others, and when the list leaves.
pub(super) fn hour(now: Timestamp) -> (i64, Timestamp) {
    let hour = now.0.div_euclid(HOUR_MS);
    // Whoever holds a claim of a mail may still put it on the list.
    let ends = hour.saturating_add(1).saturating_mul(HOUR_MS);
    (hour, Timestamp(ends.saturating_add(LEASE_MS)))
}

impl<D, L, Q> Counter<'_, D, L, Q>
where
    D: DocumentStore,
    L: Ledger + Corrections + HeldDocuments + Outbox + Inbox + PostingStore + Progress + Retention,
    Q: Queue,
{
    pub(super) async fn judge_unless_flooded(&self, letter: Letter) -> Result<Processed, Fault> {
        let author = self.author_of(&letter);
        let at = letter.mail.received_at;
        let since = Timestamp(at.0.saturating_sub(HOUR_MS));
        let before = self.ledger.mails_of(&author, since, at, AN_HOUR).await?;
        let which = self.which(&letter).await?;
        let processed = if before < AN_HOUR {
            self.judge(letter, which).await?
        } else {
            self.flooded(&letter, &author, which).await?
        };
        Ok(Processed { author, ..processed })
    }

    /// Who has written, as far as the mail says, so that it tells nobody. A
    /// forged flood does not keep the real author out.
    fn author_of(&self, letter: &Letter) -> String {
        let from = letter.message.from.as_ref().map(|from| from.address.as_str());
        let from = from.unwrap_or(&letter.mail.envelope_from).to_ascii_lowercase();
        let proof = if letter.author.is_some() { "proved" } else { "said" };
        self.composer.signing.sign("author", &[proof, &from]).chars().take(22).collect()
    }

    /// A mail of a flood. That a mail of ours has not arrived is noted in any
    /// case.
    async fn flooded(
        &self,
        letter: &Letter,
        author: &str,
        which: Which<'_>,
    ) -> Result<Processed, Fault> {
        self.note_if_bounce(letter).await?;
        let posting = which.posting();
        let slug = posting.map_or("", |posting| &posting.slug);
        let (hour, due_at) = hour(self.now);
        let id = format!("{}/{author}/{hour}/{slug}", MailKind::Flood.as_str());
        let until = letter.mail.received_at.plus_days(KEPT_DAYS);
        let notice = Notice::Flood(FloodNotice {
            posting: posting.map(|posting| posting.slug.clone()),
            from: letter.from(),
            is_proved: letter.author.is_some(),
            origin: self.receiver.origin.to_owned(),
            until,
            due_at,
        });
        Ok(Processed {
            fate: Fate::Forwarded,
            erase_at: until,
            listed: Some((id.clone(), letter.message.subject.clone())),
            notices: vec![(MailRef { id, kind: MailKind::Flood }, notice)],
            ..outcome::processed(letter, posting)
        })
    }
}
