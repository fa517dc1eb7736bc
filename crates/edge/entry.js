// The Worker's door: hands each event to the Rust module, and revives it after a panic.
//
// This does for three handlers what the shim of Cloudflare's `worker-build` (0.8.7) does for any Worker. We bundle it
// ourselves because `cargo xtask` links the wasm in its own process: no tool to install, no version to keep in step.

import * as rust from "edge-glue";

/** Set by workers-rs: `criticalError` when Rust panicked, `instanceId` counts the instances. */
const state = rust.__worker_init_state();

/** The events in flight. A panic ends the instance they run on: without help none of them would ever be answered. */
const inFlight = new Set();

export default {
  async fetch(request, env, ctx) {
    try {
      return await run("fetch", request, env, ctx);
    } catch (error) {
      console.error("The Rust module failed", error);
      return new Response(null, { status: 503, headers: { "Retry-After": "2" } });
    }
  },
  queue: (batch, env, ctx) => run("queue", batch, env, ctx),
  // A handler that fails makes the sending server try again; Rust says that it failed, for a Rust error ends the module.
  async email(message, env, ctx) {
    if (!(await run("email", message, env, ctx))) throw new Error("The mail could not be stored");
  },
  scheduled: (event, env, ctx) => run("scheduled", event, env, ctx),
};

// Rust code runs in microtasks, so a panic comes up here rather than in the handler that awaits it.
addEventListener("error", (event) => {
  if (!(event.error instanceof WebAssembly.RuntimeError)) return;
  state.criticalError = true;
  for (const { reject } of inFlight) reject(event.error);
});

/** @param {"fetch" | "queue" | "email" | "scheduled"} name of an `#[event]` in crates/edge */
async function run(name, argument, env, ctx) {
  revive();
  const panic = Promise.withResolvers();
  inFlight.add(panic);
  try {
    return await Promise.race([rust[name](argument, env, ctx), panic.promise]);
  } finally {
    inFlight.delete(panic);
  }
}

/** A wasm instance that trapped is in no known state: the next event gets a new one. */
function revive() {
  if (!state.criticalError) return;
  console.warn("Starting the Rust module anew after a panic");
  rust.__wbg_reset_state();
  state.criticalError = false;
  state.instanceId += 1;
}
