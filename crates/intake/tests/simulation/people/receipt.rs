//! What people do from their receipt: look, correct the address, withdraw.

use domain::Application;
use intake::ports::{Fault, PostingStore as _};
use intake::{Amendment, SubmittedDocument, Verdict, is_a_subject, posting_for_page, receipt_key};
use rules::Form;

use super::form::answers_to;
use super::{MINUTE, Person, SECOND};
use crate::events::Event;
use crate::in_time::InTime;
use crate::platform::ask;
use crate::ports::{Parcel, Ports};
use crate::scheduler::Worker;
use crate::staff::LICENCE;
use crate::witness;
use crate::world::{UNICODE, own_addresses, read, setting};

impl Person {
    /// Corrects the address on the form of the receipt; the documents stay.
    pub(super) async fn change_address(&mut self, ports: &Ports, received: &Application) {
        let chance = &ports.chance;
        ports.count(Event::AskedToChangeAddress);
        self.email = format!("new.{}", self.email);
        for _ in 0..chance.between(1, 4) {
            let (person, theirs, id) = (self.clone(), ports.clone(), received.id.clone());
            let request = async move { person.amend(&theirs, &id).await };
            if ask(ports, chance.between(5 * SECOND, 30 * MINUTE), request).await == Some(true) {
                return;
            }
            ports.pause(chance.between(SECOND, 10 * MINUTE)).await;
        }
    }

    /// Runs the correction on the server. Returns whether it has answered.
    async fn amend(&self, ports: &Ports, id: &str) -> bool {
        let Some(current) = ports.application(id) else { return true };
        let received_at = ports.clock();
        let key = receipt_key(&setting().signing, &current);
        let amendment = Amendment {
            reference: current.reference.as_str(),
            key: &key,
            revision: current.revision,
            received_at,
            language: "fr",
            own_addresses: &own_addresses(),
            unicode: UNICODE,
            form: Form {
                answers: answers_to(&["eu_work_permit", LICENCE]),
                ..self.form(ports, received_at).form
            },
            documents: Vec::<SubmittedDocument<Parcel>>::new(),
            holds: !self.has_script,
            uses_held: false,
        };
        let before =
            InTime::of(ports, &self.page, current.posting_version, self.opened, received_at);
        let verdict = self.amended(ports, current.posting_version, amendment).await;
        witness::amended(ports, self, id, &before, &verdict);
        verdict.is_ok()
    }

    /// As `crates/edge/src/routes/correct.rs` does it.
    async fn amended(
        &self,
        ports: &Ports,
        version: Option<u32>,
        mut amendment: Amendment<'_, Parcel>,
    ) -> Result<Option<Verdict>, Fault> {
        let (ledger, at) = (ports.ledger(), amendment.received_at);
        let Some(stored) = ledger.current(&self.page.slug).await? else { return Ok(None) };
        let posting = posting_for_page(&ledger, read, read(stored)?, version, at).await?;
        let subject = &mut amendment.form.subject;
        if is_a_subject(&ledger, read, &posting, None, subject).await? {
            subject.clone_from(&posting.requirements.subject);
        }
        intake::correct(ports, &ledger, ports, &setting().signing, &posting, amendment).await
    }

    /// Looks at the receipt, and at what another key would show.
    pub(super) async fn look(&self, ports: &Ports, received: &Application) {
        let key = &latest_key(ports, received);
        let mut wrong = key.clone();
        wrong.replace_range(..1, if key.starts_with('A') { "B" } else { "A" });
        for (key, is_right) in [(wrong, false), (key.clone(), true)] {
            let event = if is_right { Event::LookedWithKey } else { Event::LookedWithWrongKey };
            ports.count(event);
            let (theirs, reference) = (ports.clone(), received.reference.to_string());
            let id = received.id.clone();
            let request = async move {
                let signing = &setting().signing;
                let found = intake::receipt(&theirs.ledger(), signing, &reference, &key).await;
                // A correction of the address may have changed the key meanwhile.
                if !is_right || key == latest_key_of(&theirs, &id) {
                    witness::opened(&theirs, &id, is_right, &found);
                }
            };
            ask(ports, MINUTE, request).await;
        }
    }

    pub(super) async fn withdraw(&self, ports: &Ports, received: &Application) {
        let chance = &ports.chance;
        ports.count(Event::AskedToWithdraw);
        for _ in 0..chance.between(1, 5) {
            if chance.happens(2_000) {
                ports.count(Event::ClickedTwice);
                let request = ask_to_withdraw(ports.clone(), received);
                let request = async move {
                    request.await;
                };
                ports.spawn(chance.between(1, 2 * SECOND), Worker::Request, request);
            }
            let request = ask_to_withdraw(ports.clone(), received);
            if ask(ports, 5 * MINUTE, request).await == Some(true) {
                return;
            }
            ports.pause(chance.between(SECOND, 10 * MINUTE)).await;
        }
    }
}

/// The key of a receipt, as the latest acknowledgement has it.
fn latest_key(ports: &Ports, received: &Application) -> String {
    latest_key_of(ports, &received.id)
}

fn latest_key_of(ports: &Ports, id: &str) -> String {
    let history = ports.history.borrow();
    let latest = history.committed.get(id).or_else(|| history.acknowledged.get(id));
    latest.map(|latest| receipt_key(&setting().signing, latest)).unwrap_or_default()
}

/// Runs the withdrawal on the server. Returns whether it succeeds.
fn ask_to_withdraw(ports: Ports, received: &Application) -> impl Future<Output = bool> + 'static {
    let (id, reference) = (received.id.clone(), received.reference.to_string());
    let key = latest_key(&ports, received);
    async move {
        let (signing, now) = (&setting().signing, ports.clock());
        let done = intake::withdraw(&ports, &ports.ledger(), signing, &reference, &key, now).await;
        if done != Ok(None) || key == latest_key_of(&ports, &id) {
            witness::withdrawal_answered(&ports, &id, &done);
        }
        done.is_ok()
    }
}
