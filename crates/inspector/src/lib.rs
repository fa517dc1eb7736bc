//! What a file really is, for the page.
//!
//! A module of its own beside the form's: who only reads, or has not come to
//! the documents yet, does not load it.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::vec::Vec;

use documents::{Limits, wire};
use wasm_bindgen::prelude::*;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Ends the module without a word: the texts of all panics, and what puts them
/// together, weigh two kilobytes.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Says what a file really is: a [`documents::Report`], as [`wire`] puts it.
#[wasm_bindgen]
pub fn inspect(bytes: &[u8]) -> Vec<u32> {
    wire::encode(&documents::inspect(bytes, &Limits::default()))
}
