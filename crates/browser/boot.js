// The script of the posting's page: loads the Rust module, which takes the form over. Where that fails the form stays
// what it is without script, and posts.

import { initSync, takeOver } from "form-glue";
import wasm from "form-wasm";
import * as inspector from "./inspector.js";

// The trap for robots that run no script: here it could only catch what fills in forms for a person.
document.getElementById("website")?.remove();

performance.mark("script started");

// What helps where the server cannot be reached has to be there before that. The build puts its address in.
document.addEventListener("change", ({ target }) => {
  if (target.type === "file") import(READY_MAIL).catch(() => {});
});

/** Settles when the form is driven by the module, or is known to go on without it. */
export const ready = WebAssembly.compileStreaming(fetch(wasm))
  .then((module) => {
    performance.mark("module compiled");
    initSync({ module });
    takeOver(inspector);
    performance.mark("form live");
  })
  .then(
    () => true,
    (error) => {
      console.error("The form's module did not start; the form works without it.", error);
      return false;
    },
  );
