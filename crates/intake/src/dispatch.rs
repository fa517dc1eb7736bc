//! Hands a message to the transport once for each of its recipients.
//!
//! Each recipient has an outcome of their own: who has the mail does not get it
//! again because another is tried again, and who refuses it keeps nobody else
//! from getting it. The message names all of them and is the same for all.

use mail::{Address, Mailbox};

use crate::mail_composer::Message;
use crate::ports::{Fault, Mail, RecipientOutcome, Sending, Transport};
use crate::sending_event::bare;

/// What became of a mail, recipient by recipient.
pub(crate) struct Dispatch {
    is_for_several: bool,
    /// Whether somebody has had it from an earlier attempt.
    had_before: bool,
    attempts: Vec<Attempt>,
}

struct Attempt {
    to: Option<Address>,
    sending: Sending,
}

/// What that means for the mail as a whole.
pub(crate) enum Verdict {
    /// The same for everybody: all have it, or nobody has.
    Whole(Sending),
    /// Somebody has it, and these are left: to try again, or else why one
    /// refused it.
    Partly(Result<Sending, String>),
}

impl Message {
    /// Sends it to those who do not have `mail` yet.
    pub(crate) async fn send(&self, transport: &impl Transport, mail: &Mail) -> Dispatch {
        let has_it = |to: &Mailbox| mail.reached.iter().any(|one| one == to.address.as_str());
        let mut attempts = Vec::new();
        for Mailbox { address, .. } in self.to.iter().filter(|to| !has_it(to)) {
            let sending = transport.send(&self.from, address, &self.bytes).await;
            attempts.push(Attempt { to: Some(address.clone()), sending });
        }
        let is_for_several = self.to.len() > 1;
        Dispatch { is_for_several, had_before: self.to.iter().any(has_it), attempts }
    }
}

/// Of a mail to one person, or to nobody.
impl From<Sending> for Dispatch {
    fn from(sending: Sending) -> Self {
        let attempts = vec![Attempt { to: None, sending }];
        Self { is_for_several: false, had_before: false, attempts }
    }
}

impl Dispatch {
    /// Sends another message to those for whom the first one is too large.
    pub(crate) async fn or_smaller(
        mut self,
        transport: &impl Transport,
        smaller: impl FnOnce() -> Result<Message, Fault>,
    ) -> Result<Self, Fault> {
        let is_too_large = |one: &Attempt| matches!(one.sending, Sending::TooLarge(_));
        if !self.attempts.iter().any(is_too_large) {
            return Ok(self);
        }
        let smaller = match smaller() {
            // Nobody has it, so that nothing is to be noted.
            Err(fault) if self.attempts.iter().all(is_too_large) => return Err(fault),
            smaller => smaller,
        };
        for Attempt { to, sending } in self.attempts.iter_mut().filter(|one| is_too_large(one)) {
            *sending = match (&smaller, to) {
                (Ok(message), Some(to)) => transport.send(&message.from, to, &message.bytes).await,
                (Err(fault), _) => Sending::Later(fault.to_string()),
                (Ok(_), None) => continue,
            };
        }
        Ok(self)
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let find = |wanted: fn(&Sending) -> bool| {
            self.attempts.iter().map(|one| &one.sending).find(|sending| wanted(sending)).cloned()
        };
        let sent = find(|sending| matches!(sending, Sending::Sent(_)));
        let refused = find(|sending| matches!(sending, Sending::Refused(_)));
        let unknown = find(|sending| matches!(sending, Sending::Unknown(_)));
        let left = unknown
            .or_else(|| find(|sending| !matches!(sending, Sending::Sent(_) | Sending::Refused(_))));
        if sent.is_none() && !self.had_before {
            let nobody = || Sending::Refused("it has no recipient".into());
            return Verdict::Whole(left.or(refused).unwrap_or_else(nobody));
        }
        match (left, refused) {
            (Some(left), _) => Verdict::Partly(Ok(left)),
            (None, Some(Sending::Refused(reason))) => Verdict::Partly(Err(reason)),
            // Of several, each has an id of its own.
            _ if self.is_for_several => Verdict::Whole(Sending::Sent(None)),
            _ => Verdict::Whole(sent.unwrap_or(Sending::Sent(None))),
        }
    }

    /// Whether the server wants fewer sessions or mails.
    pub(crate) fn is_slowed_down(&self) -> bool {
        self.attempts.iter().any(|one| matches!(one.sending, Sending::SlowDown(_)))
    }

    /// What each of several recipients has said, once nobody is tried again
    /// (`is_over`); until then, who has it.
    pub(crate) fn outcomes(self, is_over: bool) -> Vec<RecipientOutcome> {
        if !self.is_for_several {
            return Vec::new();
        }
        let outcome = |Attempt { to, sending }: Attempt| {
            let address = to?.to_string();
            let (transport_id, refused_because) = match sending {
                Sending::Sent(id) => (id.as_deref().map(bare), None),
                _ if !is_over => return None,
                Sending::Refused(reason)
                | Sending::Suppressed(reason)
                | Sending::TooLarge(reason)
                | Sending::Later(reason)
                | Sending::SlowDown(reason)
                | Sending::Unknown(reason) => (None, Some(reason)),
            };
            Some(RecipientOutcome { address, transport_id, refused_because })
        };
        self.attempts.into_iter().filter_map(outcome).collect()
    }
}
