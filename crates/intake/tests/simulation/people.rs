//! Simulates candidates: impatient, forgetful, sometimes wrong, free to change
//! their minds.

use std::collections::BTreeMap;
use std::rc::Rc;

use domain::{Application, Posting};
use intake::ports::{Fault, PostingStore as _};
use intake::{
    Amendment, ApplicationId, Holding, Submission, SubmittedDocument, Token, Verdict, is_a_subject,
    page_terms, posting_for_page, receipt_key,
};
use rules::{Form, Timestamp};

use crate::events::Event;
use crate::history::{SentForm, hex};
use crate::in_time::InTime;
use crate::invariants::Invariant;
use crate::platform::ask;
use crate::ports::{Parcel, Ports};
use crate::post_office::NOWHERE;
use crate::scheduler::Worker;
use crate::witness;
use crate::world::{UNICODE, read, setting};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// A person with an intention.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    /// The posting as the page shows it.
    pub(crate) page: Rc<Posting>,
    /// When the page was made, by the server's clock.
    pub(crate) opened: Timestamp,
    /// The page's token.
    id: ApplicationId,
    /// How often the form was changed.
    version: u32,
    flaw: Option<Flaw>,
    /// Whether the page runs its script, which keeps files chosen.
    has_script: bool,
    /// The documents that the counter holds, and the version of the form with
    /// which they came.
    held: BTreeMap<String, u32>,
    /// Whether the line is bad, so that documents come in parts.
    in_parts: bool,
}

/// What is wrong with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    NoConsent,
    NoAddress,
    NoCv,
    WrongKind,
    CutOff,
}

const FLAWS: [Flaw; 5] =
    [Flaw::NoConsent, Flaw::NoAddress, Flaw::WrongKind, Flaw::CutOff, Flaw::NoCv];

/// What can be wrong with a form when a CV may be held, which counts where none
/// is chosen.
const FLAWS_WITH_CV: [Flaw; 4] = [Flaw::NoConsent, Flaw::NoAddress, Flaw::WrongKind, Flaw::CutOff];

/// The answer that a person gets.
pub(crate) type Answer = Result<Verdict, Fault>;

impl Person {
    pub(crate) fn new(ports: &Ports, index: usize) -> Self {
        let posting = &setting().postings[usize::from(ports.chance.happens(3_000))];
        Self::of(ports, index, &posting.slug)
    }

    /// Somebody who has the page of the posting `slug` open, as it is now.
    pub(crate) fn of(ports: &Ports, index: usize, slug: &str) -> Self {
        let chance = &ports.chance;
        let page = ports.current_postings().into_iter().find(|posting| posting.slug == slug);
        let domain = if chance.happens(300) { NOWHERE } else { "@example.net" };
        let name = format!("Amélie {index}");
        let in_parts = chance.happens(1_500);
        let id = u128::from(chance.bits()) << 64 | u128::from(chance.bits());
        Self {
            email: format!("amelie.{index}{domain}"),
            name,
            page: Rc::new(page.unwrap()),
            opened: ports.clock(),
            id: ApplicationId::from_random(id),
            version: 0,
            flaw: chance.happens(800).then(|| chance.pick(&FLAWS)),
            has_script: chance.happens(6_000) || in_parts,
            held: BTreeMap::new(),
            in_parts,
        }
    }

    /// Applies, perhaps corrects, looks, and perhaps withdraws.
    pub(crate) async fn live(mut self, ports: Ports) {
        if ports.chance.happens(5_000) && !self.open_page(&ports) {
            return ports.count(Event::FoundNoPosting);
        }
        let Some(received) = self.apply(&ports).await else {
            return ports.count(Event::GaveUp);
        };
        let chance = &ports.chance;
        if chance.happens(1_500) {
            self.correct(&ports).await;
        }
        if chance.happens(400) {
            let (neighbour, theirs) = (self.neighbour(), ports.clone());
            let delay = chance.between(0, HOUR);
            ports.spawn(delay, Worker::Outside, neighbour.apply_from_page(theirs));
        }
        if chance.happens(700) {
            ports.pause(chance.between(SECOND, HOUR)).await;
            self.change_address(&ports, &received).await;
        }
        if chance.happens(3_000) {
            ports.pause(chance.between(SECOND, 3 * HOUR)).await;
            self.look(&ports, &received).await;
        }
        if chance.happens(1_500) {
            let longest = chance.pick(&[MINUTE, HOUR, 12 * HOUR]);
            ports.pause(chance.between(0, longest)).await;
            self.withdraw(&ports, &received).await;
            if chance.happens(4_000) {
                // The browser sends the form again, or the person corrects it.
                self.version += u32::from(chance.happens(5_000));
                self.submit(&ports, MINUTE).await;
            }
        }
    }

    /// Opens the page anew. Returns whether there is one.
    fn open_page(&mut self, ports: &Ports) -> bool {
        let known = ports.known();
        let posting = known.iter().find(|posting| posting.slug == self.page.slug);
        let Some(posting) = posting.filter(|posting| posting.is_published()) else { return false };
        (self.page, self.opened) = (Rc::new(posting.clone()), ports.clock());
        true
    }

