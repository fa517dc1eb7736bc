//! After a newer build was put online and taken back, the outbox may hold
//! mails of kinds that this build does not know. They wait for the newer build
//! and do not keep any other mail from leaving.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use intake::ports::{MailKind, Notices as _, Outbox as _};
use ledger::SqlLedger;
use ledger::sqlite::Sqlite;
use rules::Timestamp;

const NOW: Timestamp = Timestamp(5_000);

/// An application with its mails and one of an unknown kind, and a notice of
/// an unknown kind beside a report.
fn tables() -> Sqlite {
    let tables = Sqlite::migrated(Path::new("../../migrations")).unwrap();
    tables
        .script(
            "INSERT INTO applications \
                (id, reference, posting, language, origin, received_at, application, number) \
             VALUES ('a', 'a', 'p', 'fr', 'https://guichet.example', 1000, '{}', 1); \
             INSERT INTO mails (id, kind, application, posting, due_at) \
             VALUES ('later/a', 'later', 'a', 'p', 900), ('staff/a', 'staff', 'a', 'p', 1000); \
             INSERT INTO mails (id, kind, posting, payload, due_at) \
             VALUES ('later/1', 'later', 'p', '{}', 900)",
        )
        .unwrap();
    tables
}

#[test]
fn a_mail_of_an_unknown_kind_holds_up_no_other_and_stays() {
    let tables = tables();
    let ledger = SqlLedger(&tables);
    pollster::block_on(async {
        ledger.open_report("p", 1, NOW).await.unwrap();
        let due = ledger.due(NOW, 1).await.unwrap();
        assert_eq!(due.into_iter().map(|mail| mail.kind).collect::<Vec<_>>(), [MailKind::Staff]);
        let notices = ledger.due_notices(NOW, 1).await.unwrap();
        assert_eq!(
            notices.into_iter().map(|mail| mail.kind).collect::<Vec<_>>(),
            [MailKind::Report]
        );
        for id in ["later/a", "later/1"] {
            assert_eq!(ledger.find_mail(id).await, Ok(None));
            assert_eq!(ledger.claim(id, NOW, Timestamp(9_000)).await, Ok(None));
        }
    });
    let untouched =
        "SELECT id FROM mails WHERE kind = 'later' AND attempts = 0 AND sent_at IS NULL";
    assert_eq!(tables.rows(untouched, &[]).unwrap().len(), 2);
}

/// The operator learns that mails wait which this build cannot send.
#[test]
fn the_watch_sees_that_a_mail_of_an_unknown_kind_is_late() {
    let tables = tables();
    let ledger = SqlLedger(&tables);
    let problems = pollster::block_on(ledger.problems(NOW, Timestamp(950))).unwrap();
    assert_eq!((problems.waiting, problems.since), (1, Some(Timestamp(1_000))));
}
