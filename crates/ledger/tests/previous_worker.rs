//! Between the migration and the deployment the previous Worker still writes
//! its own tables. What it acknowledges then has to be mailed, once.
//!
//! The statements below are those of the build before migration 0004.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use intake::ports::{Ledger as _, MailKind, Notices as _, Outbox as _, Retention as _, Settlement};
use ledger::sqlite::Sqlite;
use ledger::{SqlLedger, contract};
use rules::Timestamp;

const INSERT_APPLICATION: &str = "\
    INSERT INTO applications \
        (id, reference, posting, language, origin, received_at, application, number) \
    SELECT ID, ID, 'p', 'fr', 'https://guichet.example', 1000, '{}', \
        1 + (SELECT count(*) FROM applications WHERE posting = 'p') \
            + coalesce((SELECT erased + withdrawn FROM tallies WHERE posting = 'p'), 0) \
    WHERE ID NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING; \
    INSERT INTO outbox (application, letter, due_at) \
    SELECT id, 'staff', received_at FROM applications \
    WHERE id = ID AND id NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING; \
    INSERT INTO outbox (application, letter, due_at) \
    SELECT id, 'acknowledgement', received_at FROM applications \
    WHERE id = ID AND id NOT IN (SELECT id FROM retired) ON CONFLICT DO NOTHING";

const CLAIM_STAFF: &str = "\
    UPDATE outbox SET attempts = attempts + 1, leased_until = 9000, \
        tried_since = coalesce(tried_since, 1000), \
        possible_duplicate = max(possible_duplicate, leased_until > 0) \
    WHERE application = ID AND letter = 'staff' AND sent_at IS NULL AND refused_because IS NULL \
        AND due_at <= 1000 AND leased_until <= 1000";

const SETTLE_STAFF: &str = "\
    UPDATE outbox SET leased_until = 0, sent_at = 2000, refused_because = NULL, \
        due_at = coalesce(NULL, due_at), last_trouble = coalesce(NULL, last_trouble), \
        failures = failures + (NULL IS NOT NULL), possible_duplicate = max(possible_duplicate, 0) \
    WHERE application = ID AND letter = 'staff' AND attempts = 1";

const WITHDRAW: &str = "\
    INSERT INTO retired (id, posting, retired_at, receipt) \
    SELECT id, posting, 3000, 'hash' FROM applications WHERE id = ID ON CONFLICT DO NOTHING; \
    INSERT INTO notices (id, posting, notice, due_at) \
    SELECT 'withdrawal/' || id, posting, '{\"kind\":\"withdrawal\",\"posting\":\"p\",\"number\":1,\
        \"reference\":\"22222222\",\"at\":3000}', 3000 FROM applications WHERE id = ID \
    ON CONFLICT DO NOTHING; \
    DELETE FROM outbox WHERE application = ID";

const ERASE: &str = "\
    INSERT INTO tallies (posting, erased, withdrawn) \
    SELECT applications.posting, retired.id IS NULL, retired.id IS NOT NULL \
    FROM applications LEFT JOIN retired ON retired.id = applications.id \
    WHERE applications.id = ID \
    ON CONFLICT (posting) DO UPDATE \
    SET erased = erased + excluded.erased, withdrawn = withdrawn + excluded.withdrawn; \
    DELETE FROM outbox WHERE application = ID; \
    DELETE FROM applications WHERE id = ID";

/// The previous Worker does something to the application `id`.
fn previously(tables: &Sqlite, statements: &str, id: &str) {
    tables.script(&statements.replace("ID", &format!("'{id}'"))).unwrap();
}

fn before_the_migration() -> Sqlite {
    let tables = Sqlite::empty().unwrap();
    tables.migrate(migrations(), |name| name < "0004").unwrap();
    tables
}

fn migrate(tables: &Sqlite) {
    tables.migrate(migrations(), |name| name >= "0004").unwrap();
}

fn migrations() -> &'static Path {
    Path::new("../../migrations")
}

/// Returns the ids of the mails that the new Worker finds due.
fn due(tables: &Sqlite) -> Vec<String> {
    let ledger = SqlLedger(tables);
    pollster::block_on(async {
        let mut due = ledger.due(Timestamp(5_000), 100).await.unwrap();
        due.extend(ledger.due_notices(Timestamp(5_000), 100).await.unwrap());
        let mut ids: Vec<String> = due.into_iter().map(|mail| mail.id).collect();
        ids.sort();
        ids
    })
}

fn numbers(tables: &Sqlite) -> Vec<u64> {
    let rows = tables.rows("SELECT number FROM applications ORDER BY number", &[]).unwrap();
    rows.iter().map(|row| row["number"].as_u64().unwrap()).collect()
}

