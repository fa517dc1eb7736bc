//! The receipt of an application.

use addresses::Doubt;
use askama::Template;
use domain::dossier::{Message, MessageState};
use domain::{Application, Delivery, MailState, Posting, Revision};
use locales::{Texts, bytes, fill};
use rules::application::Document;
use rules::deadline::Phase;
use rules::{Mails, Timestamp};

use crate::frame::{Address, Brand, Frame, Site, in_language};
use crate::open::OPEN_ADDRESS;
use crate::words::{Around, Time};

/// Returns the address of a receipt, from the root of the site.
pub fn receipt_address(reference: &str, key: &str) -> String {
    format!("/applications/{reference}?key={key}")
}

/// Returns the address of a receipt in the language that the candidate used,
/// with the `key` that opens it.
pub fn status_address(received: &Application, key: &str) -> String {
    format!("{}&lang={}", receipt_address(received.reference.as_str(), key), received.language)
}

/// Returns the address under which an application is withdrawn.
pub(crate) fn withdraw_address(reference: &str, key: &str) -> String {
    format!("/applications/{reference}/withdraw?key={key}")
}

/// Returns the address under which an application is corrected.
pub fn correct_address(reference: &str, key: &str) -> String {
    format!("/applications/{reference}/correct?key={key}")
}

/// An application as its receipt shows it.
#[derive(Clone, Copy)]
pub struct Receipt<'a> {
    /// What was received.
    pub received: &'a Application,
    /// What it said before it was corrected.
    pub earlier: &'a [Revision],
    /// How far it has come.
    pub delivery: &'a Delivery,
    /// What staff wrote to the candidate.
    pub messages: &'a [Message],
    /// The key that has opened the receipt; on a shared computer the one that
    /// the page posts.
    pub key: &'a str,
    /// The code to be noted, where the application came from a shared computer.
    pub code: Option<Code<'a>>,
}

/// The code of a receipt from a shared computer.
#[derive(Clone, Copy)]
pub struct Code<'a> {
    /// The letters to be noted.
    pub letters: &'a str,
    /// Until when what the page offers can be posted.
    pub until: Timestamp,
}

/// What was received and how far it has come. It can be corrected while its
/// posting is open.
pub fn receipt(
    texts: &'static Texts,
    posting: &Posting,
    receipt: Receipt,
    now: Timestamp,
    site: &Site,
) -> String {
    let Receipt { received, earlier, delivery, messages, key, code } = receipt;
    let zone = &posting.deadline.zone;
    let moment = |instant| Time::moment(texts, instant, zone);
    let email = &received.content.email;
    let reference = received.reference.as_str();
    let contact_how = fill(texts.receipt_contact_how, &[("reference", reference)]);
    let erased_on = locales::date(texts, received.erased_on(posting));
    let own = receipt_address(reference, key);
    let withdraw = withdraw_address(reference, key);
    let not_acknowledged = match code {
        Some(_) => texts.shared_not_acknowledged,
        None => texts.receipt_state_not_acknowledged,
    };
    let page = Page {
        t: texts,
        frame: Frame {
            title: match code {
                Some(_) => texts.shared_page.to_owned(),
                None => {
                    format!("{} {reference} – {}", texts.receipt_title, posting.organisation.name)
                }
            },
            brand: Brand::of(posting),
            description: None,
            address: code.is_none().then(|| Address::private(texts, site, &own)),
            indexed: false,
            has_form: false,
        },
        posting,
        halves: groups(reference),
        received: moment(received.received_at),
        corrections: corrections(received, earlier).map(moment).collect(),
        corrected_words: Around::of(texts.receipt_corrected, "moment"),
        received_words: Around::of(texts.receipt_received, "moment"),
        forwarding: Shown::of(delivery.forwarding, moment),
        acknowledgement: Shown::of(delivery.acknowledgement, moment),
        acknowledged_words: fill(texts.receipt_state_acknowledged, &[("email", email)]),
        acknowledging_words: fill(texts.receipt_state_acknowledging, &[("email", email)]),
        not_acknowledged_words: fill(not_acknowledged, &[("email", email)]),
        documents: received
            .content
            .documents
            .iter()
            .map(|document| shown(texts, posting, document))
            .collect(),
        forgotten: received.forgotten_at().map(|at| {
            let date = locales::date(texts, zone.local(at).date);
            fill(texts.forget_receipt, &[("date", &date)])
        }),
        mails: received.content.mails,
        told: told(messages)
            .map(|(message, at)| match received.content.mails {
                Mails::Full => Told::in_short(message, moment(at)),
                _ => Told::in_full(message, moment(at), reference, key),
            })
            .collect(),
        contact: Around::of(&contact_how, "contact"),
        erased: fill(texts.receipt_erased, &[("date", &erased_on)]),
        // A whole address, so that it also works in a saved copy of the page.
        home: format!("{}{}", site.base_url, in_language(texts, "/")),
        own: format!("{}{}", site.base_url, in_language(texts, &own)),
        correct: (posting.requirements.window.phase(now) == Phase::Open)
            .then(|| in_language(texts, &correct_address(reference, key))),
        email,
        doubt: addresses::doubt(email),
        withdraw: in_language(texts, &withdraw),
        shared: code.map(|code| Shared {
            code: groups(code.letters),
            once: Around::of(texts.shared_once, "moment"),
            until: moment(code.until),
            open: format!("{}{}", site.base_url, in_language(texts, OPEN_ADDRESS)),
            key,
            correct: in_language(texts, &format!("/applications/{reference}/correct")),
            withdraw: in_language(texts, &format!("/applications/{reference}/withdraw")),
        }),
    };
    page.to_string()
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    halves: Vec<String>,
    received: Time,
    /// When each correction began to arrive.
    corrections: Vec<Time>,
    corrected_words: Around,
    received_words: Around,
    forwarding: Shown,
    acknowledgement: Shown,
    acknowledged_words: String,
    acknowledging_words: String,
    not_acknowledged_words: String,
    documents: Vec<DocumentShown<'a>>,
    /// That what was sent is deleted, and when that was.
    forgotten: Option<String>,
    /// Which mails the candidate wants.
    mails: Mails,
    /// Each mail that staff have sent.
    told: Vec<Told<'a>>,
    contact: Around,
    erased: String,
    home: String,
    /// The page's own address, whole.
    own: String,
    /// Where it is corrected, as long as that is possible.
    correct: Option<String>,
    email: &'a str,
    /// Why the address may be a slip. A page without script asks here for the first time.
    doubt: Option<Doubt>,
    withdraw: String,
    shared: Option<Shared<'a>>,
}

