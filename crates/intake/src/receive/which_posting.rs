//! Decides for which posting a mail is.

use domain::Posting;
use mail::Address;
use rules::Timestamp;
use rules::deadline::Phase;
use rules::subject::{fold, is_same};

/// The posting of a mail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Which<'a> {
    /// This one: its address or its subject says so.
    This(&'a Posting),
    /// An open one whose subject is much like that of the mail. It is only
    /// suggested.
    Perhaps(&'a Posting),
    /// Several open ones ask for its subject; this is the last to close. It is
    /// only suggested.
    Several(&'a Posting),
    /// None.
    None,
}

impl<'a> Which<'a> {
    /// The posting, sure or not.
    pub(super) fn posting(&self) -> Option<&'a Posting> {
        match self {
            Self::This(posting) | Self::Perhaps(posting) | Self::Several(posting) => Some(posting),
            Self::None => None,
        }
    }
}

/// Returns the posting for a mail to `to` under `subject`. An address of a
/// posting's own, `slug@…` or `applications+slug@…`, decides; else the subject.
pub(super) fn which<'a>(
    postings: &'a [Posting],
    intake: &Address,
    to: &str,
    subject: &str,
    now: Timestamp,
) -> Which<'a> {
    let published = || postings.iter().filter(|posting| posting.is_published());
    if let Some(posting) = published().find(|posting| is_to(posting, intake, to)) {
        return Which::This(posting);
    }
    let subject = without_prefixes(subject);
    let is_it = |posting: &&Posting| is_same(&posting.requirements.subject, subject, fold);
    let mut matches = by_rank(postings, now).into_iter().filter(is_it);
    if let Some(posting) = matches.next() {
        let is_alone = !matches.any(|other| is_open(other, now));
        return if is_alone { Which::This(posting) } else { Which::Several(posting) };
    }
    let open = published().filter(|posting| is_open(posting, now));
    let likeness = |posting: &Posting| {
        likeness(&posting.requirements.subject, subject).max(likeness(&posting.title, subject))
    };
    let nearest =
        open.map(|posting| (likeness(posting), posting)).max_by_key(|(likeness, _)| *likeness);
    match nearest {
        Some((likeness, posting)) if likeness >= LIKE => Which::Perhaps(posting),
        _ => Which::None,
    }
}

/// The published postings: those that are open first, then the latest.
pub(super) fn by_rank(postings: &[Posting], now: Timestamp) -> Vec<&Posting> {
    let mut ranked: Vec<_> = postings.iter().filter(|posting| posting.is_published()).collect();
    ranked.sort_by_key(|posting| core::cmp::Reverse(rank(posting, now)));
    ranked
}

/// One that is open comes before one that had the same subject last year.
fn rank(posting: &Posting, now: Timestamp) -> (bool, Timestamp) {
    (is_open(posting, now), posting.requirements.window.closes_at)
}

/// From how many of a hundred on two subjects are much alike: somebody who
/// writes the half of one means it.
const LIKE: usize = 40;

fn is_open(posting: &Posting, now: Timestamp) -> bool {
    posting.requirements.window.phase(now) == Phase::Open
}

/// Whether an address is the posting's own.
fn is_to(posting: &Posting, intake: &Address, to: &str) -> bool {
    let (Some((local, domain)), Some((own, own_domain))) =
        (to.rsplit_once('@'), intake.as_str().rsplit_once('@'))
    else {
        return false;
    };
    let local = local.to_ascii_lowercase();
    let own = own.to_ascii_lowercase();
    let tag = local.strip_prefix(&own).and_then(|rest| rest.strip_prefix('+'));
    domain.eq_ignore_ascii_case(own_domain) && tag.unwrap_or(&local) == posting.slug
}

/// What mail programs put before the subject of a mail that is handed on.
const HANDED_ON: [&str; 5] = ["fw", "fwd", "tr", "wg", "rv"];

/// The subject without what mail programs and people put before it: `Re:`,
/// `Fwd:`, `TR :`, `Candidature :`, `[External]`.
pub(super) fn without_prefixes(subject: &str) -> &str {
    const PREFIXES: &[&str] = &[
        "re",
        "ré",
        "rep",
        "aw",
        "sv",
        "vs",
        "candidature",
        "candidature spontanée",
        "application",
        "job application",
        "candidatura",
        "objet",
        "subject",
        "asunto",
        "postulation",
    ];
    let mut rest = subject.trim();
    loop {
        if let Some((_, after)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            rest = after.trim();
            continue;
        }
        let Some((before, after)) = rest.split_once([':', '：']) else { return rest };
        // `Re[2]:` and `Re(2):` count as well.
        let word = before.split(['[', '(']).next().unwrap_or_default().trim().to_lowercase();
        let word = word.as_str();
        if !PREFIXES.contains(&word) && !HANDED_ON.contains(&word) {
            return rest;
        }
        rest = after.trim();
    }
}

/// Whether a subject says that the mail was handed on.
pub(super) fn is_handed_on(subject: &str) -> bool {
    let before = subject.split_once([':', '：']).map(|(before, _)| before.trim().to_lowercase());
    before.is_some_and(|before| HANDED_ON.contains(&before.as_str()))
}

/// How much two texts are alike, of a hundred: twice the pairs of neighbouring
/// letters that both have, by the pairs of both (Dice).
fn likeness(one: &str, other: &str) -> usize {
    let (one, mut other) = (pairs(one), pairs(other));
    let all = one.len() + other.len();
    let mut shared = 0_usize;
    for pair in &one {
        if let Some(at) = other.iter().position(|candidate| candidate == pair) {
            other.swap_remove(at);
            shared += 1;
        }
    }
    (200 * shared).checked_div(all).unwrap_or(0)
}

/// The pairs of neighbouring letters of the words of a text, at most so many.
fn pairs(text: &str) -> Vec<(char, char)> {
    const MOST: usize = 200;
    let folded: Vec<char> = fold(text).chars().filter(|c| !is_mark(*c)).collect();
    let words = folded.split(|c| !c.is_alphanumeric());
    let pairs = words.flat_map(|word| word.iter().copied().zip(word.iter().copied().skip(1)));
    pairs.take(MOST).collect()
}

/// Combining accents, which [`fold`] has taken apart from their letters.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_go() {
        for (subject, rest) in [
            ("Re: x", "x"),
            ("RE : Fwd:  TR : x", "x"),
            ("Candidature : x", "x"),
            ("[External] Re[2]: x", "x"),
            ("Application: x: y", "x: y"),
            ("Chargé·e de mission : x", "Chargé·e de mission : x"),
            ("Re:", ""),
            ("", ""),
        ] {
            assert_eq!(without_prefixes(subject), rest, "{subject:?}");
        }
    }

    #[test]
    fn likeness_tells_the_same_job_from_another() {
        let asked = "Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)";
        for (subject, is_like) in [
            ("Chargée de mission Protection de l'espace civique", true),
            ("candidature protection espace civique Tunisie", true),
            ("Chargé de mission espace civique", true),
            ("Question sur le poste", false),
            ("Invoice 2025-07", false),
            ("", false),
        ] {
            assert_eq!(
                likeness(asked, subject) >= LIKE,
                is_like,
                "{subject}: {}",
                likeness(asked, subject)
            );
        }
    }
}
