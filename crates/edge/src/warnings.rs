//! Warns, once in each isolate, of settings without which something is missing.

use std::cell::Cell;

use worker::Env;

use crate::{config, log};

thread_local! {
    static IS_DONE: Cell<bool> = const { Cell::new(false) };
}

/// Writes a warning for each such setting, when the module begins to work.
pub(crate) fn warn_once(env: &Env) {
    if IS_DONE.replace(true) {
        return;
    }
    if matches!(config::operator(env), Ok(None)) {
        log::warning("OPERATOR_ADDRESS is empty: nobody is told when mails stop leaving");
    }
    if config::has_no_return_path(env) {
        log::warning("BOUNCE_ADDRESS has no effect: see docs/operations.md");
    }
}
