//! Those who write: candidates, forgers, programs.

use domain::Posting;
use intake::{Completion, SubmittedDocument, Verdict};
use rules::Form;

use super::raw::{Draft, EVIL_SERVER, SERVER};
use super::smtp::bring;
use super::{Kind, Letter};
use crate::events::Event;
use crate::history::SentForm;
use crate::people::answers_to;
use crate::platform::ask;
use crate::ports::{Parcel, Ports};
use crate::scheduler::Worker;
use crate::staff::LICENCE;
use crate::world::{UNICODE, own_addresses, setting};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The address that takes applications.
const INTAKE: &str = "applications@in.example.org";

/// Nearly the subject of the postings.
const NEAR: &str = "Chargee de mission, protection espace civique";

/// Lets some people and programs write in the next `length` milliseconds.
pub(crate) fn spawn_all(ports: &Ports, length: i64) {
    let chance = &ports.chance;
    for index in 0..chance.between(3, 8) {
        let writer = Writer::new(ports, usize::try_from(index).unwrap_or_default());
        ports.spawn(chance.between(0, length), Worker::Outside, writer.live(ports.clone()));
    }
}

/// Somebody who writes.
struct Writer {
    name: String,
    email: String,
    posting: &'static Posting,
    kind: Kind,
    /// Whether the mail goes to the posting's own address.
    is_addressed: bool,
}

impl Writer {
    fn new(ports: &Ports, index: usize) -> Self {
        let chance = &ports.chance;
        let kinds = [
            Kind::Right,
            Kind::Right,
            Kind::NoCv,
            Kind::NoCv,
            Kind::NearSubject,
            Kind::Question,
            Kind::Automatic,
            Kind::Robot,
        ];
        let kind = chance.pick(&kinds);
        Self {
            name: format!("Plume {index}"),
            email: format!("plume.{index}@example.net"),
            posting: &setting().postings[usize::from(chance.happens(3_000))],
            kind,
            // What is sent there is meant to be an application.
            is_addressed: kind != Kind::Question && chance.happens(5_000),
        }
    }

    async fn live(self, ports: Ports) {
        let first = self.write(&ports, None, 0);
        self.send(&ports, first).await;
        match self.kind {
            Kind::NoCv | Kind::NearSubject => self.mend(&ports).await,
            Kind::Robot => self.answer_everything(&ports).await,
            _ => {}
        }
    }

    /// Sends a letter, perhaps twice, perhaps beside a forged copy, which may
    /// be faster.
    async fn send(&self, ports: &Ports, letter: usize) {
        let chance = &ports.chance;
        let to = self.to();
        if chance.happens(2_000) {
            let forged = self.forge(ports, letter);
            let delay = chance.between(0, 2 * MINUTE);
            ports.spawn(delay, Worker::Outside, bring(ports.clone(), forged, to.clone()));
        }
        if chance.happens(2_500) {
            ports.count(Event::LetterTwice);
            let delay = chance.between(0, chance.pick(&[SECOND, MINUTE, 3 * HOUR]));
            ports.spawn(delay, Worker::Outside, bring(ports.clone(), letter, to.clone()));
        }
        // Some are long on their way, so that later ones come first.
        ports.pause(chance.pick(&[SECOND, SECOND, MINUTE, HOUR])).await;
        bring(ports.clone(), letter, to).await;
    }

    fn to(&self) -> String {
        if self.is_addressed {
            return format!("{}@in.example.org", self.posting.slug);
        }
        INTAKE.to_owned()
    }

    /// Writes a letter, the answer to the mail with the Message-ID `answered`
    /// if there is one. Returns its number.
    fn write(&self, ports: &Ports, answered: Option<&str>, round: usize) -> usize {
        let results = [format!("{SERVER}; dmarc=pass header.from=example.net")];
        self.put_down(ports, &results, answered, round, None)
    }

    /// Writes what somebody else sends in the name of the author of `letter`.
    fn forge(&self, ports: &Ports, letter: usize) -> usize {
        ports.count(Event::LetterForged);
        let fails = format!("{SERVER}; dmarc=fail header.from=example.net");
        let theirs = format!("{EVIL_SERVER}; dmarc=pass header.from=example.net");
        let results = match ports.chance.between(0, 2) {
            0 => vec![],
            1 => vec![fails, format!("{SERVER}; dmarc=pass header.from=example.net")],
            _ => vec![theirs],
        };
        // A forger may know the Message-ID of the letter, or make one up.
        let id = if ports.chance.happens(5_000) {
            ports.history.borrow().letters[letter].message_id.clone()
        } else {
            format!("<forged.{}@example.net>", ports.history.borrow().letters.len())
        };
        self.put_down(ports, &results, None, 0, Some(id))
    }