/// What the page has on a shared computer in place of its address, and of links
/// that hold its key.
struct Shared<'a> {
    code: Vec<String>,
    /// That only the code opens it from now on, and until when the page is good.
    once: Around,
    until: Time,
    /// Where the code opens the receipt, whole.
    open: String,
    /// What the forms post.
    key: &'a str,
    correct: String,
    withdraw: String,
}

/// The messages that have left, and when.
fn told(messages: &[Message]) -> impl Iterator<Item = (&Message, Timestamp)> {
    messages.iter().filter_map(|message| match message.state {
        MessageState::Sent(at) => Some((message, at)),
        _ => None,
    })
}

/// What staff wrote.
struct Told<'a> {
    subject: &'a str,
    time: Time,
    /// The text, where the mail did not say it.
    body: Option<&'a str>,
    /// What the mail did not bring: the name of each file and its address.
    files: Vec<(&'a str, String)>,
}

impl<'a> Told<'a> {
    fn in_short(message: &'a Message, time: Time) -> Self {
        Self { subject: &message.subject, time, body: None, files: Vec::new() }
    }

    fn in_full(message: &'a Message, time: Time, reference: &str, key: &str) -> Self {
        let address =
            |part| format!("/applications/{reference}/messages/{}/{part}?key={key}", message.id);
        let attached = message.attachment.as_ref();
        let attached = attached.map(|file| (file.file_name.as_str(), address("file")));
        let appointment = message.appointment.as_ref();
        let appointment = appointment.map(|_| (APPOINTMENT, address("appointment")));
        Self {
            subject: &message.subject,
            time,
            body: Some(&message.body),
            files: attached.into_iter().chain(appointment).collect(),
        }
    }
}

/// The name of an appointment's file. That in mails is in their language.
pub const APPOINTMENT: &str = "appointment.ics";

/// When each revision but the first began to arrive.
fn corrections<'a>(
    received: &'a Application,
    earlier: &'a [Revision],
) -> impl Iterator<Item = Timestamp> + 'a {
    earlier.iter().map(|one| one.received_at).chain([received.revised_at]).skip(1)
}

/// A stage in words.
enum Shown {
    Waiting,
    Sent(Time),
    GivenUp,
}

impl Shown {
    fn of(stage: MailState, moment: impl Fn(Timestamp) -> Time) -> Self {
        match stage {
            MailState::Waiting => Self::Waiting,
            MailState::Sent(at) => Self::Sent(moment(at)),
            MailState::GivenUp => Self::GivenUp,
        }
    }
}

/// A document that was received.
struct DocumentShown<'a> {
    label: &'a str,
    file_name: &'a str,
    size: String,
    sha256: Vec<String>,
}

fn shown<'a>(
    texts: &'static Texts,
    posting: &'a Posting,
    document: &'a Document,
) -> DocumentShown<'a> {
    let asked = posting.requirements.document(&document.id);
    let kind = document.kind.as_str().to_uppercase();
    let size = bytes(texts, document.bytes);
    DocumentShown {
        label: asked
            .map_or(&document.id, |asked| asked.name.find(texts.language_tag, &posting.language).1),
        file_name: &document.file_name,
        size: fill(texts.receipt_document_size, &[("kind", &kind), ("size", &size)]),
        sha256: groups(&document.sha256),
    }
}

/// Splits `text` into groups of four, which are easy to compare by eye. The
/// page sets the groups apart without spaces, so that a copied text has none.
pub(crate) fn groups(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect()).collect()
}
