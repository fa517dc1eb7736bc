//! Knows the schemes of targets, and what readers do with each.

/// Returns what stands before a colon, where it can be a scheme. One letter is a drive.
pub(super) fn scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (scheme, rest) = text.split_at_checked(colon)?;
    let is_scheme = scheme.len() > 1
        && scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    is_scheme.then_some((scheme, rest.get(1..)?))
}

/// Schemes by which a macro or a script runs.
pub(super) const SCRIPTS: &[&[u8]] = &[
    b"vnd.sun.star.script",
    b"vnd.sun.star.expand",
    b"vnd.libreoffice.command",
    b"macro",
    b"javascript",
    b"vbscript",
];

/// Schemes that name a file server.
pub(super) const SERVERS: &[&[u8]] = &[b"smb", b"cifs", b"smbs"];

/// Schemes that stand before another target, which counts too.
pub(super) const WRAPPERS: &[&[u8]] =
    &[b"mhtml", b"url", b"view-source", b"jar", b"feed", b"mk", b"its", b"ms-its", b"ms-itss"];

/// Schemes of parts of a package, behind which stands where that is, percent-encoded.
pub(super) const PACKAGES: &[&[u8]] = &[b"vnd.sun.star.pkg", b"vnd.sun.star.zip"];

/// Schemes that fetch something, with or without `//`.
pub(super) const FETCHING: &[&[u8]] = &[
    b"http",
    b"https",
    b"ftp",
    b"ftps",
    b"sftp",
    b"dav",
    b"davs",
    b"webdav",
    b"nfs",
    b"afp",
    b"gopher",
    b"ldap",
    b"ldaps",
    b"ssh",
    b"telnet",
    b"vnd.sun.star.webdav",
];

/// Schemes without `//` that a click may follow: they call or write to somebody.
pub(super) const CALLING: &[&[u8]] = &[
    b"mailto",
    b"tel",
    b"sms",
    b"callto",
    b"skype",
    b"sip",
    b"sips",
    b"whatsapp",
    b"xmpp",
    b"geo",
    b"urn",
    b"doi",
    b"cid",
    b"data",
    b"about",
    b"blob",
];
