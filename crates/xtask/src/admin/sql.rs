//! The SQL of `cargo xtask admin`. The tables are in `migrations`;
//! tests/platform/admin.test.mjs tests the two together.

use crate::options::admin::{MailKind, Reference};

/// Returns the query for the mails that have not left, or for all, as of `now`
/// in milliseconds.
pub(crate) fn outbox(all: bool, now: i64) -> String {
    let wanted = if all { "true" } else { "sent_at IS NULL" };
    format!(
        "SELECT applications.posting, number, reference, kind AS mail, attempts, last_problem, \
         CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN refused_because IS NOT NULL THEN 'given up' \
         WHEN leased_until > {now} THEN 'being sent' ELSE 'waiting' END AS stage, \
         strftime('%Y-%m-%d %H:%M', coalesce(sent_at, due_at) / 1000, 'unixepoch') AS at \
         FROM mails JOIN applications ON applications.id = mails.application \
         WHERE {wanted} ORDER BY applications.posting, number, kind DESC"
    )
}

/// Has the mails of an application sent anew at `now`, in milliseconds: those that were given up, and those that
/// have left, which will say that they may be duplicates. `attempts` stays, for it fences.
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
