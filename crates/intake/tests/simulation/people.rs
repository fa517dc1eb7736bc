//! Simulates candidates: impatient, forgetful, sometimes wrong, free to change
//! their minds.

mod correction;
mod form;
mod receipt;

use std::collections::BTreeMap;
use std::rc::Rc;

use domain::{Application, Posting};
use intake::ports::{Fault, PostingStore as _};
use intake::{ApplicationId, Holding, Submission, Token, Verdict, is_a_subject, page_terms};
use rules::Timestamp;

pub(crate) use self::form::answers_to;
use self::form::{FLAWS, FLAWS_WITH_CV, Flaw, questions_of};
use crate::events::Event;
use crate::history::SentForm;
use crate::in_time::InTime;
use crate::invariants::Invariant;
use crate::platform::ask;
use crate::ports::{Parcel, Ports};
use crate::post_office::NOWHERE;
use crate::scheduler::Worker;
use crate::witness;
use crate::world::{read, setting};

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
    /// The questions that the form answers.
    questions: Vec<String>,
    /// The documents that the counter holds, and the version of the form with
    /// which they came.
    held: BTreeMap<String, u32>,
    /// Whether the line is bad, so that documents come in parts.
    in_parts: bool,
}

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
        let page = ports.current_posting(slug);
        let domain = if chance.happens(300) { NOWHERE } else { "@example.net" };
        let name = format!("Amélie {index}");
        let in_parts = chance.happens(1_500);
        let id = u128::from(chance.bits()) << 64 | u128::from(chance.bits());
        Self {
            email: format!("amelie.{index}{domain}"),
            name,
            questions: questions_of(&page),
            page: Rc::new(page),
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
        if ports.corrects_in_parts() && self.in_parts && chance.happens(8_000) {
            ports.pause(chance.between(SECOND, chance.pick(&[MINUTE, 3 * HOUR]))).await;
            self.correct_in_parts(&ports, &received).await;
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
        self.questions = questions_of(posting);
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
    /// to be. Where the posting has changed, the page shows the new form.
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
        self.questions = questions_of(&ports.current_posting(&self.page.slug));
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
        let terms = ports.terms(terms, &current, &self.page);
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

    /// Whether the form answers a question.
    pub(crate) fn answers(&self, question: &str) -> bool {
        self.questions.iter().any(|answered| answered == question)
    }
}
