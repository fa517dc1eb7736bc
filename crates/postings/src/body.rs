//! Converts the text of a posting from Markdown to HTML that loads and runs
//! nothing.

use addresses::Address;
use pulldown_cmark::{
    CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeWithOffset, html,
};

use crate::mistake::Flaw;
use crate::notes::{Notes, newlines};
use crate::{check, typography};

/// Returns the HTML of `markdown`, which begins on line `first_line` of the file.
pub(crate) fn compile(
    markdown: &str,
    first_line: usize,
    language: &str,
    notes: &Notes<'_>,
) -> String {
    let mut reader =
        Reader { language, notes, level: 1, before: None, is_verbatim: false, line: first_line };
    let mut read_to = 0;
    let parser = Parser::new_ext(markdown, Options::empty()).into_offset_iter();
    let events: Vec<Event<'_>> = TextMergeWithOffset::new(parser)
        .map(|(event, range)| {
            // From event to event: counted from the beginning each time, a long
            // text would take minutes. The end of a block has its beginning.
            let between = |from, to| newlines(markdown.get(from..to).unwrap_or_default());
            reader.line += between(read_to, range.start);
            reader.line -= between(range.start, read_to);
            read_to = range.start;
            reader.read(event)
        })
        .collect();
    if !events.iter().any(|event| matches!(event, Event::Text(text) if !text.trim().is_empty())) {
        // The line of the fence: the text may have none.
        notes.add_as(
            Flaw::Missing,
            first_line - 1,
            "the posting has no text. Describe the work below the front matter.",
        );
    }
    let mut html = String::with_capacity(markdown.len() * 5 / 4);
    html::push_html(&mut html, events.into_iter());
    // Raw HTML is refused and text is escaped, so this is only ever a link.
    html.replace("<a href=\"https:", "<a rel=\"noopener noreferrer\" href=\"https:")
}

struct Reader<'a> {
    language: &'a str,
    notes: &'a Notes<'a>,
    /// The level of the last heading. The page's own title is the first.
    level: usize,
    /// The character before the next text in the same block.
    before: Option<char>,
    /// Whether text is to stay as it is: code, and addresses shown as they are.
    is_verbatim: bool,
    line: usize,
}

impl Reader<'_> {
    fn read<'e>(&mut self, event: Event<'e>) -> Event<'e> {
        match &event {
            Event::Text(text) if self.is_verbatim => self.before = text.chars().next_back(),
            Event::Text(text) => {
                let set = typography::set_after(self.language, self.before, text);
                self.before = set.chars().next_back();
                return Event::Text(CowStr::from(set));
            }
            Event::Code(code) => self.before = code.chars().next_back(),
            Event::SoftBreak | Event::HardBreak => self.before = None,
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(*tag),
            // The end of what was refused at its beginning.
            Event::InlineHtml(html) if html.starts_with("</") => {}
            Event::InlineHtml(html) => {
                let text = format!(
                    "HTML such as `{}` is not taken. Write Markdown, or `\\<` for the sign itself.",
                    html.trim()
                );
                self.add(text);
            }
            _ => {}
        }
        event
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.heading(*level),
            Tag::HtmlBlock => {
                self.add("HTML is not taken, comments included. Write Markdown.");
            }
            Tag::Image { .. } => {
                self.add("images are not taken: the page loads nothing. Describe it in words.");
            }
            Tag::Link { link_type, dest_url, .. } => {
                self.is_verbatim = matches!(link_type, LinkType::Autolink | LinkType::Email);
                self.link(*link_type, dest_url);
            }
            Tag::CodeBlock(_) => self.is_verbatim = true,
            _ => {}
        }
        if !matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Link { .. }) {
            self.before = None;
        }
    }

    fn close(&mut self, tag: TagEnd) {
        if matches!(tag, TagEnd::Link | TagEnd::CodeBlock) {
            self.is_verbatim = false;
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        let level = level as usize;
        let most = self.level + 1;
        if level == 1 {
            self.add(
                "`#` is the page's title, which the front matter says. Begin headings with `##`.",
            );
        } else if level > most {
            let (given, taken) = ("#".repeat(level), "#".repeat(most));
            self.add(format!("the heading `{given}` skips a level. Begin it with `{taken}`."));
        }
        self.level = level.max(2);
    }

    fn link(&self, link_type: LinkType, url: &str) {
        let address = match link_type {
            LinkType::Email => Some(url),
            _ => url.strip_prefix("mailto:"),
        };
        match address {
            Some(address) => {
                let address = address.split('?').next().unwrap_or_default();
                if Address::parse(address).is_err() {
                    self.add(format!("`{address}` is not an e-mail address."));
                }
            }
            None if !check::is_https(url) => {
                let text = format!(
                    "the link `{url}` is not taken. Links begin with https:// or mailto: and are whole."
                );
                self.add(text);
            }
            None => {}
        }
    }

    fn add(&self, text: impl Into<String>) {
        self.notes.add(self.line, text);
    }
}
