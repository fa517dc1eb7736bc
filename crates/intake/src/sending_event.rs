//! What the platform says later of a mail that it took: the events of its
//! sending domain, which come as queue messages.

/// Events after which the platform does not try again. `rejected` and `failed`
/// come where it gave a mail up before it reached the recipient's server.
const UNDELIVERED: [&str; 3] = [
    "cf.email.sending.message.bounced",
    "cf.email.sending.message.rejected",
    "cf.email.sending.message.failed",
];

/// Returns the id by which the transport took the mail that was not delivered.
/// Nothing where an event of this type says anything else.
pub fn undelivered(event_type: &str, message_id: &str) -> Option<String> {
    UNDELIVERED.contains(&event_type).then(|| bare(message_id))
}

/// Returns an id without the brackets that a Message-ID may have at one place
/// and lack at another.
pub(crate) fn bare(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_delivered_is_told_by_its_id() {
        for kind in ["bounced", "rejected", "failed"] {
            let told = undelivered(&format!("cf.email.sending.message.{kind}"), " <0101-a@b>");
            assert_eq!(told.as_deref(), Some("0101-a@b"), "{kind}");
        }
    }

    #[test]
    fn other_events_say_nothing() {
        for kind in ["delivered", "deferred", "complained", "bounced.x"] {
            let told = undelivered(&format!("cf.email.sending.message.{kind}"), "0101-a@b");
            assert_eq!(told, None, "{kind}");
        }
    }
}