#[test]
fn what_is_pending_is_carried_over_and_what_was_sent_is_not_sent_again() {
    let tables = before_the_migration();
    previously(&tables, INSERT_APPLICATION, "a");
    previously(&tables, INSERT_APPLICATION, "b");
    previously(&tables, CLAIM_STAFF, "a");
    previously(&tables, SETTLE_STAFF, "a");
    migrate(&tables);
    assert_eq!(due(&tables), ["acknowledgement/a", "acknowledgement/b", "staff/b"]);
}

#[test]
fn what_the_previous_worker_does_after_the_migration_counts() {
    let tables = before_the_migration();
    migrate(&tables);
    previously(&tables, INSERT_APPLICATION, "a");
    assert_eq!(due(&tables), ["acknowledgement/a", "staff/a"]);
    previously(&tables, CLAIM_STAFF, "a");
    assert_eq!(due(&tables), ["acknowledgement/a"], "somebody is sending it");
    previously(&tables, SETTLE_STAFF, "a");
    assert_eq!(due(&tables), ["acknowledgement/a"], "it was sent");
    previously(&tables, WITHDRAW, "a");
    assert_eq!(due(&tables), ["withdrawal/a"]);
}

/// A withdrawal whose rows are still there is finished by the new Worker,
/// whichever Worker began it.
#[test]
fn a_withdrawal_that_the_previous_worker_began_is_finished() {
    let tables = before_the_migration();
    for id in ["a", "b"] {
        previously(&tables, INSERT_APPLICATION, id);
        previously(&tables, &WITHDRAW.replace("hash", id), id);
    }
    previously(&tables, ERASE, "a");
    migrate(&tables);
    for id in ["c", "d"] {
        previously(&tables, INSERT_APPLICATION, id);
        previously(&tables, &WITHDRAW.replace("hash", id), id);
    }
    previously(&tables, ERASE, "c");
    let ledger = SqlLedger(&tables);
    assert_eq!(pollster::block_on(ledger.withdrawn(10)).unwrap(), ["b", "d"]);
    pollster::block_on(ledger.erase("b")).unwrap();
    assert_eq!(pollster::block_on(ledger.withdrawn(10)).unwrap(), ["d"]);
}

/// It claims before the deployment and writes down after it, when the new
/// Worker has taken the mail over.
#[test]
fn a_late_settlement_does_not_undo_a_newer_claim() {
    let tables = before_the_migration();
    migrate(&tables);
    previously(&tables, INSERT_APPLICATION, "a");
    previously(&tables, CLAIM_STAFF, "a");
    let (ledger, mail) = (SqlLedger(&tables), MailKind::Staff.mail_id("a", 1));
    let (now, until) = (Timestamp(9_000), Timestamp(20_000));
    let (_, claim) = pollster::block_on(ledger.claim(&mail, now, until)).unwrap().unwrap();
    assert_eq!((claim.attempt, claim.possible_duplicate), (2, true));
    previously(&tables, SETTLE_STAFF, "a");
    assert_eq!(pollster::block_on(ledger.claim(&mail, now, until)), Ok(None));
    let sent = Settlement::Sent { at: Timestamp(9_500), transport_id: None };
    pollster::block_on(ledger.settle(&mail, claim, &sent)).unwrap();
    let rows = tables.rows("SELECT sent_at FROM mails WHERE id = 'staff/a'", &[]).unwrap();
    assert_eq!(rows[0]["sent_at"], 9_500);
}

/// While a deployment is under way both work. Whoever claims a mail first has
/// it, and what one has sent the other does not send.
#[test]
fn one_claim_holds_for_both() {
    let tables = before_the_migration();
    migrate(&tables);
    let ledger = SqlLedger(&tables);
    let (now, until) = (Timestamp(1_000), Timestamp(9_000));
    let old = |column: &str| {
        let sql = format!("SELECT {column} AS value FROM outbox WHERE letter = 'staff'");
        tables.rows(&sql, &[]).unwrap()[0]["value"].clone()
    };
    previously(&tables, INSERT_APPLICATION, "a");
    let staff = MailKind::Staff.mail_id("a", 1);
    let (_, claim) = pollster::block_on(ledger.claim(&staff, now, until)).unwrap().unwrap();
    previously(&tables, CLAIM_STAFF, "a");
    assert_eq!((old("attempts"), old("leased_until")), (1.into(), 9_000.into()), "it is claimed");
    let sent = Settlement::Sent { at: Timestamp(2_000), transport_id: None };
    pollster::block_on(ledger.settle(&staff, claim, &sent)).unwrap();
    previously(&tables, CLAIM_STAFF, "a");
    assert_eq!((old("attempts"), old("sent_at")), (1.into(), 2_000.into()), "it is sent");
}

