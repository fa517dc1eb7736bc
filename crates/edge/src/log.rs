//! Writes log lines: one JSON object each, without a candidate's data.

use intake::ports::{Fault, Sending};
use worker::{console_error, console_log, console_warn};

/// Something that happened to an application.
pub(crate) fn happened(event: &str, reference: &str) {
    console_log!("{}", serde_json::json!({ "event": event, "reference": reference }));
}

/// A form that was not read, and the code that says why.
pub(crate) fn turned_away(code: &str) {
    console_log!("{}", serde_json::json!({ "event": "turned away", "code": code }));
}

/// Logs a server-side error.
pub(crate) fn fault(event: &str, fault: &Fault) {
    console_error!("{}", serde_json::json!({ "event": event, "fault": fault.to_string() }));
}

/// A setting without which something is missing.
pub(crate) fn warning(text: &str) {
    console_warn!("{}", serde_json::json!({ "event": "warning", "text": text }));
}

/// A restored ledger has caught up: mails leave again.
pub(crate) fn restored() {
    console_log!("{}", serde_json::json!({ "event": "restored" }));
}

/// A queue message was retried in vain. Its content, an id, is not logged.
pub(crate) fn dead_letter() {
    console_error!("{}", serde_json::json!({ "event": "dead letter" }));
}

/// Mails stop leaving, or leave again; why is a code.
pub(crate) fn incident(event: &str, cause: &str) {
    console_error!("{}", serde_json::json!({ "event": event, "cause": cause }));
}

/// What a transport said, unless it took the message. Its reasons are codes,
/// without addresses.
pub(crate) fn sending(sending: &Sending) {
    let (event, reason) = match sending {
        Sending::Sent(_) => return,
        Sending::Refused(reason) => ("mail refused for good", reason),
        Sending::Suppressed(reason) => ("mail not sent, its recipient is suppressed", reason),
        Sending::TooLarge(reason) => ("mail refused for its size", reason),
        Sending::Later(reason) => ("mail not sent, to be tried again", reason),
        Sending::SlowDown(reason) => ("mail not sent, the server has too many", reason),
        Sending::Unknown(reason) => ("mail perhaps sent, to be tried again", reason),
    };
    console_error!("{}", serde_json::json!({ "event": event, "reason": reason }));
}
