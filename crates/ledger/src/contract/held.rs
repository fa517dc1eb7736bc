//! Documents of refused forms.

use domain::{HeldDocument, Posting};
use rules::OfferedDocument;

use super::{MINUTE, Outcome, Storage, after, same};

fn held(hold: &str, id: &str, minutes: i64) -> HeldDocument {
    HeldDocument {
        key: format!("applications/{hold}/{id}/{minutes}"),
        hold: hold.to_owned(),
        document: OfferedDocument {
            id: id.to_owned(),
            file_name: "CV d’été \"?1\".pdf".into(),
            bytes: 3_000_000_000,
            report: None,
            sha256: Some("00".repeat(32)),
        },
        until: after(minutes * MINUTE),
    }
}

pub(super) async fn held_documents_are_found_for_their_time(
    ledger: &impl Storage,
    _posting: &Posting,
) -> Outcome {
    let (cv, newer) = (held("a", "cv", 60), held("a", "cv", 61));
    let (of_page, of_others) = (held("b", "letter", 60), held("c", "cv", 62));
    let all = [cv.clone(), newer.clone(), of_page.clone(), of_others.clone()];
    ledger.hold(&all).await?;
    ledger.hold(&all).await?;
    let holds = ["a".to_owned(), "b".to_owned()];
    let now = after(59 * MINUTE);
    let expected = vec![newer.clone(), cv.clone(), of_page.clone()];
    same("the latest first", ledger.held(&holds, now).await?, expected)?;
    same("none is over", ledger.no_longer_held(now, 10).await?, Vec::new())?;
    let now = after(60 * MINUTE);
    same("an hour later", ledger.held(&holds, now).await?, vec![newer])?;
    let over = ledger.no_longer_held(now, 10).await?;
    same("what is over", over.clone(), vec![cv.key, of_page.key])?;
    same("a part of it", ledger.no_longer_held(now, 1).await?.len(), 1)?;
    for key in over {
        ledger.forget_held(&key).await?;
    }
    same("they are gone", ledger.no_longer_held(now, 10).await?, Vec::new())?;
    let others = ["c".to_owned(), "d".to_owned()];
    same("those of others stay", ledger.held(&others, now).await?, vec![of_others])
}
