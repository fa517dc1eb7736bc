use crate::Address;
use crate::incoming::{Verdict, verdict};

fn is_verified(results: &str) -> bool {
    let author = Address::parse("marie@mail.example.net").unwrap();
    verdict(Some(results), "mx.example.org", &author) == Verdict::Verified
}

#[test]
fn a_pass_for_the_domain_of_the_author_is_proof() {
    for results in [
        "mx.example.org; dmarc=pass header.from=mail.example.net",
        "mx.example.org; dkim=none; spf=softfail smtp.mailfrom=x@other.example; dmarc=pass (p=none) header.from=mail.example.net",
        "MX.example.org 1; DKIM=Pass header.d=MAIL.example.net",
        "mx.example.org; dkim=pass header.d=example.net header.s=s1 header.b=abc",
        "mx.example.org; dkim=pass header.i=@example.net",
        "mx.example.org; dkim=fail header.d=example.net; dkim=pass header.d=example.net",
        "mx.example.org; spf=pass smtp.mailfrom=marie@mail.example.net",
        "mx.example.org;\r\n spf=pass (sender permitted) smtp.mailfrom=example.net",
    ] {
        assert!(is_verified(results), "{results}");
    }
}

#[test]
fn nothing_else_is() {
    for results in [
        "",
        "mx.example.org; none",
        "mx.example.org; dmarc=none; dkim=none; spf=none",
        // Of another server, or of one that only looks like ours.
        "other.example; dmarc=pass header.from=mail.example.net",
        "mx.example.org.evil.example; dmarc=pass header.from=mail.example.net",
        "dmarc=pass header.from=mail.example.net; mx.example.org",
        // For another domain.
        "mx.example.org; dmarc=pass header.from=evil.example",
        "mx.example.org; dkim=pass header.d=evil.example",
        "mx.example.org; dkim=pass header.d=net",
        "mx.example.org; dkim=pass header.d=le.net",
        "mx.example.org; dkim=pass header.d=x.mail.example.net",
        "mx.example.org; spf=pass smtp.mailfrom=bounces@evil.example",
        "mx.example.org; spf=pass smtp.helo=mail.example.net",
        "mx.example.org; dkim=pass",
        // Passes that are none.
        "mx.example.org; dkim=fail header.d=mail.example.net",
        "mx.example.org; dmarc=fail header.from=mail.example.net; dkim=pass header.d=mail.example.net",
        "mx.example.org; spf=softfail smtp.mailfrom=mail.example.net",
        // Words of the sender's in a comment or in quotes.
        "mx.example.org; spf=fail (x; dkim=pass header.d=mail.example.net) smtp.mailfrom=evil.example",
        "mx.example.org; spf=fail smtp.mailfrom=\"x; dmarc=pass header.from=mail.example.net\"",
        "mx.example.org; spf=fail ((x) ; dkim=pass header.d=mail.example.net",
    ] {
        assert!(!is_verified(results), "{results}");
    }
    let author = Address::parse("marie@mail.example.net").unwrap();
    let results = Some("; dmarc=pass");
    assert_eq!(verdict(None, "mx.example.org", &author), Verdict::Unverified);
    assert_eq!(verdict(results, "", &author), Verdict::Unverified);
}

#[test]
fn only_the_topmost_field_is_read() {
    let message = super::read(
        "Authentication-Results: other.example; none\nAuthentication-Results: mx.example.org; dmarc=pass\nFrom: a@b.example\n\n",
    );
    assert_eq!(message.authentication.as_deref(), Some("other.example; none"));
}
