// The Worker's door: hands each event to the Rust module, and revives it after a panic.
//
// This does for three handlers what the shim of Cloudflare's `worker-build` (0.8.7) does for any Worker. We bundle it
// ourselves because `cargo xtask` links the wasm in its own process: no tool to install, no version to keep in step.

import * as rust from "edge-glue";

/** Set by workers-rs: `criticalError` when Rust panicked, `instanceId` counts the instances. */
const state = rust.__worker_init_state();

// A panic in the middle of an await comes up here rather than in the handler that awaits.
addEventListener("error", (event) => note(event.error));

export default {
  fetch: handler("fetch"),
  queue: handler("queue"),
  scheduled: handler("scheduled"),
};

/**
 * @param {"fetch" | "queue" | "scheduled"} name of an `#[event]` in crates/edge
 * @returns {(argument: unknown, env: unknown, ctx: unknown) => Promise<unknown>}
 */
function handler(name) {
  return async (argument, env, ctx) => {
    revive();
    try {
      return await rust[name](argument, env, ctx);
    } catch (error) {
      note(error);
      throw error;
    }
  };
}

/** A wasm instance that trapped is in no known state: the next event gets a new one. */
function revive() {
  if (!state.criticalError) return;
  console.warn("Starting the Rust module anew after a panic");
  rust.__wbg_reset_state();
  state.criticalError = false;
  state.instanceId += 1;
}

/** @param {unknown} error */
function note(error) {
  if (error instanceof WebAssembly.RuntimeError) state.criticalError = true;
}
