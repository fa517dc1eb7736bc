// The verdicts without the form, for pages of other people: see crates/embed/src/lib.rs.

import { initSync } from "embed-glue";
import wasm from "embed-wasm";

export { check, inspect } from "embed-glue";

/** Settles when `check` and `inspect` may be called. */
export const ready = WebAssembly.compileStreaming(fetch(new URL(wasm, import.meta.url))).then((module) => void initSync({ module }));
