//! Suggests the known word that a misspelt one probably means.

/// Returns the one of `known` that is nearest to `word`, if any is near. Of
/// paths only the last part counts: who knows the town may not know the
/// continent.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    known
        .into_iter()
        .map(|candidate| (distance(&word, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= (plain(candidate).len() / 4).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

/// ` Did you mean ...?`, or nothing.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |found| format!(" Did you mean `{found}`?"))
}

/// Case, spaces, hyphens and underscores are what people vary first.
fn plain(word: &str) -> Vec<char> {
    let last = word.rsplit('/').next().unwrap_or_default();
    last.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Letters to add, drop or replace (Levenshtein), one row of the table at a
/// time.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, above) in b.iter().zip(row.windows(2)) {
            let &[diagonal, above] = above else { break };
            left = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
        ] {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(distance(&chars(a), &chars(b)), expected, "{a} {b}");
        }
    }

    #[test]
    fn what_people_mean() {
        let known = ["deadline", "documents", "title", "recipient", "id"];
        for (word, expected) in [
            ("dead_line", Some("deadline")),
            ("Deadline", Some("deadline")),
            ("titre", Some("title")),
            ("document", Some("documents")),
            ("recipent", Some("recipient")),
            ("colour", None),
            ("zzz", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
