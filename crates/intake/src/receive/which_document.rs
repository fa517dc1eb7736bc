//! Decides which file of a mail is which document.

use rules::Requirements;
use rules::requirements::DocumentRequirement;
use rules::subject::fold;

use super::which_posting::is_mark;

/// The files of a mail by what they are taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Assignment {
    /// The id of a document and the place of its file.
    pub(super) found: Vec<(String, usize)>,
    /// The places of the files of which it is unclear what they are.
    pub(super) unsure: Vec<usize>,
}

/// What a file's name says about it, in French, English and Spanish.
const WORDS: [(&[&str], &[&str]); 2] = [
    // What a CV is called, in a posting and as a file.
    (&["cv", "resume", "curriculum"], &["cv", "resume", "curriculum", "vitae", "lebenslauf"]),
    (
        &["letter", "lettre", "carta", "motivation", "cover"],
        &["letter", "lettre", "motivation", "cover", "carta", "lm", "ldm", "presentacion"],
    ),
];

/// Returns which of the files with these names is which document. One that is
/// called by a document's id is that, as in the mail that the form makes ready. A name that
/// fits one document only decides, if no other name fits it as well; then a
/// single file whose name says nothing is the single required document that
/// is left, beside those that are `held`.
pub(super) fn assign(asked: &Requirements, names: &[String], held: &[&str]) -> Assignment {
    let fits: Vec<Vec<&DocumentRequirement>> = names
        .iter()
        .map(|name| match asked.documents.iter().find(|document| document.id == stem(name)) {
            Some(document) => vec![document],
            None => asked.documents.iter().filter(|document| says(document, name)).collect(),
        })
        .collect();
    let mut assignment = Assignment::default();
    for document in &asked.documents {
        let mut fitting = fits
            .iter()
            .enumerate()
            .filter(|(_, fits)| matches!(fits.as_slice(), [only] if only.id == document.id));
        if let (Some((at, _)), None) = (fitting.next(), fitting.next()) {
            assignment.found.push((document.id.clone(), at));
        }
    }
    let is_taken = |at: usize| assignment.found.iter().any(|(_, taken)| *taken == at);
    let mut left: Vec<usize> = (0..names.len()).filter(|at| !is_taken(*at)).collect();
    let mut missing = asked.documents.iter().filter(|document| {
        let is_held = held.contains(&document.id.as_str());
        document.required && !is_held && assignment.found.iter().all(|(id, _)| *id != document.id)
    });
    if let (Some(document), None, [at]) = (missing.next(), missing.next(), left.as_slice())
        && fits.get(*at).is_some_and(Vec::is_empty)
    {
        assignment.found.push((document.id.clone(), *at));
        left.clear();
    }
    assignment.unsure = left;
    assignment
}

fn says(document: &DocumentRequirement, name: &str) -> bool {
    let called: Vec<String> = core::iter::once(document.id.as_str())
        .chain(document.name.0.iter().map(|(_, text)| text))
        .flat_map(words)
        .collect();
    let of_file = words(name);
    let has = |words: &[String], wanted: &str| {
        words.iter().any(|word| word == wanted || wanted.len() > 3 && word.contains(wanted))
    };
    let mut known = WORDS
        .iter()
        .filter(|(kind, _)| kind.iter().any(|word| called.iter().any(|own| own == word)));
    if let Some((_, wanted)) = known.next() {
        return wanted.iter().any(|word| has(&of_file, word));
    }
    called.iter().filter(|word| word.len() > 3).any(|word| has(&of_file, word))
}

/// A file's name without its extension.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, end)| if end.len() <= 5 { stem } else { name })
}

/// The words of a text, without accents. `CVMarie` is two.
fn words(text: &str) -> Vec<String> {
    let text = stem(text);
    let mut spaced = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        if before.is_lowercase() && c.is_uppercase()
            || before.is_ascii_digit() != c.is_ascii_digit()
        {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    // `CVMarie`: capitals, then a capital with a small letter.
    let spaced = spaced.replace("CV", "CV ");
    let plain: String = fold(&spaced).chars().filter(|c| !is_mark(*c)).collect();
    plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn requirements() -> Requirements {
        let postings = postings::compile_folder(std::path::Path::new("../../postings")).unwrap();
        let wanted = |p: &domain::Posting| p.slug == "protection-espace-civique-tunisie-ue";
        postings.into_iter().find(wanted).unwrap().requirements
    }

    fn found(names: &[&str]) -> (Vec<(String, usize)>, Vec<usize>) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let Assignment { mut found, unsure } = assign(&requirements(), &names, &[]);
        found.sort();
        (found, unsure)
    }

    #[test]
    fn names_decide() {
        let both =
            |letter, cv| (vec![("cover_letter".to_owned(), letter), ("cv".to_owned(), cv)], vec![]);
        for names in [
            ["Lettre de motivation.pdf", "CV.pdf"],
            ["LM_Dupont.pdf", "Dupont-CV-2025.docx"],
            ["Cover letter.pdf", "Résumé Marie.pdf"],
            ["carta de presentación.pdf", "curriculum.pdf"],
            ["lettredemotivation.pdf", "CVMarieDupont.pdf"],
            ["Motivation.pdf", "Re\u{301}sume\u{301}.pdf"],
            ["Lettre.pdf", "cv2025.pdf"],
            // What is left.
            ["Lettre.pdf", "Marie Dupont.pdf"],
            ["scan0001.pdf", "cv.pdf"],
        ] {
            assert_eq!(found(&names), both(0, 1), "{names:?}");
        }
        assert_eq!(found(&["cv.pdf", "lettre.pdf"]), both(1, 0));
    }

    #[test]
    fn a_file_called_by_the_id_of_a_document_is_that_document() {
        let mut asked = requirements();
        let mut other = asked.documents[0].clone();
        // Two words of the other id, and one that says nothing.
        other.id = "letter_of_reference".to_owned();
        let mut short = other.clone();
        short.id = "id".to_owned();
        asked.documents.extend([other, short]);
        let ids: Vec<&str> = asked.documents.iter().map(|document| document.id.as_str()).collect();
        let names: Vec<String> = ids.iter().map(|id| format!("{id}.pdf")).collect();
        let Assignment { found, unsure } = assign(&asked, &names, &[]);
        let expected: Vec<_> = ids.iter().map(|id| (*id).to_owned()).zip(0..).collect();
        assert_eq!((found, unsure), (expected, vec![]));
    }

    #[test]
    fn what_is_held_is_not_missing() {
        let asked = requirements();
        let Assignment { found, .. } = assign(&asked, &["Marie.pdf".to_owned()], &["cover_letter"]);
        assert_eq!(found, [("cv".to_owned(), 0)]);
    }

    #[test]
    fn where_names_do_not_decide_nothing_is_assumed() {
        let cv = |at| vec![("cv".to_owned(), at)];
        for (names, expected) in [
            (&["a.pdf", "b.pdf"][..], (vec![], vec![0, 1])),
            (&["CV et lettre.pdf"], (vec![], vec![0])),
            (
                &["CV fr.pdf", "CV en.pdf", "lettre.pdf"],
                (vec![("cover_letter".to_owned(), 2)], vec![0, 1]),
            ),
            (&["cv.pdf", "a.pdf", "b.pdf"], (cv(0), vec![1, 2])),
            (&["cv.pdf"], (cv(0), vec![])),
            (&["IMG_1.jpg", "IMG_2.jpg"], (vec![], vec![0, 1])),
            (&[], (vec![], vec![])),
        ] {
            assert_eq!(found(names), expected, "{names:?}");
        }
    }
}
