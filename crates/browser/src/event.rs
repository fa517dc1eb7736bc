//! Events and timers.

use alloc::boxed::Box;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{EventTarget, Window, console};

#[wasm_bindgen]
extern "C" {
    type Target;

    /// Without the error that web-sys expects: there is none.
    #[wasm_bindgen(method, js_name = addEventListener)]
    fn listen(this: &Target, name: &str, hear: &Function);
}

/// Calls `hear` at each event `name` of `target`, for as long as both live.
pub(crate) fn listen<T: JsCast>(target: &EventTarget, name: &str, hear: impl Fn(T) + 'static) {
    let hear = function(Box::new(move |event| hear(event.unchecked_into())));
    target.unchecked_ref::<Target>().listen(name, &hear);
}

/// Calls `then` once, `delay` milliseconds from now.
pub(crate) fn after(window: &Window, delay: i32, then: impl Fn() + 'static) {
    let then = function(Box::new(move |_| then()));
    let timer = window.set_timeout_with_callback_and_timeout_and_arguments_0(&then, delay);
    if let Err(error) = timer {
        complain(&error);
    }
}

/// Returns a function for the browser to call. All have the same shape: each
/// other one would bring its own glue.
pub(crate) fn function(call: Box<dyn FnMut(JsValue)>) -> Function {
    Closure::wrap(call).into_js_value().unchecked_into()
}

/// Leaves a trace for whoever looks into a page that misbehaves. `error` is
/// what the platform says; nothing that was typed may be in it.
pub(crate) fn complain(error: &JsValue) {
    console::error_2(&"Guichet:".into(), error);
}
