//! The form in the page.
//!
//! The page's own script loads this module, which takes over the form
//! `#application`: it checks each field as it is left, looks into documents as
//! they are chosen, counts the deadline down and uploads with progress. The
//! page is complete without it, and whatever fails here leaves the plain form.
//!
//! What is shown is decided in [`form`] and its neighbours, without a browser;
//! only `dom`, `event`, `files`, `request`, `app` and `handlers` know one.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod app;
mod chosen;
mod clock;
mod countdown;
mod dom;
mod event;
mod files;
mod form;
mod handlers;
mod message;
mod page;
mod read;
mod request;
mod sending;
mod value;
mod view;

use wasm_bindgen::prelude::*;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Ends the module without a word: the texts of all panics, and what puts them
/// together, weigh more than two kilobytes.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Takes over the page's form, if it has one. Called when the module has
/// loaded.
#[wasm_bindgen(start)]
pub fn start() {
    let whole = dom::Dom::of_window().filter(dom::Dom::is_whole);
    if let Some(Err(error)) = whole.map(handlers::take_over) {
        event::complain(&error);
    }
}
