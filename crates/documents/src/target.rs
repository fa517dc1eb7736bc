//! Decides where a target leads: to a file server, to the web, or no further than this machine.

mod escape;
mod scheme;

use crate::bytes::head;
pub(crate) use escape::percent_decode;
use escape::simplify;
use scheme::{CALLING, FETCHING, PACKAGES, SCRIPTS, SERVERS, WRAPPERS, scheme};

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

/// Returns whether a click on a target starts a program by a scheme that neither calls somebody nor
/// fetches something.
pub(crate) fn starts_program(target: &str) -> bool {
    let mut text = head(target.as_bytes(), LONGEST).to_vec();
    for _ in 0..DECODINGS {
        percent_decode(&mut text);
    }
    simplify(&mut text);
    // Commands of the office program.
    let is_command = text.starts_with(b".uno:") || text.starts_with(b"slot:");
    is_command
        || scheme(&text).is_some_and(|(scheme, rest)| {
            let is = |schemes: &[&[u8]]| schemes.contains(&scheme);
            // An old Mac path has several colons, and a host may have a port.
            let is_other = rest.contains(&b':') || rest.first().is_some_and(u8::is_ascii_digit);
            !is(CALLING) && !is(FETCHING) && scheme != b"file" && !is_other
        })
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
    } else if is(PACKAGES) {
        classify(wrapped(rest))
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

#[cfg(test)]
mod tests;
