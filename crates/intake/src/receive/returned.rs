//! A mail of ours that has come back, as where a recipient's mailbox redirects
//! to the intake: it is kept, and the operator gets one list an hour.

use super::letter::Letter;
use super::{Counter, KEPT_DAYS, flood, outcome};
use crate::passed::Passage;
use crate::ports::{
    Corrections, DocumentStore, Fate, Fault, HeldDocuments, Inbox, Ledger, MailKind, MailRef,
    Notice, Outbox, PostingStore, Processed, Progress, Queue, Retention, ReturnedNotice,
};

impl<D, L, Q> Counter<'_, D, L, Q>
where
    D: DocumentStore,
    L: Ledger + Corrections + HeldDocuments + Outbox + Inbox + PostingStore + Progress + Retention,
    Q: Queue,
{
    pub(super) async fn judge_unless_returned(&self, letter: Letter) -> Result<Processed, Fault> {
        match self.composer.passage(&letter.message.passed) {
            Passage::New => self.judge_unless_flooded(letter).await,
            Passage::Returned => self.returned(&letter).await,
            // Its words are known, and a list that is listed would never end.
            Passage::ReturnedAlert => Ok(outcome::dropped(&letter)),
        }
    }

    async fn returned(&self, letter: &Letter) -> Result<Processed, Fault> {
        self.note_if_bounce(letter).await?;
        let (hour, due_at) = flood::hour(self.now);
        let id = format!("{}/{hour}", MailKind::Returned.as_str());
        let until = letter.mail.received_at.plus_days(KEPT_DAYS);
        let origin = self.receiver.origin.to_owned();
        let notice = Notice::Returned(ReturnedNotice { origin, until, due_at });
        Ok(Processed {
            fate: Fate::Returned,
            erase_at: until,
            // Without its subject, which may name a candidate.
            listed: Some((id.clone(), String::new())),
            notices: vec![(MailRef { id, kind: MailKind::Returned }, notice)],
            ..outcome::processed(letter, None)
        })
    }
}
