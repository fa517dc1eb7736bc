//! Writes what staff have written to a candidate as a mail.

use askama::Template;
use domain::{Application, Posting};
use locales::Texts;

use super::{MailText, ended};

/// To the candidate: `body` as staff wrote it, and below it which application
/// it is about.
pub fn message(
    texts: &Texts,
    posting: &Posting,
    received: &Application,
    subject: &str,
    body: &str,
) -> MailText {
    let reference = received.reference.as_str();
    let paragraphs = body.split("\n\n").filter(|one| !one.trim().is_empty());
    let paragraphs: Vec<Vec<&str>> = paragraphs.map(|one| one.trim().lines().collect()).collect();
    let html = Html { texts, posting, reference, subject, paragraphs: &paragraphs };
    MailText {
        text: ended(Text { texts, posting, reference, body: body.trim() }.to_string()),
        html: html.to_string(),
        subject: subject.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "mail/message.txt")]
struct Text<'a> {
    texts: &'a Texts,
    posting: &'a Posting,
    reference: &'a str,
    body: &'a str,
}

#[derive(Template)]
#[template(path = "mail/message.html")]
struct Html<'a> {
    texts: &'a Texts,
    posting: &'a Posting,
    reference: &'a str,
    subject: &'a str,
    paragraphs: &'a [Vec<&'a str>],
}
