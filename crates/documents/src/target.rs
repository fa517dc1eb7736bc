//! Decides where a target leads: to a file server, to the web, or no further than this machine.

use crate::bytes::head;

/// Where a target leads. Ordered by the harm that loading it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A relative path: a part of the same package.
    Inside,
    /// A path on the reader's machine: a drive letter, `file:///`, an old Mac path.
    Near,
    /// A server of the web, or of another network that fetches something.
    Web,
    /// Another program by its scheme: `ms-msdt:`, `mhtml:`.
    Handler,
    /// A macro or a script, in the document or in its reader.
    Script,
    /// A file server by its name (UNC). Windows sends it the reader's password hash.
    Server,
}

/// Parses targets, as long as the document is worth the work.
pub(crate) struct Targets {
    left: usize,
}

impl Targets {
    /// Takes `most` targets; of a long one, each 64 bytes count.
    pub(crate) fn new(most: usize) -> Self {
        Self { left: most }
    }

    /// Returns where a target leads; once there were too many, of no more than the document itself.
    pub(crate) fn parse(&mut self, target: &str) -> Target {
        const COUNTED: usize = 64;
        let price = 1 + target.len().min(LONGEST) / COUNTED;
        self.left = self.left.saturating_sub(price);
        if self.left == 0 { Target::Inside } else { parse(target) }
    }

    pub(crate) fn are_spent(&self) -> bool {
        self.left == 0
    }
}

/// Bytes of a target that are looked at. No reader follows a longer address, and pictures in the
/// address itself (`data:`) have millions.
const LONGEST: usize = 8 * 1024;

/// Parses a target as the most dangerous of its readers would.
///
/// Readers differ in whether they decode `%5C`, once or twice, and in how they treat `\`. Each
/// reading is tried, and the worst counts.
pub(crate) fn parse(target: &str) -> Target {
    if !target.bytes().any(|byte| b":/\\%~.".contains(&byte)) {
        return Target::Inside;
    }
    let mut text = head(target.trim_start().as_bytes(), LONGEST).to_vec();
    simplify(&mut text);
    let mut worst = classify(&text);
    for _ in 0..DECODINGS {
        if !percent_decode(&mut text) {
            break;
        }
        simplify(&mut text);
        worst = worst.max(classify(&text));
    }
    worst
}

/// How often a target may be percent-encoded on top of itself.
const DECODINGS: usize = 3;

/// Schemes by which a macro or a script runs.
const SCRIPTS: &[&[u8]] = &[
    b"vnd.sun.star.script",
    b"vnd.sun.star.expand",
    b"vnd.libreoffice.command",
    b"macro",
    b"javascript",
    b"vbscript",
];

/// Schemes that name a file server.
const SERVERS: &[&[u8]] = &[b"smb", b"cifs", b"smbs"];

/// Schemes that stand before another target, which counts too.
const WRAPPERS: &[&[u8]] =
    &[b"mhtml", b"url", b"view-source", b"jar", b"feed", b"mk", b"its", b"ms-its", b"ms-itss"];

