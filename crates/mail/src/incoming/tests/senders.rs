use super::read;
use crate::incoming::MessageKind;

#[test]
fn one_author_is_one() {
    for (headers, author) in [
        ("From: Marie Dupont <marie@example.net>", Some(("Marie Dupont", "marie@example.net"))),
        ("From: marie@example.net", Some(("", "marie@example.net"))),
        ("From: =?utf-8?Q?Am=C3=A9lie?= <a@example.net>", Some(("Amélie", "a@example.net"))),
        (
            "From: \"Dupont, Marie\" <marie@example.net>",
            Some(("Dupont, Marie", "marie@example.net")),
        ),
        ("From: =?utf-8?Q?a=0D=0ABcc:_x?= <a@example.net>", Some(("a Bcc: x", "a@example.net"))),
        ("From: a@example.net, b@example.net", None),
        ("From: a@example.net\nFrom: b@example.net", None),
        ("From: group: a@example.net, b@example.net;", None),
        ("From: nobody", None),
        ("From:", None),
        ("Sender: a@example.net", None),
    ] {
        let message = read(&format!("{headers}\nSubject: x\n\n"));
        let read = message.from.as_ref().map(|from| (from.name.as_str(), from.address.as_str()));
        assert_eq!(read, author, "{headers}");
    }
}

#[test]
fn identifiers_are_read() {
    let message =
        read("Message-ID: <a@b>\nIn-Reply-To: Your message <c@d>\nReferences: <e@f>\n <g@h>\n\n");
    assert_eq!(message.message_id.as_deref(), Some("<a@b>"));
    assert_eq!(message.references, ["<c@d>", "<e@f>", "<g@h>"]);
}

#[test]
fn marks_of_installations_are_words() {
    let message = read(
        "X-Guichet-Passed: a-_Z9\nSubject: x\nX-Guichet-Passed:\n b\nX-Guichet-Passed: c d\nX-Guichet-Passed: \n\n\
        X-Guichet-Passed: body\n",
    );
    assert_eq!(message.passed, ["a-_Z9", "b"]);
}

#[test]
fn subjects_are_decoded_and_stay_one_line() {
    for (written, subject) in [
        ("Chargé·e de mission", "Chargé·e de mission"),
        ("=?UTF-8?B?Q2hhcmfDqcK3ZQ==?=", "Chargé·e"),
        ("=?UTF-8?Q?a=0D=0ABcc:_x@y.example?=", "a Bcc: x@y.example"),
        ("TR : Chargée\n de mission", "TR : Chargée de mission"),
    ] {
        assert_eq!(read(&format!("Subject: {written}\n\n")).subject, subject);
    }
}

#[test]
fn what_no_person_wrote_is_known() {
    use MessageKind::{Automatic, Bounce, List, Personal};
    for (headers, kind) in [
        ("Subject: x", Personal),
        ("Auto-Submitted: no", Personal),
        ("Auto-Submitted: auto-replied (vacation)", Automatic),
        ("Auto-Submitted: auto-generated; x=y", Automatic),
        ("X-Autoreply: yes", Automatic),
        ("Precedence: auto_reply", Automatic),
        ("X-Guichet-Passed: abc", Automatic),
        ("Precedence: bulk", List),
        ("List-Id: <news.example.org>", List),
        ("List-Unsubscribe: <mailto:x@example.org>", List),
        ("Return-Path: <>", Bounce),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", Bounce),
        ("From: Mail Delivery System <MAILER-DAEMON@example.org>", Bounce),
        // Outlook puts it on what people write.
        ("X-Auto-Response-Suppress: All", Personal),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply\nX-Mailer: Outlook", Personal),
    ] {
        assert_eq!(read(&format!("{headers}\n\n")).kind, kind, "{headers}");
    }
}
