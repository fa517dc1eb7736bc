//! One JSON object per line, without a candidate's data.

use intake::ports::Fault;
use worker::{console_error, console_log};

/// Something that happened to an application.
pub(crate) fn happened(event: &str, reference: &str) {
    console_log!("{}", serde_json::json!({ "event": event, "reference": reference }));
}

/// Something that went wrong on our side.
pub(crate) fn fault(event: &str, fault: &Fault) {
    console_error!("{}", serde_json::json!({ "event": event, "fault": fault.to_string() }));
}
