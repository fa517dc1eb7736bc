//! Events and timers.

use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget, Window, console};

/// Calls `hear` at each event `name` of `target`, for as long as both live.
pub(crate) fn listen<T: JsCast>(
    target: &EventTarget,
    name: &str,
    hear: impl Fn(T) + 'static,
) -> Result<(), JsValue> {
    let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| hear(event.unchecked_into()));
    target.add_event_listener_with_callback(name, hear.into_js_value().unchecked_ref())
}

/// Calls `then` once, `delay` milliseconds from now; returns the timer's id.
pub(crate) fn after(
    window: &Window,
    delay: i32,
    then: impl FnOnce() + 'static,
) -> Result<i32, JsValue> {
    let then = Closure::once_into_js(then);
    window.set_timeout_with_callback_and_timeout_and_arguments_0(then.unchecked_ref(), delay)
}

/// Leaves a trace for whoever looks into a page that misbehaves. `error` is
/// what the platform says; nothing that was typed may be in it.
pub(crate) fn complain(error: &JsValue) {
    console::error_2(&"Guichet:".into(), error);
}
