//! Who of several recipients lacks a mail to staff.

/// The column of a query in which the mail is `staff`: the addresses of those who
/// lack it while others have it; empty where that is not known.
macro_rules! refused_by {
    () => {
        "CASE WHEN staff.sent_at IS NOT NULL AND staff.refused_because IS NOT NULL \
            THEN (SELECT coalesce(group_concat(address, ', '), '') FROM mail_recipients \
                WHERE mail = staff.id AND mail_recipients.refused_because IS NOT NULL) \
            END AS refused_by"
    };
}

pub(crate) use refused_by;
