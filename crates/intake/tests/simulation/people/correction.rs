//! What people do who replace their documents from the receipt on a bad line:
//! the correction comes in parts.

use domain::Application;
use intake::ports::{Fault, PostingStore as _};
use intake::{
    Amendment, Announced, AnnouncedDocument, Announcement, Source, SubmittedDocument, Verdict,
    is_a_subject, posting_for_page, receipt_key,
};
use rules::Form;

use super::form::{FLAWS_WITH_CV, answers_to};
use super::{HOUR, MINUTE, Person, SECOND};
use crate::events::Event;
use crate::history::{SentForm, hex};
use crate::in_time::InTime;
use crate::parts;
use crate::platform::ask;
use crate::ports::{Parcel, Ports};
use crate::scheduler::Worker;
use crate::staff::LICENCE;
use crate::witness;
use crate::world::{UNICODE, own_addresses, read, setting};

impl Person {
    /// Replaces both documents from the receipt, perhaps with a mistake, from
    /// two tabs, or while the application is being withdrawn.
    pub(super) async fn correct_in_parts(&mut self, ports: &Ports, received: &Application) {
        let chance = &ports.chance;
        // The receipt as it was opened.
        let Some(opened) = ports.application(&received.id) else { return };
        ports.count(Event::AskedToCorrectInParts);
        self.version += 10_000;
        self.held.clear();
        self.flaw = chance.happens(1_000).then(|| chance.pick(&FLAWS_WITH_CV));
        if chance.happens(1_500) {
            let (person, theirs, of) = (self.clone(), ports.clone(), received.clone());
            let delay = chance.between(SECOND, chance.pick(&[MINUTE, HOUR]));
            ports.spawn(delay, Worker::Outside, async move {
                person.withdraw(&theirs, &of).await;
            });
        }
        if chance.happens(2_000) {
            ports.count(Event::ClickedTwice);
            let (mut twin, theirs, of) = (self.clone(), ports.clone(), opened.clone());
            twin.version += u32::from(chance.happens(5_000));
            ports.spawn(chance.between(1, MINUTE), Worker::Outside, async move {
                twin.send_correction(&theirs, &of).await;
            });
        }
        self.send_correction(ports, &opened).await;
        self.flaw = None;
    }

    /// Announces, sends parts, and finishes, until an answer arrives.
    async fn send_correction(&mut self, ports: &Ports, opened: &Application) {
        let chance = &ports.chance;
        for _ in 0..chance.between(2, 8) {
            let (person, theirs, of) = (self.clone(), ports.clone(), opened.clone());
            let request = async move { person.announce_correction(&theirs, &of).await };
            match ask(ports, chance.between(5 * SECOND, 30 * MINUTE), request).await {
                Some(Ok(Some(Announced::Awaited(awaited)))) => {
                    if self.send_parts(ports, &awaited).await.is_none() && chance.happens(5_000) {
                        return;
                    }
                }
                Some(Ok(_)) => return,
                Some(Err(_)) | None => ports.pause(chance.between(SECOND, 10 * MINUTE)).await,
            }
            if chance.happens(1_000) {
                ports.count(Event::Changed);
                self.version += 1;
            }
        }
    }

    /// What the server does with the form.
    async fn announce_correction(
        &self,
        ports: &Ports,
        opened: &Application,
    ) -> Result<Option<Announced>, Fault> {
        let files = self.files();
        let documents = files.iter().map(|(_, _, bytes)| bytes.clone()).collect();
        let sent = SentForm { documents, is_sound: self.is_sound() };
        let page = opened.page.as_ref().unwrap_or(&opened.id).clone();
        ports.history.borrow_mut().forms.entry(page).or_default().push(sent);
        let said = files.iter().map(|(id, name, bytes)| AnnouncedDocument {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex(bytes),
        });
        let key = receipt_key(&setting().signing, opened);
        let (began, now) = (ports.scheduler.now(), ports.clock());
        let mut form = self.form(ports, now).form;
        form.answers = answers_to(&["eu_work_permit", LICENCE]);
        let source =
            Source::Receipt { application: &opened.id, revision: opened.revision, key: &key };
        let slug = &self.page.slug;
        let found = Announcement::find(ports, slug, source, &form, said.collect(), now).await;
        let announcement = found?;
        let received_at = announcement.first_arrival().unwrap_or(now);
        let version =
            ports.application(&opened.id).map_or(opened.posting_version, |one| one.posting_version);
        let before = InTime::of(ports, &self.page, version, self.opened, received_at);
        let amendment = Amendment {
            reference: opened.reference.as_str(),
            key: &key,
            revision: opened.revision,
            received_at,
            language: "fr",
            own_addresses: &own_addresses(),
            unicode: UNICODE,
            form: Form { documents: Vec::new(), ..form },
            documents: Vec::<SubmittedDocument<Parcel>>::new(),
            holds: !self.has_script,
            uses_held: false,
        };
        let answer = self.corrected(ports, version, &announcement, amendment).await;
        let verdict = match &answer {
            Ok(Some(Announced::Awaited(awaited))) => {
                parts::told(ports, &opened.id, awaited, began, now);
                return answer;
            }
            Ok(Some(Announced::Answered(verdict))) => Ok(Some((**verdict).clone())),
            Ok(Some(Announced::Complete)) => return answer,
            Ok(None) => Ok(None),
            Err(fault) => Err(fault.clone()),
        };
        if matches!(verdict, Ok(Some(Verdict::Accepted { .. }))) {
            ports.count(Event::CorrectedInParts);
        }
        witness::amended(ports, self, &opened.id, &before, &verdict);
        witness::corrected(ports, self, opened, &before, &verdict);
        answer
    }

    /// As `crates/edge/src/routes/correct/taken.rs` does it.
    async fn corrected(
        &self,
        ports: &Ports,
        version: Option<u32>,
        announcement: &Announcement,
        mut amendment: Amendment<'_, Parcel>,
    ) -> Result<Option<Announced>, Fault> {
        let (ledger, signing) = (ports.ledger(), &setting().signing);
        let Some(stored) = ledger.current(&self.page.slug).await? else { return Ok(None) };
        let at = amendment.received_at;
        let posting = &posting_for_page(&ledger, read, read(stored)?, version, at).await?;
        let subject = &mut amendment.form.subject;
        if is_a_subject(&ledger, read, posting, version, subject).await? {
            subject.clone_from(&posting.requirements.subject);
        }
        let announced = intake::announce_correction(
            ports,
            &ledger,
            ports,
            signing,
            posting,
            announcement,
            &amendment,
        );
        match announced.await? {
            Some(Announced::Complete) => {
                let corrected = intake::correct_announced(
                    ports,
                    &ledger,
                    ports,
                    signing,
                    posting,
                    announcement,
                    amendment,
                );
                let verdict = corrected.await?;
                Ok(verdict.map(|verdict| Announced::Answered(Box::new(verdict))))
            }
            answer => Ok(answer),
        }
    }
}
