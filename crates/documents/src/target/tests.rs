//! Targets by where they lead.

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
            "vnd.sun.star.pkg://file:%2F%2Fh%2Fa.odt/x.png",
            "vnd.sun.star.zip://%5C%5Ch%5Ca.zip/x",
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
            "vnd.sun.star.pkg://http:%2F%2Fa%2Fb.odt/x.png",
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
    check(Target::Inside, &["", "a.xml", "media/a.png", "#a", "./Object 1", "Pictures/50%.png"]);
}

#[test]
fn scripts() {
    check(
        Target::Script,
        &["vnd.sun.star.script:A.b", " MACRO:///a", "javascript:x", "%6dacro:x", "JavaScript:x"],
    );
}
