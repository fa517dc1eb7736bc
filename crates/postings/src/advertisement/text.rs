//! An advertisement's text: its lines, and the Markdown that they make.

/// The lines of an advertisement. Those that became facts are taken out of
/// the text.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// Each without white space around it.
    pub(crate) lines: Vec<String>,
    taken: Vec<bool>,
}

/// The longest line that can be a heading, in characters.
const MAX_HEADING: usize = 90;

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let lines: Vec<String> =
            rules::application::lines(text).lines().map(rules::application::one_line).collect();
        let taken = vec![false; lines.len()];
        Self { lines, taken }
    }

    /// Takes the line out of the text.
    pub(crate) fn take(&mut self, index: usize) {
        if let Some(taken) = self.taken.get_mut(index) {
            *taken = true;
        }
    }

    /// The lines with their numbers, folded.
    pub(crate) fn folded(&self) -> Vec<(usize, String)> {
        self.lines.iter().map(|line| domain::folded(line)).enumerate().collect()
    }

    /// The sentences, each with the number of its line.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().enumerate().flat_map(|(index, line)| {
            sentences(line).into_iter().map(move |sentence| (index, sentence))
        })
    }

    fn is_left(&self, index: usize) -> bool {
        !self.taken.get(index).copied().unwrap_or(true)
    }

    /// Whether `word` stands in capitals outside of headings: then it is a
    /// name.
    fn is_abbreviation(&self, word: &str) -> bool {
        let is_it = |part: &str| part == word;
        let lines = self.lines.iter().filter(|line| !is_loud(line));
        let mut words = lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
        words.any(is_it)
    }
}

/// Returns the sentences of a line. An abbreviation ends none: what follows
/// begins with a capital.
pub(crate) fn sentences(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(end) = end_of_sentence(rest) {
        let (sentence, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        found.push(sentence.trim());
        rest = after.trim_start();
    }
    if !rest.trim().is_empty() {
        found.push(rest.trim());
    }
    found
}

fn end_of_sentence(text: &str) -> Option<usize> {
    let ends = text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?'));
    ends.map(|(at, c)| at.saturating_add(c.len_utf8())).find(|end| {
        let mut after = text.get(*end..).unwrap_or_default().chars();
        after.next().is_some_and(char::is_whitespace)
            && after.next().is_some_and(char::is_uppercase)
    })
}

/// Returns the text as Markdown, without the lines up to the title and those
/// that became facts. A heading above nothing goes.
pub(crate) fn markdown(lines: &Lines, title_line: Option<usize>) -> String {
    let first = title_line.map_or(0, |line| line.saturating_add(1));
    let mut blocks: Vec<Block> = Vec::new();
    for (index, line) in lines.lines.iter().enumerate().skip(first) {
        if line.is_empty() || !lines.is_left(index) {
            continue;
        }
        let next = lines.lines.iter().skip(index.saturating_add(1)).find(|line| !line.is_empty());
        blocks.push(block(lines, line, next.map(String::as_str)));
    }
    let mut written = String::new();
    for (index, block) in blocks.iter().enumerate() {
        let after = blocks.get(index.saturating_add(1));
        if block.is_above_nothing(after) {
            continue;
        }
        let is_list = matches!(block, Block::Item(_));
        let follows_item = index.checked_sub(1).and_then(|before| blocks.get(before));
        let is_next_item = is_list && matches!(follows_item, Some(Block::Item(_)));
        written.push_str(if written.is_empty() || is_next_item { "\n" } else { "\n\n" });
        written.push_str(&block.written());
    }
    written.trim().to_owned()
}

/// A part of the text.
enum Block {
    Heading(String),
    Subheading(String),
    Item(String),
    Paragraph(String),
}

impl Block {
    fn is_above_nothing(&self, after: Option<&Self>) -> bool {
        match self {
            Self::Heading(_) => matches!(after, None | Some(Self::Heading(_))),
            Self::Subheading(_) => {
                matches!(after, None | Some(Self::Heading(_) | Self::Subheading(_)))
            }
            Self::Item(_) | Self::Paragraph(_) => false,
        }
    }

    fn written(&self) -> String {
        match self {
            Self::Heading(text) => format!("## {}", plain(text)),
            Self::Subheading(text) => format!("### {}", plain(text)),
            Self::Item(text) => format!("- {}", plain(text)),
            Self::Paragraph(text) => plain(text),
        }
    }
}

fn block(lines: &Lines, line: &str, next: Option<&str>) -> Block {
    if let Some(item) = item(line) {
        return Block::Item(item.to_owned());
    }
    if is_loud(line) && line.chars().count() <= MAX_HEADING {
        return Block::Heading(quieter(lines, line));
    }
    let is_short = line.chars().count() <= MAX_HEADING;
    let is_open = !line.ends_with(['.', ';', ':', '!', '?', ',']);
    if is_short && is_open && next.is_some_and(|next| item(next).is_some()) {
        return Block::Subheading(line.to_owned());
    }
    Block::Paragraph(line.to_owned())
}

fn item(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['•', '·', '▪', '‣', '◦', '–', '—', '-', '*', 'o'])?;
    let spaced = rest.starts_with(char::is_whitespace);
    (spaced && !rest.trim().is_empty()).then(|| rest.trim())
}

/// Whether a line is in capitals, but for what stands in brackets.
fn is_loud(line: &str) -> bool {
    let before = line.split('(').next().unwrap_or_default();
    let letters = before.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() >= 4 && letters.clone().all(|c| c.is_uppercase() || !c.is_lowercase())
}

/// A line in capitals as a sentence: names in capitals stay.
fn quieter(lines: &Lines, line: &str) -> String {
    let (loud, rest) = line.split_at(line.find('(').unwrap_or(line.len()));
    let mut quiet = String::new();
    let mut word = String::new();
    for c in loud.chars().chain(['\n']) {
        if c.is_alphanumeric() {
            word.push(c);
            continue;
        }
        if lines.is_abbreviation(&word) && word.chars().count() > 1 {
            quiet.push_str(&word);
        } else if quiet.is_empty() {
            let mut letters = word.chars();
            quiet.extend(letters.next());
            quiet.push_str(&letters.as_str().to_lowercase());
        } else {
            quiet.push_str(&word.to_lowercase());
        }
        word.clear();
        if c != '\n' {
            quiet.push(c);
        }
    }
    format!("{quiet}{rest}")
}

/// `text` without what Markdown or HTML would take for its own.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        let begins = index == 0 && matches!(c, '#' | '+' | '-' | '>' | '=' | '~');
        if begins || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
