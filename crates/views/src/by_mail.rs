//! How to apply by mail: a line in the form, and the page that it leads to.

use askama::Template;
use domain::Posting;
use locales::Texts;
use rules::Timestamp;

use crate::frame::{Address, Brand, Frame, Site, in_language};
use crate::mails::in_mailto;
use crate::words::{Around, Closing};

/// How to apply by mail, as the form says it.
pub(crate) struct ByMail<'a> {
    pub(crate) intake: &'a str,
    /// The sentence around the address.
    pub(crate) to: Around,
    /// Opens a mail with recipient and subject.
    pub(crate) link: String,
    /// The address of the page that says more, and that the form's script reads.
    pub(crate) page: String,
}

impl<'a> ByMail<'a> {
    /// Nothing where mails to staff are sealed: a mail crosses two providers in
    /// clear.
    pub(crate) fn of(texts: &'static Texts, posting: &Posting, intake: &'a str) -> Option<Self> {
        let is_offered = !posting.privacy.is_sealed();
        is_offered.then(|| Self {
            intake,
            to: Around::of(texts.by_mail_to, "address"),
            link: link(posting, intake),
            page: in_language(texts, &path(posting)),
        })
    }
}

fn path(posting: &Posting) -> String {
    format!("/postings/{}/by-mail", posting.slug)
}

fn link(posting: &Posting, intake: &str) -> String {
    let subject = in_mailto(&posting.requirements.subject);
    format!("mailto:{}?subject={subject}", in_mailto(intake))
}

/// Returns the page that says what a mail to `intake` has to have to be an
/// application. The form's script shows it too, where the server cannot be
/// reached. Nothing where the posting is not open, or sealed.
pub fn by_mail(
    texts: &'static Texts,
    posting: &Posting,
    intake: &str,
    now: Timestamp,
    site: &Site,
) -> Option<String> {
    let is_open = posting.requirements.window.phase(now) == rules::deadline::Phase::Open;
    let mail = ByMail::of(texts, posting, intake).filter(|_| is_open)?;
    let documents = posting.requirements.documents.iter().map(|asked| {
        let (language, name) = asked.name.find(texts.language_tag, &posting.language);
        Asked { language, name, is_required: asked.required }
    });
    let page = Page {
        t: texts,
        frame: Frame {
            title: format!("{} – {}", texts.by_mail_title, posting.organisation.name),
            brand: Brand::of(posting),
            description: None,
            address: Some(Address::of(texts, site, &path(posting))),
            indexed: false,
            has_form: false,
        },
        posting,
        mail,
        documents: documents.collect(),
        closing: Closing::of(texts, posting, now),
        until: Around::of(texts.by_mail_until, "closing"),
        back: in_language(texts, &format!("/postings/{}", posting.slug)),
    };
    Some(page.to_string())
}

#[derive(Template)]
#[template(path = "by-mail.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: Frame<'a>,
    posting: &'a Posting,
    mail: ByMail<'a>,
    documents: Vec<Asked<'a>>,
    closing: Closing,
    until: Around,
    /// The address of the posting.
    back: String,
}

/// A document that the posting asks for.
struct Asked<'a> {
    language: &'a str,
    name: &'a str,
    is_required: bool,
}
