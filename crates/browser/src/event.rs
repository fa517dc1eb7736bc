//! Events, timers and the console.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{EventTarget, Window, console};

/// Calls `hear` at each event `name` of `target`, for as long as both live.
pub(crate) fn listen<T: JsCast>(target: &EventTarget, name: &str, hear: impl Fn(T) + 'static) {
    let hear = function(move |event: JsValue| hear(event.unchecked_into()));
    target.add_event_listener_with_callback(name, &hear).unwrap_or_else(|error| log_error(&error));
}

/// Calls `then` once, `delay` milliseconds from now.
pub(crate) fn after(window: &Window, delay: i32, then: impl Fn() + 'static) {
    let then = function(move |_| then());
    let timer = window.set_timeout_with_callback_and_timeout_and_arguments_0(&then, delay);
    if let Err(error) = timer {
        log_error(&error);
    }
}

/// Makes a function of `call` that the browser may call for as long as the
/// page lives.
pub(crate) fn function(call: impl Fn(JsValue) + 'static) -> Function {
    Closure::<dyn Fn(JsValue)>::new(call).into_js_value().unchecked_into()
}

/// Writes `error` to the console. `error` comes from the platform or from
/// serde: it holds nothing that a candidate has typed.
pub(crate) fn log_error(error: &JsValue) {
    console::error_2(&"Guichet:".into(), error);
}
