//! What an application must hold: documents and questions.

use super::text::Lines;

/// A document that advertisements ask for: its id, its names, and the words
/// that ask for it, folded.
pub(crate) struct KnownDocument {
    pub(crate) id: &'static str,
    pub(crate) french: &'static str,
    pub(crate) english: &'static str,
    words: &'static [&'static str],
}

const DOCUMENTS: [KnownDocument; 5] = [
    KnownDocument {
        id: "cover_letter",
        french: "Lettre de motivation",
        english: "Cover letter",
        words: &[
            "lettre de motivation",
            "cover letter",
            "motivation letter",
            "letter of motivation",
        ],
    },
    KnownDocument {
        id: "cv",
        french: "CV",
        english: "CV",
        words: &["curriculum vitae", " cv", "resume"],
    },
    KnownDocument {
        id: "writing_sample",
        french: "Échantillon d’écrit",
        english: "Writing sample",
        words: &["writing sample", "echantillon d'ecrit"],
    },
    KnownDocument {
        id: "references",
        french: "Références",
        english: "References",
        words: &[
            "lettres de recommandation",
            "letters of recommendation",
            "references professionnelles",
        ],
    },
    KnownDocument {
        id: "diplomas",
        french: "Diplômes",
        english: "Diplomas",
        words: &["copie des diplomes", "copies des diplomes", "copies of diplomas"],
    },
];

/// Returns the documents that the text asks for: those in the sentence about
/// applications, or else in all of it.
pub(crate) fn documents(lines: &Lines) -> Vec<&'static KnownDocument> {
    let asks = |folded: &str| {
        ["candidature", "dossier", "application", "apply", "submit", "send", "envoy", "postuler"]
            .iter()
            .any(|word| folded.contains(word))
    };
    let named = |folded: &str| -> Vec<&'static KnownDocument> {
        DOCUMENTS.iter().filter(|one| one.words.iter().any(|word| folded.contains(word))).collect()
    };
    let mut found: Vec<&'static KnownDocument> = Vec::new();
    for (_, sentence) in lines.sentences() {
        let folded = format!(" {}", domain::folded(sentence));
        if asks(&folded) {
            found.extend(named(&folded));
        }
    }
    found.sort_by_key(|one| DOCUMENTS.iter().position(|known| known.id == one.id));
    found.dedup_by_key(|one| one.id);
    found
}

/// A question that a condition of the text makes.
pub(crate) struct KnownQuestion {
    pub(crate) id: &'static str,
    pub(crate) french: &'static str,
    pub(crate) english: &'static str,
}

const EU: KnownQuestion = KnownQuestion {
    id: "eu_work_permit",
    french: "Disposez-vous d’un permis de travail valide dans l’Union européenne ?",
    english: "Do you hold a valid work permit for the European Union?",
};
const SWISS: KnownQuestion = KnownQuestion {
    id: "swiss_work_permit",
    french: "Disposez-vous d’un permis de travail valide en Suisse ?",
    english: "Do you hold a valid work permit for Switzerland?",
};
const HERE: KnownQuestion = KnownQuestion {
    id: "work_permit",
    french: "Disposez-vous d’un permis de travail valide au lieu du poste ?",
    english: "Do you hold a valid work permit where the post is?",
};

/// Returns the question about a work permit, where the text asks for one, and
/// its line.
pub(crate) fn work_permit(lines: &Lines) -> Option<(usize, &'static KnownQuestion)> {
    const WORDS: [&str; 5] = [
        "permis de travail",
        "work permit",
        "autorisation de travail",
        "right to work",
        "droit de travailler",
    ];
    lines.folded().into_iter().find_map(|(index, line)| {
        if !WORDS.iter().any(|word| line.contains(word)) {
            return None;
        }
        let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
        let question = if has(&["union europeenne", "european union", " ue", " eu"]) {
            &EU
        } else if has(&["suisse", "switzerland", "swiss"]) {
            &SWISS
        } else {
            &HERE
        };
        Some((index, question))
    })
}

/// Returns what happens after applying: the sentences about it as they are,
/// and their lines.
pub(crate) fn steps(lines: &Lines) -> Vec<(usize, String)> {
    const WHO: [&str; 5] =
        ["preselectionne", "shortlisted", "short-listed", "candidat", "candidate"];
    const WHAT: [&str; 6] =
        ["test ecrit", "written test", "entretien", "interview", "exercise", "epreuve"];
    let is_step = |sentence: &str| {
        let folded = domain::folded(sentence);
        WHO.iter().any(|word| folded.contains(word))
            && WHAT.iter().any(|word| folded.contains(word))
    };
    let steps = lines.sentences().filter(|(_, sentence)| is_step(sentence));
    steps.map(|(index, sentence)| (index, sentence.to_owned())).collect()
}