    /// Sends other documents from the same page, up to three times, perhaps
    /// two corrections at once, perhaps with a mistake.
    async fn correct(&mut self, ports: &Ports) {
        let chance = &ports.chance;
        for _ in 0..chance.between(1, 3) {
            ports.pause(chance.between(SECOND, chance.pick(&[3 * MINUTE, HOUR]))).await;
            ports.count(Event::AskedToCorrect);
            self.version += 1;
            self.held.clear();
            self.flaw = chance.happens(1_500).then(|| chance.pick(&FLAWS_WITH_CV));
            if chance.happens(2_000) {
                let (mut twin, theirs) = (self.clone(), ports.clone());
                twin.version += 100;
                let delay = chance.between(1, 2 * SECOND);
                ports.spawn(delay, Worker::Outside, async move {
                    twin.submit(&theirs, 10 * MINUTE).await;
                });
            }
            for _ in 0..chance.between(1, 4) {
                if let Some(Ok(_)) =
                    self.submit(ports, chance.between(5 * SECOND, 30 * MINUTE)).await
                {
                    break;
                }
                ports.pause(chance.between(SECOND, 10 * MINUTE)).await;
            }
        }
        self.flaw = None;
    }

    /// Lets another person apply from the same page.
    fn neighbour(&self) -> Self {
        let version = self.version + 1_000;
        let name = self.name.replace("Amélie", "Jean");
        let email = format!("jean.{}", self.email);
        Self { email, name, version, flaw: None, held: BTreeMap::new(), ..self.clone() }
    }

    async fn apply_from_page(self, ports: Ports) {
        ports.count(Event::AppliedFromSamePage);
        for _ in 0..3 {
            match self.submit(&ports, 10 * MINUTE).await {
                Some(Ok(Verdict::Accepted { received, .. })) => {
                    if received.content.email != self.email || received.id == self.id() {
                        let what = format!("{} gets another person's application", self.name);
                        ports.breach(Invariant::AnswerIsOfTheForm, what);
                    }
                    return;
                }
                Some(Ok(_)) => return,
                Some(Err(_)) | None => ports.pause(ports.chance.between(SECOND, 10 * MINUTE)).await,
            }
        }
    }

