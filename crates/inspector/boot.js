// What looks into documents, in a thread of its own or, where there are none, in the page.

import { initSync, inspect as json } from "inspector-glue";
import wasm from "inspector-wasm";

/** Settles when `inspect` may be called, by those who have the bytes already and the time to wait. */
export const ready = WebAssembly.compileStreaming(fetch(wasm)).then((module) => initSync({ module }));
ready.catch(() => {});

/** @param {Uint8Array} bytes of a file @returns {object} what it is */
export const inspect = (bytes) => JSON.parse(json(bytes));

/**
 * Looks into a file.
 *
 * @param {Blob} file
 * @returns {Promise<import("../browser/inspector.js").Answer>} rejected where the module cannot be loaded or breaks
 */
export const look = async (file) => {
  const bytes = await file.arrayBuffer().catch(() => undefined);
  if (!bytes) return { unreadable: true };
  // Only secure origins have `crypto.subtle`; the server computes it anyway.
  const digest = crypto.subtle?.digest("SHA-256", bytes);
  await ready;
  const report = inspect(new Uint8Array(bytes));
  return { report, sha256: digest && hexadecimal(await digest) };
};

const hexadecimal = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

if (!globalThis.document) globalThis.onmessage = ({ data }) => look(data).then(postMessage, () => postMessage(null));