/// The new Worker is taken back: what it has taken in leaves by the previous
/// one, and what it has sent does not leave again.
#[test]
fn the_previous_worker_can_be_put_back() {
    let tables = before_the_migration();
    migrate(&tables);
    let ledger = SqlLedger(&tables);
    let waiting = |table: &str, id: &str| {
        let sql = format!(
            "SELECT {id} AS id FROM {table} WHERE sent_at IS NULL AND refused_because IS NULL \
                AND due_at <= 5000 AND leased_until <= 5000 ORDER BY id"
        );
        let rows = tables.rows(&sql, &[]).unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    pollster::block_on(async {
        for n in [1, 2] {
            let application = contract::application("p", n);
            ledger.commit(&application, &MailKind::OF_APPLICATION).await.unwrap();
            tables.script("UPDATE mails SET due_at = 1000").unwrap();
        }
        let first = contract::application("p", 1);
        let staff = MailKind::Staff.mail_id(&first.id, 1);
        let (now, until) = (Timestamp(1_000), Timestamp(9_000));
        let (_, claim) = ledger.claim(&staff, now, until).await.unwrap().unwrap();
        ledger
            .settle(&staff, claim, &Settlement::Sent { at: now, transport_id: None })
            .await
            .unwrap();
        ledger.withdraw(&contract::application("p", 2), "hash", now).await.unwrap();
        ledger.open_report("p", 20_000, now).await.unwrap();
    });
    let first = contract::application("p", 1).id;
    assert_eq!(
        waiting("outbox", "letter || '/' || application"),
        [format!("acknowledgement/{first}")]
    );
    let second = contract::application("p", 2).id;
    let notices = ["report/p/20000".to_owned(), format!("withdrawal/{second}")];
    assert_eq!(waiting("notices", "id"), notices);
    previously(&tables, ERASE, &first);
    assert!(waiting("outbox", "application").is_empty());
    previously(&tables, ERASE, &second);
    tables.script("UPDATE tallies SET erased_at = 9000").unwrap();
    pollster::block_on(ledger.forget_erased_postings(Timestamp(9_000))).unwrap();
    assert!(waiting("notices", "id").is_empty());
}

/// It knows no revisions: what it knows of the first one stays as it was.
#[test]
fn a_correction_leaves_what_the_previous_worker_has_sent_alone() {
    let tables = before_the_migration();
    migrate(&tables);
    previously(&tables, INSERT_APPLICATION, "a");
    previously(&tables, CLAIM_STAFF, "a");
    previously(&tables, SETTLE_STAFF, "a");
    let correction = "\
        UPDATE applications SET revision = 2 WHERE id = 'a'; \
        INSERT INTO mails (id, kind, application, posting, due_at, revision) \
        VALUES ('staff/a/2', 'staff', 'a', 'p', 1000, 2)";
    tables.script(correction).unwrap();
    let ledger = SqlLedger(&tables);
    let second = MailKind::Staff.mail_id("a", 2);
    let claim = ledger.claim(&second, Timestamp(5_000), Timestamp(20_000));
    assert!(pollster::block_on(claim).unwrap().is_some());
    for (table, wanted) in [("mails", "id = 'staff/a'"), ("outbox", "letter = 'staff'")] {
        let sql = format!("SELECT sent_at FROM {table} WHERE {wanted}");
        assert_eq!(tables.rows(&sql, &[]).unwrap()[0]["sent_at"], 2_000, "{table}");
    }
}

/// The previous Worker counts, the new one goes on from the latest number.
#[test]
fn numbers_go_on() {
    let tables = before_the_migration();
    for id in ["a", "b", "c"] {
        previously(&tables, INSERT_APPLICATION, id);
    }
    previously(&tables, WITHDRAW, "c");
    previously(&tables, ERASE, "c");
    migrate(&tables);
    previously(&tables, INSERT_APPLICATION, "d");
    let last = || {
        let rows = tables.rows("SELECT last_number FROM tallies WHERE posting = 'p'", &[]);
        rows.unwrap()[0]["last_number"].clone()
    };
    assert_eq!((numbers(&tables), last()), (vec![1, 2, 4], 4.into()));
    previously(&tables, ERASE, "d");
    previously(&tables, INSERT_APPLICATION, "e");
    assert_eq!((numbers(&tables), last()), (vec![1, 2, 5], 5.into()));
}

/// A report on the closing that the previous Worker wrote is not written again
/// by the new one, which counts days otherwise.
#[test]
fn a_report_that_the_previous_worker_wrote_counts() {
    const DAY_MS: i64 = 86_400_000;
    let report = |slug: &str| {
        format!(
            "INSERT INTO notices (id, posting, day, notice, due_at) \
             VALUES ('report/{slug}/0', '{slug}', 0, '{{}}', {})",
            20_303 * DAY_MS + 1
        )
    };
    let tables = before_the_migration();
    tables.script(&report("p")).unwrap();
    migrate(&tables);
    tables.script(&report("q")).unwrap();
    let ledger = SqlLedger(&tables);
    for slug in ["p", "q"] {
        let last = pollster::block_on(ledger.last_report(slug));
        assert_eq!(last.unwrap().map(|report| report.day), Some(20_303), "{slug}");
    }
}
