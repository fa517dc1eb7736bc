//! Systems whose staff's mailboxes redirect to each other: a mail goes round
//! once.

use std::cell::Cell;

use domain::Posting;
use intake::ports::IncomingMail;
use intake::{MailComposer, Receiver, SigningKey};
use mail::incoming::Incoming;
use mail::{Address, Mailbox};

use crate::letters::{Letter, ORIGIN, SERVER, text};
use crate::world::World;
use crate::{NOON, UNICODE, later, posting};

/// An installation with a domain of its own.
struct System {
    world: World,
    domain: &'static str,
    posting: Posting,
    signing: SigningKey,
    marks_staff_mails: bool,
    came: Cell<u8>,
}

impl System {
    fn new(domain: &'static str, marks_staff_mails: bool) -> Self {
        let world = World::default();
        world.now.set(NOON);
        let posting = Posting { recipients: vec![format!("staff@{domain}")], ..posting() };
        let signing = SigningKey::new(domain.repeat(8)).unwrap();
        Self { world, domain, posting, signing, marks_staff_mails, came: Cell::new(0) }
    }

    fn composer<'a>(&'a self, operator: &Address) -> MailComposer<'a> {
        let sender = address(&format!("guichet@{}", self.domain));
        MailComposer {
            sender: Mailbox::new("Guichet", sender).into(),
            marks_staff_mails: self.marks_staff_mails,
            ..crate::composer(&self.posting, &self.signing, Some(operator))
        }
    }

    fn operator(&self) -> Address {
        address(&format!("operator@{}", self.domain))
    }

    /// Lets a mail come in. Its server vouches for whoever is its author.
    fn take(&self, raw: &[u8]) {
        self.came.set(self.came.get() + 1);
        let raw =
            [format!("Authentication-Results: {SERVER}; dmarc=pass\r\n").as_bytes(), raw].concat();
        let (intake, operator) = (address(&format!("in@{}", self.domain)), self.operator());
        let mail = IncomingMail {
            id: format!("{:032x}", self.came.get()),
            received_at: self.world.now.get(),
            envelope_from: "redirected@example.com".into(),
            envelope_to: intake.to_string(),
            bytes: u32::try_from(raw.len()).unwrap(),
        };
        let (ports, ledger) = (&self.world.ports, &self.world.ledger);
        pollster::block_on(intake::accept(ports, ledger, ports, &mail, raw)).unwrap();
        let receiver =
            Receiver { server: SERVER, address: &intake, origin: ORIGIN, unicode: UNICODE };
        let composer = self.composer(&operator);
        let judged = intake::receive(ports, ledger, ports, ports, &composer, &receiver, &mail.id);
        pollster::block_on(judged).unwrap();
    }

    /// Sends what is due: recipient and message of each.
    fn leaving(&self) -> Vec<(String, Vec<u8>)> {
        let sql = "SELECT json_group_array(id) FROM mails WHERE sent_at IS NULL";
        let ids: Vec<String> = serde_json::from_str(self.world.ask(sql).as_str().unwrap()).unwrap();
        let (ports, operator) = (&self.world.ports, self.operator());
        let composer = self.composer(&operator);
        for id in ids {
            let ledger = &self.world.ledger;
            let sent = intake::deliver(ports, ledger, ports, ports, ports, &composer, &id);
            pollster::block_on(sent).unwrap();
        }
        self.world.mailbox.take()
    }

    fn count_of(&self, outcome: &str) -> i64 {
        self.world.count(&format!("incoming WHERE outcome = '{outcome}'"))
    }

    fn erase(&self) {
        let (ports, ledger) = (&self.world.ports, &self.world.ledger);
        pollster::block_on(intake::erase_incoming(ports, ledger, self.world.now.get())).unwrap();
    }

    fn stored(&self) -> usize {
        self.world.documents.borrow().keys().filter(|key| key.starts_with("incoming/")).count()
    }
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Carries mails until none is on its way. What is for an address in
/// `redirects` comes into the system with that number. Returns how many did,
/// and the others.
fn carry(systems: &[&System], redirects: &[(&str, usize)]) -> (usize, Vec<(String, Vec<u8>)>) {
    let (mut redirected, mut others) = (0, Vec::new());
    loop {
        let before = redirected;
        for system in systems {
            for (to, raw) in system.leaving() {
                if let Some((_, at)) = redirects.iter().find(|(address, _)| *address == to) {
                    redirected += 1;
                    assert!(redirected < 20, "mails go round");
                    systems[*at].take(&raw);
                } else {
                    others.push((to, raw));
                }
            }
        }
        if redirected == before {
            return (redirected, others);
        }
    }
}

const ROUND: [(&str, usize); 2] = [("staff@a.example", 1), ("staff@b.example", 0)];