    fn put_down(
        &self,
        ports: &Ports,
        results: &[String],
        answered: Option<&str>,
        round: usize,
        forged: Option<String>,
    ) -> usize {
        let number = ports.history.borrow().letters.len();
        let is_proved = forged.is_none();
        let message_id = forged.unwrap_or_else(|| format!("<{number}@example.net>"));
        let kind = match answered {
            Some(_) if self.kind != Kind::Robot => Kind::Completion,
            _ => self.kind,
        };
        let (letter, cv) = self.files();
        let files = match kind {
            Kind::Right | Kind::NearSubject => vec![("Lettre.pdf", letter), ("CV.docx", cv)],
            Kind::NoCv => vec![("Lettre.pdf", letter)],
            Kind::Completion => vec![("Plume.docx", cv)],
            Kind::Robot if round % 2 == 1 => vec![("CV.docx", cv)],
            Kind::Robot | Kind::Question | Kind::Automatic => vec![],
        };
        let asked = &self.posting.requirements.subject;
        let subject = match kind {
            Kind::NearSubject => NEAR.to_owned(),
            Kind::Question => "Une question".to_owned(),
            _ if answered.is_some() => format!("Re: {asked}"),
            _ => asked.clone(),
        };
        let draft = Draft {
            results,
            from: format!("{} <{}>", self.name, self.email),
            message_id: &message_id,
            subject: &subject,
            answers: answered,
            is_marked_automatic: kind == Kind::Automatic,
            text: &format!("Bonjour, {} le dit ({round}).", self.name),
            files: &files,
        };
        let letter = Letter {
            kind,
            from: self.email.clone(),
            message_id: message_id.clone(),
            is_proved,
            raw: draft.bytes(),
            taken: Vec::new(),
            forwarded: 0,
        };
        ports.count(Event::LetterWritten);
        let mut history = ports.history.borrow_mut();
        history.letters.push(letter);
        // The documents of the application that it may become.
        let (letter, cv) = self.files();
        let whole = SentForm { documents: vec![letter, cv], is_sound: true };
        history.forms.entry(message_id).or_default().push(whole);
        number
    }

    /// The cover letter and the CV, which are this writer's alone.
    fn files(&self) -> (Vec<u8>, Vec<u8>) {
        let text = |what: &str| format!("{what} {}", self.name);
        (documents::samples::pdf(&text("Lettre")), documents::samples::docx(&text("CV")))
    }

    /// Waits for our answer and brings what is missing, by mail or by the form.
    async fn mend(&self, ports: &Ports) {
        let Some((message_id, text)) = self.next_mail(ports, 0, 6 * HOUR).await else { return };
        ports.pause(ports.chance.between(SECOND, HOUR)).await;
        if ports.chance.happens(5_000) {
            let answer = self.write(ports, Some(&message_id), 1);
            return self.send(ports, answer).await;
        }
        let Some((id, key)) = form_in(&text) else { return };
        for _ in 0..ports.chance.between(1, 5) {
            let request = self.complete(ports.clone(), id.clone(), key.clone());
            if ask(ports, 5 * MINUTE, request).await == Some(true) {
                return ports.count(Event::LetterCompletedByForm);
            }
            ports.pause(ports.chance.between(SECOND, 10 * MINUTE)).await;
        }
    }

    /// Sends the form that the answer leads to. Returns whether it was taken.
    fn complete(
        &self,
        ports: Ports,
        id: String,
        key: String,
    ) -> impl Future<Output = bool> + 'static {
        let (cv, needs_cv) = (self.files().1, self.kind == Kind::NoCv);
        let (name, email, slug) = (self.name.clone(), self.email.clone(), &self.posting.slug);
        async move {
            let known = ports.known();
            let posting = known.iter().find(|one| one.slug == *slug).unwrap();
            let upload = Parcel { ports: ports.clone(), bytes: cv };
            let bytes = upload.bytes.len() as u64;
            let cv =
                SubmittedDocument { id: "cv".into(), file_name: "CV.docx".into(), bytes, upload };
            let completion = Completion {
                id: &id,
                key: &key,
                received_at: ports.clock(),
                language: "fr",
                origin: "https://guichet.example",
                own_addresses: &own_addresses(),
                unicode: UNICODE,
                form: Form {
                    name,
                    email,
                    subject: posting.requirements.subject.clone(),
                    answers: answers_to(&["eu_work_permit", LICENCE]),
                    consent: "yes".into(),
                    ..Form::default()
                },
                holds: false,
                documents: if needs_cv { vec![cv] } else { vec![] },
            };
            let (ledger, signing) = (ports.ledger(), &setting().signing);
            let verdict =
                intake::complete_draft(&ports, &ledger, &ports, signing, posting, completion).await;
            matches!(verdict, Ok(Some(Verdict::Accepted { .. })))
        }
    }

    /// Answers every mail that comes, for a day.
    async fn answer_everything(&self, ports: &Ports) {
        let until = ports.scheduler.now() + 24 * HOUR;
        let mut seen = 0;
        while ports.scheduler.now() < until {
            let Some((message_id, _)) = self.next_mail(ports, seen, HOUR).await else { continue };
            seen += 1;
            let letter = self.write(ports, Some(&message_id), seen);
            ports.count(Event::RobotAnswered);
            bring(ports.clone(), letter, self.to()).await;
        }
    }

    /// Waits for so many milliseconds for the mail after the first `seen` ones.
    /// Returns its Message-ID and its text.
    async fn next_mail(
        &self,
        ports: &Ports,
        seen: usize,
        patience: i64,
    ) -> Option<(String, String)> {
        let until = ports.scheduler.now() + patience;
        while ports.scheduler.now() < until {
            let found = {
                let history = ports.history.borrow();
                let mut mine = history.mails.iter().filter(|mail| mail.to == self.email);
                mine.nth(seen).map(|mail| (format!("<{}>", mail.message_id), mail.text.clone()))
            };
            if found.is_some() {
                return found;
            }
            ports.pause(2 * MINUTE).await;
        }
        None
    }
}

/// The id and the key in the address of a form.
fn form_in(text: &str) -> Option<(String, String)> {
    let (_, rest) = text.split_once("/incoming/")?;
    let (id, rest) = rest.split_once("?key=")?;
    let key = rest.split_whitespace().next()?;
    Some((id.to_owned(), key.to_owned()))
}