/// Schemes that fetch something, with or without `//`.
const FETCHING: &[&[u8]] = &[
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
const CALLING: &[&[u8]] = &[
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

/// Returns whether a click on a target starts a program by a scheme that neither calls somebody nor
/// fetches something.
pub(crate) fn starts_program(target: &str) -> bool {
    let mut text = head(target.as_bytes(), LONGEST).to_vec();
    for _ in 0..DECODINGS {
        percent_decode(&mut text);
    }
    simplify(&mut text);
    scheme(&text).is_some_and(|(scheme, rest)| {
        let is = |schemes: &[&[u8]]| schemes.contains(&scheme);
        // An old Mac path has several colons, and a host may have a port.
        let is_other = rest.contains(&b':') || rest.first().is_some_and(u8::is_ascii_digit);
        !is(CALLING) && !is(FETCHING) && scheme != b"file" && !is_other
    })
}

/// Makes it lower case, with `/` for `\`, without the blanks and controls that readers of URLs skip.
fn simplify(text: &mut Vec<u8>) {
    text.retain(|byte| !byte.is_ascii_control());
    for byte in &mut *text {
        *byte = if *byte == b'\\' { b'/' } else { byte.to_ascii_lowercase() };
    }
    let is_around = |byte: &u8| b" \"'".contains(byte);
    let before = text.iter().take_while(|byte| is_around(byte)).count();
    let behind = text.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    text.truncate(behind);
    text.drain(..before.min(behind));
}

fn classify(text: &[u8]) -> Target {
    if text.starts_with(b"//") || text.starts_with(b"/??/") {
        return server_or_device(text);
    }
    let Some((scheme, rest)) = scheme(text) else { return path(text) };
    let is = |schemes: &[&[u8]]| schemes.contains(&scheme);
    if scheme == b"file" {
        file(rest)
    } else if is(SERVERS) {
        Target::Server
    } else if is(WRAPPERS) {
        classify(wrapped(rest)).max(Target::Handler)
    } else if is(SCRIPTS) {
        Target::Script
    } else if scheme.starts_with(b"ms-") || scheme.starts_with(b"search") {
        Target::Handler
    } else if is(FETCHING) || rest.starts_with(b"//") {
        Target::Web
    } else {
        // `mailto:`, `data:`, or an old Mac path whose volume has a name of one word.
        Target::Near
    }
}

/// Returns what stands before a colon, where it can be a scheme. One letter is a drive.
fn scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (scheme, rest) = text.split_at_checked(colon)?;
    let is_scheme = scheme.len() > 1
        && scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    is_scheme.then_some((scheme, rest.get(1..)?))
}

/// Returns the target behind a wrapper: `mk:@msitstore:` has a word of its own in between.
fn wrapped(rest: &[u8]) -> &[u8] {
    let inner = rest.strip_prefix(b"@msitstore:").unwrap_or(rest);
    match inner {
        // `mhtml://http://a` is read as `mhtml:http://a`.
        [b'/', b'/', after @ ..] if scheme(after).is_some() => after,
        _ => inner,
    }
}

fn path(text: &[u8]) -> Target {
    let is_rooted = matches!(text, [b'/' | b'~', ..] | [b'.', b'.', ..]);
    if is_rooted || text.contains(&b':') { Target::Near } else { Target::Inside }
}

/// Returns what follows `file:`. Two slashes come before a host, four or more before a server's
/// name.
fn file(rest: &[u8]) -> Target {
    let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
    let name = rest.get(slashes..).unwrap_or_default();
    match slashes {
        0 | 1 | 3 => Target::Near,
        2 => host(name),
        _ => server(name),
    }
}

/// Judges the host of a `file:` URL: `localhost` is this machine, and so is a drive written as a
/// host.
fn host(name: &[u8]) -> Target {
    let end = name.iter().position(|byte| *byte == b'/').unwrap_or(name.len());
    let (host, path) = name.split_at_checked(end).unwrap_or_default();
    match host {
        b"localhost" if path.starts_with(b"//") => server_or_device(path),
        b"localhost" => Target::Near,
        _ => server(name),
    }
}

/// Returns what begins with `//`, or with the `/??/` of Windows' kernel.
fn server_or_device(text: &[u8]) -> Target {
    let slashes = text.iter().take_while(|byte| **byte == b'/').count();
    server(text.get(slashes..).unwrap_or_default())
}

/// Judges a server's name, unless it is a drive: `C:/`, `?/C:/`.
fn server(name: &[u8]) -> Target {
    let devices: [&[u8]; 3] = [b"?/", b"./", b"??/"];
    let name = devices.iter().find_map(|device| name.strip_prefix(*device)).unwrap_or(name);
    match name {
        [] => Target::Near,
        // A letter before a port, as in `//h:80/a`, is a server.
        [drive, b':' | b'|', rest @ ..]
            if drive.is_ascii_alphabetic() && !rest.first().is_some_and(u8::is_ascii_digit) =>
        {
            Target::Near
        }
        _ => Target::Server,
    }
}

/// Decodes each escape once, in its place. Returns whether there was one.
pub(crate) fn percent_decode(text: &mut Vec<u8>) -> bool {
    if !text.contains(&b'%') {
        return false;
    }
    let (mut read, mut written) = (0, 0);
    while let Some(rest) = text.get(read..)
        && let [first, after @ ..] = rest
    {
        let decoded = match (first, after) {
            (b'%', [high, low, ..]) => byte(*high, *low),
            _ => None,
        };
        read += if decoded.is_some() { 3 } else { 1 };
        let byte = decoded.unwrap_or(*first);
        if let Some(place) = text.get_mut(written) {
            *place = byte;
        }
        written += 1;
    }
    text.truncate(written);
    written < read
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |c: u8| char::from(c).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expect: Target, targets: &[&str]) {
        for target in targets {
            assert_eq!(parse(target), expect, "{target}");
        }
    }

    #[test]
    fn a_servers_name_in_each_of_its_spellings() {
        check(
            Target::Server,
            &[
                "\\\\h\\s",
                "//h/s",
                "/\\h/s",
                "\\/h",
                " \\\\h\\s",
                "\"\\\\h\\s\"",
                "\\\\h@SSL\\dav",
                "file://h/s",
                "file://h:80/s",
                "FILE://h",
                "file:\\\\h\\s",
                "file:////h/s",
                "file://///h/s",
                "file:///\\\\h\\s",
                "file:///%5C%5Ch%5Cs",
                "%5c%5Ch/s",
                "%255C%255Ch",
                "file:%2F%2Fh/s",
                "file://%68/s",
                "fi\nle://h/s",
                "smb://h/s",
                "smb:h",
                "CIFS://h",
                "\\\\?\\UNC\\h\\s",
                "//?/unc/h",
                "\\\\.\\pipe\\x",
                "\\??\\UNC\\h\\s",
                "file://localhost//h/s",
                "mhtml:file://h/x!y",
                "mhtml:\\\\h\\x",
                "url:\\\\h\\s",
                "file://127.0.0.1/s",
                "\\\\\\h\\s",
                "mk:@MSITStore:\\\\h\\a.chm::/x",
                "\u{A0}\\\\h\\s",
                "\u{2003}//h/s",
            ],
        );
    }

    #[test]
    fn the_web() {
        check(
            Target::Web,
            &[
                "http://a/b",
                "HTTPS://a",
                "ht\ttp://a",
                "http:a",
                "http:\\\\a\\b",
                "ftp://a",
                "vnd.sun.star.webdav://a/b",
                "http%3A//a",
                "https://a/b?c=file://d",
            ],
        );
    }

    #[test]
    fn what_starts_programs() {
        check(
            Target::Handler,
            &[
                "mhtml:http://a/x.html!x-usc:http://a",
                "ms-msdt:/id x",
                "ms-word:ofe|u|http://a",
                "search-ms:query=x",
                "%6dhtml:x",
                "view-source:x",
            ],
        );
    }

    #[test]
    fn this_machine() {
        check(
            Target::Near,
            &[
                "C:\\a.dotx",
                "c:/a",
                "file:///C:/a",
                "file:///home/a",
                "file:/home/a",
                "/home/a",
                "file://localhost/Users/me/CV.dotx",
                "file://C:/a",
                "file:////C:/a",
                "file://C|/a",
                "Macintosh HD:Users:me:CV.dotx",
                "Macintosh:Users:me:CV.dotx",
                "../a.xml",
                "mailto:a@b",
                "\\\\?\\C:\\a",
                "~/a",
                "file:///",
                "data:image/png;base64,AA",
            ],
        );
    }

    #[test]
    fn the_package_itself() {
        check(
            Target::Inside,
            &["", "a.xml", "media/a.png", "#a", "./Object 1", "Pictures/50%.png"],
        );
    }

    #[test]
    fn scripts() {
        check(
            Target::Script,
            &[
                "vnd.sun.star.script:A.b",
                " MACRO:///a",
                "javascript:x",
                "%6dacro:x",
                "JavaScript:x",
            ],
        );
    }
}
