//! The text below the front matter.

use super::{SAMPLE, check, mistakes};
use crate::posting::compile;

const TEXT: &str = "Le texte.";

#[test]
fn html_of_markdown() {
    for (markdown, expected) in [
        ("Oui ! Il l'a dit : « non ».", "<p>Oui_! Il l’a dit~: «~non~».</p>"),
        ("**Non** : l'*ami*!", "<p><strong>Non</strong>~: l’<em>ami</em>_!</p>"),
        ("`l'a ? 38 400`", "<p><code>l'a ? 38 400</code></p>"),
        ("    l'a ? 38 400", "<pre><code>l'a ? 38 400\n</code></pre>"),
        ("- 38 400 à\n- 41 400", "<ul>\n<li>38_400 à</li>\n<li>41_400</li>\n</ul>"),
        (
            "[l'OMCT](https://www.omct.org/l'a?b=1&c=2)",
            "<p><a rel=\"noopener noreferrer\" href=\"https://www.omct.org/l&#x27;a?b=1&amp;c=2\">l’OMCT</a></p>",
        ),
        (
            "<https://omct.org/?a:> : ici",
            "<p><a rel=\"noopener noreferrer\" href=\"https://omct.org/?a:\">https://omct.org/?a:</a>~: ici</p>",
        ),
        ("<jobs@omct.org> ;", "<p><a href=\"mailto:jobs@omct.org\">jobs@omct.org</a>_;</p>"),
        (
            "[nous](mailto:jobs@omct.org?subject=Poste)",
            "<p><a href=\"mailto:jobs@omct.org?subject=Poste\">nous</a></p>",
        ),
        ("1 < 2 & \\<b>", "<p>1 &lt; 2 &amp; &lt;b&gt;</p>"),
        ("&lt;a href=\"https://x.org\"&gt;", "<p>&lt;a href=\"https://x.org\"&gt;</p>"),
        ("### Plus\n\n#### Encore\n\n## Fin", "<h3>Plus</h3>\n<h4>Encore</h4>\n<h2>Fin</h2>"),
    ] {
        let compiled = compile("postings/programme-officer.md", &SAMPLE.replace(TEXT, markdown));
        assert_eq!(compiled.mistakes, [], "{markdown:?}");
        let body = compiled.posting.unwrap().body.replace('\u{A0}', "~").replace('\u{202F}', "_");
        let body = body.strip_prefix("<h2>Le poste</h2>\n").unwrap();
        assert_eq!(body.trim_end(), expected, "{markdown:?}");
    }
}

#[test]
fn what_is_not_taken() {
    let html = "60: HTML is not taken, comments included. Write Markdown.";
    let image = "60: images are not taken: the page loads nothing. Describe it in words.";
    check(&[
        (TEXT, "<script>alert(1)</script>", &[html]),
        (TEXT, "<!-- later -->", &[html]),
        (
            TEXT,
            "Un <b>mot</b>.",
            &["60: HTML such as `<b>` is not taken. Write Markdown, or `\\<` for the sign itself."],
        ),
        (TEXT, "![logo](https://x.org/a.png)", &[image]),
        (TEXT, "Un.\n\n![x][l]\n\n[l]: https://x.org/a.png", &[&image.replace("60", "62")]),
        (TEXT, "[a](mailto:nobody)", &["60: `nobody` is not an e-mail address."]),
    ]);
    for link in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "http://x.org",
        "//x.org",
        "/apply",
        "#a",
        "https://",
        "https://x.org@y.org",
        "https://localhost",
    ] {
        let expected = format!(
            "60: the link `{link}` is not taken. Links begin with https:// or mailto: and are whole."
        );
        check(&[(TEXT, &format!("[x]({link})"), &[&expected])]);
    }
}

#[test]
fn headings() {
    check(&[
        (
            TEXT,
            "# Titre",
            &[
                "60: `#` is the page's title, which the front matter says. Begin headings with `##`.",
            ],
        ),
        (
            TEXT,
            "Titre\n=====",
            &[
                "60: `#` is the page's title, which the front matter says. Begin headings with `##`.",
            ],
        ),
        (
            "## Le poste",
            "### Le poste",
            &["58: the heading `###` skips a level. Begin it with `##`."],
        ),
        (TEXT, "A\n\n#### B", &["62: the heading `####` skips a level. Begin it with `###`."]),
    ]);
}

#[test]
fn no_text() {
    let expected = ["56: the posting has no text. Describe the work below the front matter."];
    for text in ["", "\n\n", "\n---\n"] {
        let (front, _) = SAMPLE.split_once("\n## ").unwrap();
        assert_eq!(mistakes(&format!("{front}{text}")), expected, "{text:?}");
    }
}
