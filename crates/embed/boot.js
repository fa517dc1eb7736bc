// The checks without the form, for pages of other people: see crates/embed/src/lib.rs.

import { initSync } from "embed-glue";
import wasm from "embed-wasm";

export { Checker, inspect } from "embed-glue";

/** Settles when `Checker` and `inspect` may be used. */
export const ready = WebAssembly.compileStreaming(fetch(new URL(wasm, import.meta.url))).then((module) => void initSync({ module }));
