//! A file that came with a message.

use super::head::Head;

/// A file that came with a message.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its name as the sender's program wrote it, decoded; empty where it has none.
    pub name: String,
    /// The media type that it claims, in lower case.
    pub media_type: String,
    /// The bytes as they were before they were encoded.
    pub bytes: Vec<u8>,
    /// What it is for.
    pub role: Role,
    /// Whether it came inside an attached message.
    pub forwarded: bool,
    /// Its Content-ID, without angle brackets.
    pub(super) content_id: Option<String>,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It may be a document. How it is displayed makes no difference: some programs mark every file as `inline`.
    Document,
    /// A picture that the text shows, such as a logo.
    Shown,
    /// A signature, a key or an invitation, made by the program.
    Accessory,
    /// `winmail.dat`: Outlook's own package, which holds the files and which nothing else opens.
    Package,
    /// A message that is not opened.
    Message,
}

impl File {
    /// Makes a file that may be a document, as if it had come with a mail.
    pub fn document(name: &str, media_type: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes,
            role: Role::Document,
            forwarded: false,
            content_id: None,
        }
    }

    pub(super) fn of(head: &Head, bytes: Vec<u8>) -> Self {
        let media_type = head.media_type();
        let name = head.file_name().unwrap_or_default();
        let role = role(&media_type, &name);
        let content_id = head.ids("content-id").into_iter().next();
        let content_id = content_id.map(|id| id.trim_matches(['<', '>']).to_owned());
        Self { name, media_type, bytes, role, forwarded: false, content_id }
    }

    pub(super) fn message(bytes: &[u8]) -> Self {
        Self {
            name: String::new(),
            media_type: "message/rfc822".to_owned(),
            bytes: bytes.to_vec(),
            role: Role::Message,
            forwarded: false,
            content_id: None,
        }
    }
}

/// Says no name and no content, so that neither can get into a log.
impl core::fmt::Debug for File {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "File({}, {} bytes, {:?})", self.media_type, self.bytes.len(), self.role)
    }
}

fn role(media_type: &str, name: &str) -> Role {
    const ACCESSORIES: &[&str] = &[
        "application/pgp-signature",
        "application/pgp-encrypted",
        "application/pgp-keys",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "message/delivery-status",
        "message/disposition-notification",
        "text/calendar",
        "text/rfc822-headers",
        "text/vcard",
        "text/x-vcard",
    ];
    if ACCESSORIES.contains(&media_type) {
        Role::Accessory
    } else if media_type == "application/ms-tnef" || name.eq_ignore_ascii_case("winmail.dat") {
        Role::Package
    } else {
        Role::Document
    }
}

/// Marks the pictures that the HTML text of their message shows.
pub(super) fn mark_shown(files: &mut [File], html: &str) {
    let html = html.to_ascii_lowercase();
    for file in files.iter_mut().filter(|file| !file.forwarded) {
        let is_picture = file.media_type.starts_with("image/");
        let is_shown = |id: &String| {
            !id.is_empty() && html.contains(&format!("cid:{}", id.to_ascii_lowercase()))
        };
        if is_picture
            && file.role == Role::Document
            && file.content_id.as_ref().is_some_and(is_shown)
        {
            file.role = Role::Shown;
        }
    }
}
