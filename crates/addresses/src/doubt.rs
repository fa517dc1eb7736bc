//! Finds addresses that are valid and probably not what was meant.

/// Why an address may be a slip. It is asked about and never refused: every such address may be somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Its domain has no dot, as only a network of one's own has.
    NoDot,
    /// Its domain is nearly a common one.
    Slip {
        /// The address with the common domain.
        suggestion: String,
    },
}

/// Domains that many people have their address at: in the countries of the first postings, and everywhere. Some are here only because
/// they are nearly another one.
const COMMON: [&str; 36] = [
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com",
    "icloud.com",
    "live.com",
    "msn.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
    "gmx.net",
    "mail.com",
    "email.com",
    "ymail.com",
    "me.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "sfr.fr",
    "laposte.net",
    "hotmail.fr",
    "outlook.fr",
    "yahoo.fr",
    "live.fr",
    "gmx.fr",
    "bluewin.ch",
    "gmx.ch",
    "sunrise.ch",
    "skynet.be",
    "telenet.be",
    "proximus.be",
    "hotmail.be",
    "live.be",
    "topnet.tn",
    "planet.tn",
];

/// Providers with a domain in most countries: `yahoo.de` is no slip for `yahoo.fr`.
const IN_MANY_COUNTRIES: [&str; 6] = ["gmx", "hotmail", "live", "orange", "outlook", "yahoo"];

/// Returns what is doubtful about a valid `address`.
pub fn doubt(address: &str) -> Option<Doubt> {
    let (local, domain) = address.split_once('@')?;
    let domain = domain.to_ascii_lowercase();
    let meant = meant(&domain);
    match meant {
        Some(meant) => Some(Doubt::Slip { suggestion: format!("{local}@{meant}") }),
        None => (!domain.contains('.')).then_some(Doubt::NoDot),
    }
}

/// The common domain that `domain` is probably meant to be.
fn meant(domain: &str) -> Option<&'static str> {
    let (name, country) = domain.split_once('.').unwrap_or((domain, ""));
    let is_at_home = country.len() == 2 && IN_MANY_COUNTRIES.contains(&name);
    if COMMON.contains(&domain) || is_at_home {
        return None;
    }
    // It has no other domain.
    if name == "gmail" {
        return Some("gmail.com");
    }
    let near = |common: &&&str| distance(domain, common) <= tolerance(common);
    COMMON.iter().filter(near).min_by_key(|common| distance(domain, common)).copied()
}

/// How many slips are likely in a domain. In a short one, one makes another domain that exists.
fn tolerance(common: &str) -> usize {
    match common.len() {
        ..8 => 0,
        8..11 => 1,
        _ => 2,
    }
}

/// Returns how many slips lead from one text to the other: a letter too many, too few, another one, or two neighbours exchanged
/// (the restricted Damerau-Levenshtein distance).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = vec![i.saturating_add(1)];
        for (j, b) in other.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX);
            let replaced = at(&row, j).saturating_add(usize::from(a != b));
            let (removed, added) = (at(&row, j.saturating_add(1)), at(&next, j));
            let mut least = replaced.min(removed.saturating_add(1)).min(added.saturating_add(1));
            let neighbours = i.checked_sub(1).zip(j.checked_sub(1));
            if let Some((i, j)) = neighbours
                && one.get(i) == Some(b)
                && other.get(j) == Some(a)
            {
                least = least.min(at(&before, j).saturating_add(1));
            }
            next.push(least);
        }
        before = core::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likely_slips_are_asked_about() {
        for (typed, meant) in [
            ("gmial.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.fr", "gmail.com"),
            ("gmail", "gmail.com"),
            ("Gmial.Com", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("hotnail.con", "hotmail.com"),
            ("outlok.fr", "outlook.fr"),
            ("yahooo.fr", "yahoo.fr"),
            ("yahoo.con", "yahoo.com"),
            ("lapsote.net", "laposte.net"),
            ("wanado.fr", "wanadoo.fr"),
            ("orangee.fr", "orange.fr"),
            ("protonmial.com", "protonmail.com"),
        ] {
            let suggestion = format!("Marie@{meant}");
            assert_eq!(
                doubt(&format!("Marie@{typed}")),
                Some(Doubt::Slip { suggestion }),
                "{typed}"
            );
        }
    }

    #[test]
    fn every_common_domain_and_its_neighbours_are_left_alone() {
        let others = [
            "yahoo.de",
            "hotmail.it",
            "orange.tn",
            "gmx.de",
            "mail.de",
            "omct.org",
            "example.org",
            "free.org",
            "me.fr",
        ];
        for domain in COMMON.iter().chain(&others) {
            assert_eq!(doubt(&format!("a@{domain}")), None, "{domain}");
        }
    }

    #[test]
    fn a_domain_without_a_dot_is_asked_about() {
        assert_eq!(doubt("a@localhost"), Some(Doubt::NoDot));
        assert_eq!(doubt("localhost"), None);
    }

    #[test]
    fn slips_are_counted() {
        for (one, other, slips) in [
            ("", "", 0),
            ("ab", "", 2),
            ("ab", "ba", 1),
            ("abc", "adc", 1),
            ("abc", "abcd", 1),
            ("abcd", "badc", 2),
        ] {
            assert_eq!(
                (distance(one, other), distance(other, one)),
                (slips, slips),
                "{one} {other}"
            );
        }
    }
}
