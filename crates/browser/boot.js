// The script of the posting's page: loads the Rust module, which takes the form over. Where that fails the form stays
// what it is without script, and posts.

import { initSync, takeOver } from "form-glue";
import wasm from "form-wasm";
import { checkReadable, inspect } from "./inspector.js";

// The trap for robots that run no script: here it could only catch what fills in forms for a person.
document.getElementById("website")?.remove();

performance.mark("script started");

/** What sends in parts, once it is there. */
let parts;

// What helps on a bad line, or where the server cannot be reached, has to be there before that. The build puts the addresses in.
document.addEventListener("change", ({ target }) => {
  if (target.type !== "file") return;
  import(READY_MAIL).catch(() => {});
  import(PARTS).then((module) => (parts = module), () => {});
});

const request = (form) => parts?.request(form) ?? new XMLHttpRequest();

/** Settles when the form is driven by the module, or is known to go on without it. */
export const ready = WebAssembly.compileStreaming(fetch(wasm))
  .then((module) => {
    performance.mark("module compiled");
    initSync({ module });
    takeOver({ inspect, checkReadable, request });
    performance.mark("form live");
  })
  .then(
    () => true,
    (error) => {
      console.error("The form's module did not start; the form works without it.", error);
      return false;
    },
  );
