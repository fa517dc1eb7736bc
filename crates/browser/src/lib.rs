//! Drives the application form in the page.
//!
//! The page's own script loads this module, which takes over the form
//! `#application`: it checks each field when the candidate leaves it, inspects
//! documents when they are chosen, counts down to the deadline and uploads
//! with progress. The page works without it: if anything here fails, the
//! browser posts the plain form and the server checks it.
//!
//! [`form`] and the modules that it uses decide what is shown, and know no
//! browser. Only `app`, `dom`, `draft`, `event`, `files`, `handlers`, `renewal`
//! and `request` do.
//! Values cross between JavaScript and Rust by serde.

mod app;
mod chosen;
mod clock;
mod countdown;
mod counter;
mod device;
mod dom;
mod draft;
mod event;
mod files;
mod form;
mod handlers;
mod message;
mod number;
mod page;
mod renewal;
mod request;
mod review;
mod sending;
mod summary;
mod unicode;
mod view;

use wasm_bindgen::prelude::*;

use dom::Dom;
use files::Scripts;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Takes over the page's form, if it has one. `scripts` is what `boot.js`
/// beside this crate hands over.
///
/// # Errors
///
/// Where the page's data cannot be read: a question of a kind that this module
/// does not know, say. The form then stays as it is without script.
#[wasm_bindgen(js_name = takeOver)]
pub fn take_over(scripts: Scripts) -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    match Dom::of_window().filter(Dom::is_complete) {
        Some(dom) => handlers::take_over(dom, scripts).map(|_| ()),
        None => Ok(()),
    }
}
