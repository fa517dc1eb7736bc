//! Mails that come in, and what leaves for them.

use base64::Engine as _;
use documents::samples;
use domain::Posting;
use intake::ports::{Fault, IncomingMail};
use intake::{MailComposer, Receiver};
use mail::Address;
use mail::incoming::Incoming;

use crate::world::World;
use crate::{NOON, UNICODE, composer, key, later, posting};

pub(crate) const SERVER: &str = "mx.example.org";
pub(crate) const ORIGIN: &str = "https://guichet.example";
pub(crate) const MARIE: &str = "Marie Dupont <marie@example.net>";
/// What our server says of a mail whose author is proved.
pub(crate) const PROVED: &str = "mx.example.org; dmarc=pass header.from=example.net";

pub(crate) fn intake_address() -> Address {
    Address::parse("applications@in.example.org").unwrap()
}

/// A mail as it comes.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) envelope: (String, String),
    pub(crate) text: String,
    pub(crate) files: Vec<(String, String, Vec<u8>)>,
}

impl Letter {
    /// Marie's, with nothing wrong.
    pub(crate) fn right(posting: &Posting) -> Self {
        Self {
            headers: [
                ("Authentication-Results", PROVED),
                ("From", MARIE),
                ("Message-ID", "<one@example.net>"),
                ("Subject", &posting.requirements.subject),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            envelope: ("marie@example.net".into(), "applications@in.example.org".into()),
            text: "Bonjour,\nvoici ma candidature.".into(),
            files: vec![
                (
                    "application/pdf".into(),
                    "Lettre de motivation.pdf".into(),
                    samples::pdf("Lettre"),
                ),
                ("application/octet-stream".into(), "CV.docx".into(), samples::docx("CV")),
            ],
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn without_cv(mut self) -> Self {
        self.files.pop();
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
        text.push_str(&self.text.replace('\n', "\r\n"));
        for (kind, name, bytes) in &self.files {
            let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
            text.extend(["\r\n--b\r\nContent-Type: ", kind]);
            text.extend(["\r\nContent-Disposition: inline; filename=\"", name, "\""]);
            text.extend(["\r\nContent-Transfer-Encoding: base64\r\n\r\n", &encoded]);
        }
        text.push_str("\r\n--b--\r\n");
        text.into_bytes()
    }
}

/// Lets a mail come in, and processes what waits.
pub(crate) fn come(world: &World, posting: &Posting, id: u8, letter: &Letter) -> Result<(), Fault> {
    come_for(world, std::slice::from_ref(posting), id, letter)
}

/// The same where there are several postings.
pub(crate) fn come_for(
    world: &World,
    postings: &[Posting],
    id: u8,
    letter: &Letter,
) -> Result<(), Fault> {
    let raw = letter.bytes();
    let mail = IncomingMail {
        id: format!("{id:032x}"),
        received_at: world.now.get(),
        envelope_from: letter.envelope.0.clone(),
        envelope_to: letter.envelope.1.clone(),
        bytes: u32::try_from(raw.len()).unwrap(),
    };
    let ports = &world.ports;
    pollster::block_on(intake::accept(ports, &world.ledger, ports, &mail, raw)).map(|_| ())?;
    process_for(world, postings, id)
}

pub(crate) fn process(world: &World, posting: &Posting, id: u8) -> Result<(), Fault> {
    process_for(world, std::slice::from_ref(posting), id)
}

fn process_for(world: &World, postings: &[Posting], id: u8) -> Result<(), Fault> {
    let (signing, ports, address) = (key(), &world.ports, intake_address());
    let composer = MailComposer { postings, ..composer(&postings[0], &signing, None) };
    let receiver = Receiver { server: SERVER, address: &address, origin: ORIGIN, unicode: UNICODE };
    let (ledger, id) = (&world.ledger, format!("{id:032x}"));
    pollster::block_on(intake::receive(ports, ledger, ports, ports, &composer, &receiver, &id))
}

/// Sends what is due: recipient and message of each.
pub(crate) fn sent(world: &World, posting: &Posting) -> Vec<(String, String)> {
    later(world, 3 * 60_000);
    let ids: Vec<String> = {
        let sql = "SELECT json_group_array(id) FROM (SELECT id FROM mails WHERE sent_at IS NULL ORDER BY kind, id)";
        serde_json::from_str(world.ask(sql).as_str().unwrap()).unwrap()
    };
    world.mailbox.borrow_mut().clear();
    for id in ids {
        crate::deliver_mail(world, posting, &id).unwrap();
    }
    let mailbox = world.mailbox.borrow();
    mailbox.iter().map(|(to, raw)| (to.clone(), String::from_utf8(raw.clone()).unwrap())).collect()
}

pub(crate) fn to<'a>(mails: &'a [(String, String)], recipient: &str) -> Vec<&'a str> {
    mails.iter().filter(|(to, _)| to == recipient).map(|(_, raw)| raw.as_str()).collect()
}

/// The plain text of a message.
pub(crate) fn text(raw: &str) -> String {
    Incoming::read(raw.as_bytes()).text.replace("\r\n", "\n")
}

pub(crate) fn begin() -> (World, Posting) {
    let world = World::default();
    world.now.set(NOON);
    (world, posting())
}

pub(crate) const STAFF: &str = "applications@omct.org";