#[test]
fn two_systems_that_forward_to_each_other_stop_after_one_round() {
    let posting = posting();
    let right = Letter::right(&posting).with("Authentication-Results", "");
    for (letter, applications) in [
        (right.clone(), 1),
        (right.clone().without_cv(), 0),
        (right.clone().with("Subject", "Facture 2025-07"), 0),
        (right.with("Auto-Submitted", "auto-replied"), 0),
    ] {
        for marks_staff_mails in [true, false] {
            let a = System::new("a.example", marks_staff_mails);
            let b = System::new("b.example", marks_staff_mails);
            a.take(&letter.bytes());
            let (redirected, others) = carry(&[&a, &b], &ROUND);
            assert_eq!(redirected, 2, "to the other one and back: {:?}", letter.headers);
            // The other one neither takes it for an application nor answers it.
            assert_eq!(a.world.count("applications"), applications);
            assert_eq!(b.world.count("applications"), 0);
            assert!(others.iter().all(|(to, _)| to == "marie@example.net"), "{:?}", letter.headers);
            assert_eq!((a.count_of("returned"), b.count_of("returned")), (1, 0));
        }
    }
}

#[test]
fn what_has_come_back_is_kept_and_told_to_the_operator() {
    let posting = posting();
    let a = System::new("a.example", true);
    for id in ["<1@example.net>", "<2@example.net>"] {
        a.take(&Letter::right(&posting).with("Message-ID", id).without_cv().bytes());
    }
    let itself = [("staff@a.example", 0)];
    let (redirected, _) = carry(&[&a], &itself);
    assert_eq!((redirected, a.count_of("returned")), (2, 2));
    later(&a.world, 80 * 60_000);
    let (_, mails) = carry(&[&a], &itself);
    let [(to, raw)] = &mails[..] else { panic!("{} mails", mails.len()) };
    assert_eq!(to, "operator@a.example");
    let list = text(std::str::from_utf8(raw).unwrap());
    for id in [3, 4] {
        assert!(list.contains(&format!("{ORIGIN}/incoming/{id:032x}/message?key=")), "{list}");
    }
    assert!(!list.contains("Marie") && !list.contains(&posting.title), "{list}");
    later(&a.world, 29 * 86_400_000);
    a.erase();
    assert_eq!(a.stored(), 4, "two that may be completed, and two that came back");
    later(&a.world, 86_400_000);
    a.erase();
    assert_eq!(a.stored(), 2);
}

#[test]
fn an_alert_that_comes_back_is_told_by_no_other() {
    let posting = posting();
    let a = System::new("a.example", true);
    a.take(&Letter::right(&posting).without_cv().bytes());
    let all = [("staff@a.example", 0), ("operator@a.example", 0)];
    let mut redirected = 0;
    for _ in 0..5 {
        redirected += carry(&[&a], &all).0;
        later(&a.world, 80 * 60_000);
    }
    assert_eq!(redirected, 2, "the mail to staff, and the list that tells of it");
    assert_eq!((a.count_of("returned"), a.count_of("duplicate")), (1, 1));
}

#[test]
fn a_mail_that_has_passed_many_systems_goes_no_further() {
    let mut letter = Letter::right(&posting());
    for (passed, outcome) in [(9, "forwarded"), (10, "returned")] {
        let a = System::new("a.example", true);
        while letter.headers.iter().filter(|(name, _)| name == "X-Guichet-Passed").count() < passed
        {
            letter.headers.push(("X-Guichet-Passed".into(), "b".repeat(43)));
        }
        a.take(&letter.bytes());
        assert_eq!(a.count_of(outcome), 1, "{passed}");
        let marks: usize =
            a.leaving().iter().map(|(_, raw)| Incoming::read(raw).passed.len()).sum();
        assert_eq!(marks, if outcome == "forwarded" { passed + 1 } else { 0 });
    }
}

#[test]
fn a_mail_of_ours_that_staff_attach_is_handed_on() {
    let a = System::new("a.example", true);
    a.take(&Letter::right(&posting()).without_cv().bytes());
    let mails = a.leaving();
    let (_, ours) = mails.iter().find(|(to, _)| to == "staff@a.example").unwrap();
    let outer = "From: Staff <anna@a.example>\r\nMessage-ID: <outer@a.example>\r\nSubject: TR : voici\r\n\
        Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: message/rfc822\r\n\r\n";
    a.take(&[outer.as_bytes(), ours, b"\r\n--outer--\r\n"].concat());
    assert_eq!(a.count_of("returned"), 0);
    let candidate = "SELECT sender FROM incoming WHERE id LIKE '%2' AND draft IS NOT NULL";
    assert_eq!(a.world.ask(candidate), "marie@example.net");
}