    /// Corrects the address on the form of the receipt; the documents stay.
    async fn change_address(&mut self, ports: &Ports, received: &Application) {
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
            sender: "guichet@example.org",
            unicode: UNICODE,
            form: self.form(ports, received_at).form,
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

    /// Nothing where the person has given up.
    async fn apply(&mut self, ports: &Ports) -> Option<Box<Application>> {
        let chance = &ports.chance;
        ports.count(Event::Applied);
        for attempt in 0..chance.between(1, 10) {
            if attempt > 0 {
                ports.count(Event::SentAgain);
                ports.pause(chance.between(SECOND, 10 * MINUTE)).await;
            }
            if chance.happens(1_000) {
                ports.count(Event::ClickedTwice);
                let (twin, theirs) = (self.clone(), ports.clone());
                let delay = chance.between(1, 2 * SECOND);
                ports.spawn(delay, Worker::Outside, async move {
                    twin.submit(&theirs, 10 * MINUTE).await;
                });
            }
            match self.submit(ports, chance.between(5 * SECOND, 30 * MINUTE)).await {
                Some(Ok(Verdict::Accepted { received, .. })) => return Some(received),
                Some(Ok(Verdict::Refused { holding, .. })) if chance.happens(5_000) => {
                    self.mend(ports, &holding);
                }
                Some(Ok(
                    Verdict::Refused { .. }
                    | Verdict::Outdated { .. }
                    | Verdict::TooFast { .. }
                    | Verdict::TooManyRevisions { .. },
                )) => return None,
                Some(Ok(Verdict::Retired { .. })) => {
                    self.id = ApplicationId::from_random(u128::from(chance.bits()) << 64);
                }
                Some(Err(_)) | None if chance.happens(1_000) => {
                    ports.count(Event::Changed);
                    self.version += 1;
                }
                Some(Err(_)) | None => {}
            }
        }
        None
    }

    /// What the page says is held need not be chosen again; anything else has
    /// to be.
    fn mend(&mut self, ports: &Ports, holding: &Holding) {
        ports.count(Event::Changed);
        let version = |id: &String| self.held.get(id).copied().unwrap_or(self.version);
        let ids = holding.documents.iter().map(|held| held.document.id.clone());
        self.held = ids.map(|id| (id.clone(), version(&id))).collect();
        if !self.held.is_empty() {
            ports.count(Event::Held);
        }
        self.version += 1;
        self.flaw = None;
    }

    async fn submit(&self, ports: &Ports, patience: i64) -> Option<Answer> {
        if self.in_parts {
            return self.send_in_parts(ports, patience).await;
        }
        let (person, theirs) = (self.clone(), ports.clone());
        ask(ports, patience, async move { person.handle(&theirs).await }).await
    }

    /// Returns what the server does with the form, as `crates/edge` calls it.
    async fn handle(&self, ports: &Ports) -> Answer {
        let received_at = ports.clock();
        let form = self.form(ports, received_at);
        let documents = self.files().into_iter().map(|(_, _, bytes)| bytes).collect();
        let sent = SentForm { documents, is_sound: self.is_sound() };
        let id = self.id().to_owned();
        ports.history.borrow_mut().forms.entry(id).or_default().push(sent);
        let before =
            InTime::of(ports, &self.page, Some(self.page.version), self.opened, received_at);
        let answer = match ports.answer_from_token(self.id()) {
            Some(answer) => Ok(answer),
            None => self.take_in(ports, form).await,
        };
        witness::answered(ports, self, &before, &answer);
        answer
    }

    /// As `crates/edge/src/routes/application.rs` does it.
    async fn take_in(&self, ports: &Ports, form: Submission<Parcel>) -> Answer {
        let (ledger, at) = (ports.ledger(), form.received_at);
        let none = || Fault::Ledger("there is no posting".into());
        let stored = ledger.current(&self.page.slug).await?.ok_or_else(none)?;
        let since = stored.state_since;
        let version = Some(self.page.version);
        let token = Token { id: self.id.clone(), issued_at: self.opened, version };
        let current = read(stored)?;
        let terms = page_terms(&ledger, read, current.clone(), since, &token, at).await?;
        let terms = ports.terms(terms, &current);
        let (posting, mut form) = (&terms.posting, form);
        if is_a_subject(&ledger, read, posting, None, &form.form.subject).await? {
            form.form.subject.clone_from(&posting.requirements.subject);
        }
        (form.taken_until, form.erase_at) = (terms.taken_until, Some(terms.erase_at));
        ports.before_submit(posting, &form).await;
        intake::submit(ports, &ledger, ports, posting, form).await
    }

    pub(crate) fn id(&self) -> &str {
        self.id.as_str()
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.flaw.is_none()
    }

    pub(crate) fn form(&self, ports: &Ports, received_at: rules::Timestamp) -> Submission<Parcel> {
        let consent = if self.flaw == Some(Flaw::NoConsent) { "" } else { "yes" };
        let email = if self.flaw == Some(Flaw::NoAddress) { "amelie" } else { &self.email };
        Submission {
            id: self.id.clone(),
            received_at,
            language: "fr".into(),
            origin: "https://guichet.example".into(),
            sender: "guichet@example.org".into(),
            unicode: UNICODE,
            form: Form {
                name: self.name.clone(),
                email: email.into(),
                subject: self.page.requirements.subject.clone(),
                message: "Bonjour,\nvoici ma candidature.".into(),
                answers: [("eu_work_permit", "yes")].into_iter().collect(),
                consent: consent.into(),
                ..Form::default()
            },
            documents: self.documents(ports),
            holds: !self.has_script,
            channel: intake::Channel::Form,
            signing: intake::SigningKey::new([7; 32]).unwrap(),
            taken_until: None,
            erase_at: None,
        }
    }

    /// The SHA-256 of each document.
    pub(crate) fn hashes(&self) -> Vec<String> {
        let hash = |(_, _, bytes): (&str, &str, Vec<u8>)| hex(&bytes);
        self.files().into_iter().map(hash).collect()
    }

    fn documents(&self, ports: &Ports) -> Vec<SubmittedDocument<Parcel>> {
        let document = |(id, name, bytes): (&str, &str, Vec<u8>)| SubmittedDocument {
            id: id.into(),
            file_name: name.into(),
            bytes: bytes.len() as u64,
            upload: Parcel { ports: ports.clone(), bytes },
        };
        let chosen = self.files().into_iter().filter(|(id, _, _)| !self.is_held(id));
        chosen.map(document).collect()
    }

    /// Whether the counter holds a document, so that it need not be sent.
    pub(crate) fn is_held(&self, id: &str) -> bool {
        self.held.contains_key(id)
    }

    /// Returns the documents that the form stands for, those that are held
    /// included: bytes that differ for each person and version.
    pub(crate) fn files(&self) -> Vec<(&'static str, &'static str, Vec<u8>)> {
        let text = |id: &str, what: &str| {
            let version = self.held.get(id).unwrap_or(&self.version);
            format!("{what} {} {version} {}", self.name, self.id())
        };
        // Several parts, where it comes in parts.
        let length = if self.in_parts { 70_000 } else { 0 };
        let letter = documents::samples::pdf_of_length(&text("cover_letter", "Lettre"), length);
        let mut cv = match self.flaw {
            Some(Flaw::WrongKind) => documents::samples::png(),
            _ => documents::samples::docx(&text("cv", "CV")),
        };
        if self.flaw == Some(Flaw::CutOff) {
            cv.truncate(cv.len() / 2);
        }
        let mut files = vec![("cover_letter", "Lettre.pdf", letter)];
        if self.flaw != Some(Flaw::NoCv) {
            files.push(("cv", "CV été.docx", cv));
        }
        files
    }

    /// Looks at the receipt, and at what another key would show.
    async fn look(&self, ports: &Ports, received: &Application) {
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

    async fn withdraw(&self, ports: &Ports, received: &Application) {
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
