//! Writes a person's name in the order in which files are sorted.

use rules::application::one_line;

/// Words that belong to the family name after them. Written with a capital
/// too: `Van den Berg` in Belgium, `Ben Salah` in Tunisia.
const PARTICLES: &[&str] = &[
    "abou", "abu", "af", "ait", "al", "aït", "av", "ben", "bin", "bint", "da", "das", "de",
    "degli", "dei", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "ibn",
    "la", "le", "les", "ould", "st", "saint", "sainte", "te", "ten", "ter", "van", "vom", "von",
    "zu", "zum", "zur",
];

/// What may follow a family name without being one.
const GENERATIONS: &[&str] = &["ii", "iii", "iv", "jr", "jr.", "sr", "sr."];

/// `DUPONT Marie`: the family name in capitals, then the rest as written.
///
/// People write their name in one field, in an order of their own, and no
/// program can know it. What the writing shows is followed: a comma after
/// the family name (`Dupont, Marie`), or words in capitals among others
/// (`DUPONT Marie`, `Marie DUPONT`). Else the last word is taken, with the
/// particles before it: right for most names of Europe and the Maghreb,
/// wrong for `Juan García Márquez`. A single word, and scripts without
/// capitals, stay as they are.
pub(super) fn family_first(name: &str) -> String {
    let name = one_line(name);
    if let Some((family, given)) = around_comma(&name) {
        return format!("{} {given}", capitals(family));
    }
    let mut words: Vec<&str> = name.split(' ').collect();
    let generation = if words.len() > 2 { words.pop_if(|word| is_generation(word)) } else { None };
    let (start, end) = family(&words);
    let (given, rest) = words.split_at_checked(start).unwrap_or_default();
    let (family, after) = rest.split_at_checked(end - start).unwrap_or_default();
    let family = capitals(&family.join(" "));
    let others = given.iter().chain(after).copied().chain(generation);
    let ordered: Vec<&str> =
        core::iter::once(family.as_str()).filter(|word| !word.is_empty()).chain(others).collect();
    ordered.join(" ")
}

fn around_comma(name: &str) -> Option<(&str, &str)> {
    let (family, given) = name.split_once(',')?;
    let (family, given) = (family.trim(), given.trim());
    let is_clear = !family.is_empty() && !given.is_empty() && !given.contains(',');
    (is_clear && !is_generation(given)).then_some((family, given))
}

/// Where the family name is among `words`: from the first index up to the
/// second. Both are zero where nothing shall move.
fn family(words: &[&str]) -> (usize, usize) {
    if words.len() < 2 {
        return (0, 0);
    }
    let (start, end) = written_in_capitals(words).unwrap_or_else(|| last_with_particles(words));
    let has_case = words.iter().take(end).skip(start).any(|word| word.chars().any(is_cased));
    if has_case { (start, end) } else { (0, 0) }
}

/// Returns the first run of words in capitals, with the particles beside and
/// among them. When all words are in capitals they show nothing.
fn written_in_capitals(words: &[&str]) -> Option<(usize, usize)> {
    let first = words.iter().position(|word| is_capitals(word))?;
    if words.iter().all(|word| is_capitals(word) || !word.chars().any(is_cased)) {
        return None;
    }
    let before = words.iter().enumerate().take(first).rev();
    let start = first - before.take_while(|(at, word)| leads(*at, word)).count();
    let run = words.iter().skip(first).take_while(|word| is_capitals(word) || is_particle(word));
    let run: Vec<&&str> = run.collect();
    let length = run.iter().rposition(|word| is_capitals(word)).map_or(1, |last| last + 1);
    Some((start, first + length))
}

/// Returns the last word with the particles before it. The first word stays out
/// of it: somebody called `Ben Affleck` has a given name.
fn last_with_particles(words: &[&str]) -> (usize, usize) {
    let last = words.len().saturating_sub(1);
    let before = words.iter().take(last).skip(1).rev();
    (last - before.take_while(|word| is_particle(word)).count(), words.len())
}

/// Returns whether a word before a family name in capitals is part of it. In
/// the first place a capital makes it a given name: `Ben AFFLECK`.
fn leads(at: usize, word: &str) -> bool {
    is_particle(word) && (at > 0 || word.chars().all(char::is_lowercase))
}

fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word.to_lowercase().as_str())
}

fn is_generation(word: &str) -> bool {
    GENERATIONS.contains(&word.to_lowercase().as_str())
}

/// Two capitals or more and no small letter; up to three letters may stand
/// before them as in `McDONALD`, `d’ARTAGNAN`. One capital is an initial.
fn is_capitals(word: &str) -> bool {
    let all_upper = |skipped: usize| {
        let mut cased = word.chars().skip(skipped).filter(|c| is_cased(*c)).peekable();
        cased.clone().nth(1).is_some() && cased.all(char::is_uppercase)
    };
    !is_generation(word) && (all_upper(0) || all_upper(3))
}

/// Georgian has capitals in Unicode, but names are not written with them.
fn is_cased(c: char) -> bool {
    (c.is_uppercase() || c.is_lowercase()) && !is_georgian(c)
}

fn is_georgian(c: char) -> bool {
    matches!(c, '\u{10D0}'..='\u{10FF}')
}

fn capitals(text: &str) -> String {
    let mut upper = String::with_capacity(text.len());
    for c in text.chars() {
        if is_georgian(c) { upper.push(c) } else { upper.extend(c.to_uppercase()) }
    }
    upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_name_comes_first() {
        for (written, ordered) in [
            // The last word, with its particles.
            ("Marie Dupont", "DUPONT Marie"),
            ("marie dupont", "DUPONT marie"),
            ("MARIE DUPONT", "DUPONT MARIE"),
            ("Ludovic de la Tour", "DE LA TOUR Ludovic"),
            ("Amélie Ben Salah", "BEN SALAH Amélie"),
            ("Jan Van den Berg", "VAN DEN BERG Jan"),
            ("Omar El Khattabi", "EL KHATTABI Omar"),
            ("Antoine de Saint-Exupéry", "DE SAINT-EXUPÉRY Antoine"),
            ("Ben Affleck", "AFFLECK Ben"),
            ("J. R. R. Tolkien", "TOLKIEN J. R. R."),
            ("Jean-Luc O’Brien", "O’BRIEN Jean-Luc"),
            ("Jörg Weiß", "WEISS Jörg"),
            ("Олена Шевченко", "ШЕВЧЕНКО Олена"),
            // Capitals among other words show it.
            ("DUPONT Marie", "DUPONT Marie"),
            ("Marie DUPONT", "DUPONT Marie"),
            ("Marie Anne DUPONT MARTIN", "DUPONT MARTIN Marie Anne"),
            ("DE LA TOUR Ludovic", "DE LA TOUR Ludovic"),
            ("de la TOUR Ludovic", "DE LA TOUR Ludovic"),
            ("Ludovic de la TOUR", "DE LA TOUR Ludovic"),
            ("DUPONT de NEMOURS Anne", "DUPONT DE NEMOURS Anne"),
            ("Charles d’ARTAGNAN", "D’ARTAGNAN Charles"),
            ("McDONALD Flora", "MCDONALD Flora"),
            ("NG Wei Ling", "NG Wei Ling"),
            ("Ben AFFLECK", "AFFLECK Ben"),
            // A comma too.
            ("Dupont, Marie", "DUPONT Marie"),
            ("García Márquez, Gabriel", "GARCÍA MÁRQUEZ Gabriel"),
            ("a, b, c", "C a, b,"),
            // Generations are no family names.
            ("John Smith III", "SMITH John III"),
            ("John Smith Jr.", "SMITH John Jr."),
            // Nothing tells, or nothing can be put in capitals.
            ("Suharto", "Suharto"),
            ("عائشة بن صالح", "عائشة بن صالح"),
            ("გიორგი ბერიძე", "გიორგი ბერიძე"),
            ("王 小明", "王 小明"),
            ("Marie 王", "Marie 王"),
            ("  Marie\r\nDupont ", "DUPONT Marie"),
            (",", ","),
            ("", ""),
        ] {
            assert_eq!(family_first(written), ordered, "{written:?}");
        }
    }
}
