//! The SQL of `cargo xtask admin`. The tables are in `migrations`;
//! tests/platform/admin.test.mjs tests the two together.

use crate::options::admin::{MailKind, Reference};

/// Returns the query for the mails that have not left, or not to everybody, or for all, as of `now`
/// in milliseconds.
pub(crate) fn outbox(all: bool, now: i64) -> String {
    mails_where(if all { "true" } else { "(sent_at IS NULL OR refused_because IS NOT NULL)" }, now)
}

/// Returns the query for the mails of one application.
pub(crate) fn mails(reference: &Reference, now: i64) -> String {
    mails_where(&format!("reference = '{}'", reference.as_str()), now)
}

fn mails_where(wanted: &str, now: i64) -> String {
    format!(
        "SELECT applications.posting, number, reference, kind AS mail, attempts, last_problem, \
         CASE WHEN sent_at IS NOT NULL AND refused_because IS NOT NULL THEN 'sent to some' \
         WHEN sent_at IS NOT NULL THEN 'sent' WHEN refused_because IS NOT NULL THEN 'given up' \
         WHEN leased_until > {now} THEN 'being sent' ELSE 'waiting' END AS stage, \
         strftime('%Y-%m-%d %H:%M', coalesce(sent_at, due_at) / 1000, 'unixepoch') AS at \
         FROM mails JOIN applications ON applications.id = mails.application \
         WHERE {wanted} ORDER BY applications.posting, number, kind DESC, mails.revision"
    )
}

/// Returns the query for what is kept of an application.
pub(crate) fn show(reference: &Reference) -> String {
    format!(
        "SELECT posting, number, reference, language, revision, \
         json_extract(application, '$.name') AS name, json_extract(application, '$.email') AS email, \
         strftime('%Y-%m-%d %H:%M', received_at / 1000, 'unixepoch') AS received, \
         strftime('%Y-%m-%d %H:%M', revised_at / 1000, 'unixepoch') AS corrected, \
         strftime('%Y-%m-%d', erase_at / 1000, 'unixepoch') AS erased, \
         (SELECT group_concat(json_extract(value, '$.id') || ' (' || json_extract(value, '$.kind') || ', ' \
             || json_extract(value, '$.bytes') || ' bytes, ' || json_extract(value, '$.sha256') || ')', ', ') \
          FROM json_each(application, '$.documents')) AS documents \
         FROM applications WHERE reference = '{}' AND id NOT IN (SELECT id FROM retired)",
        reference.as_str()
    )
}

/// Returns the statement that retires an application's id at `now`, in
/// milliseconds: it is found no more, and the cron erases its documents and
/// rows. Nothing where it is retired already.
pub(crate) fn retire(reference: &Reference, now: i64) -> String {
    format!(
        "INSERT INTO retired (id, posting, retired_at) \
         SELECT id, posting, {now} FROM applications WHERE reference = '{}' \
         ON CONFLICT DO NOTHING RETURNING id",
        reference.as_str()
    )
}

/// Returns the statement that keeps the mails of an application from leaving.
pub(crate) fn delete_mails(reference: &Reference) -> String {
    format!(
        "DELETE FROM mails WHERE application IN \
         (SELECT id FROM applications WHERE reference = '{}')",
        reference.as_str()
    )
}

/// Returns the statement that queues a mail again at `now`, in milliseconds:
/// one that was given up, or one that was sent, which then says that it may be
/// a duplicate. `attempts` is not reset, because it is the fence.
pub(crate) fn send_again(reference: &Reference, mail: MailKind, now: i64) -> String {
    let reference = reference.as_str();
    let wanted = match mail {
        MailKind::Staff => "kind = 'staff'",
        MailKind::Acknowledgement => "kind = 'acknowledgement'",
    };
    format!(
        "UPDATE mails SET possible_duplicate = max(possible_duplicate, sent_at IS NOT NULL), \
         sent_at = NULL, refused_because = NULL, tried_since = NULL, failures = 0, \
         due_at = {now}, queued_until = 0 \
         WHERE {wanted} AND leased_until <= {now} \
         AND application IN (SELECT id FROM applications WHERE reference = '{reference}' \
         AND id NOT IN (SELECT id FROM retired)) \
         RETURNING kind AS mail, possible_duplicate"
    )
}
