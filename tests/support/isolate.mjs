// How much memory the Worker's isolate holds, as V8 tells a debugger: what Cloudflare limits to 128 MB. The memory of the
// process says less, for R2, D1 and Queues run in it too. What nobody holds any more is collected first, as V8 does by itself
// where memory is short.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import WebSocket from "ws";

/** Milliseconds between two looks. */
const EVERY = 10;
/** Milliseconds for an answer: the isolate may be busy with a large document. */
const PATIENCE = 5_000;
const ATTEMPTS = 5;

/**
 * Looks while `work` is done.
 *
 * @param {import("./guichet.mjs").Guichet} guichet started with `inspector: true`
 * @param {() => Promise<unknown>} work
 * @returns {Promise<number>} bytes at the peak: objects, what lies behind buffers and files, and wasm memory
 */
export async function peak(guichet, work) {
  const look = await looker(guichet);
  let most = await look();
  let working = true;
  const looking = (async () => {
    for (; working; await sleep(EVERY)) most = Math.max(most, await look());
  })();
  try {
    await work();
  } finally {
    working = false;
    await looking;
    look.end();
  }
  return most;
}

/** What tells how much is held now. The inspector is asked for the Worker, and at times takes a second question. */
async function looker(guichet) {
  const inspector = await guichet.mf.getInspectorURL();
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const socket = new WebSocket(new URL("/core:user:", inspector));
    const ask = async (method) => {
      socket.send(JSON.stringify({ id: 1, method }));
      const [text] = await once(socket, "message", { signal: AbortSignal.timeout(PATIENCE) });
      return JSON.parse(text).result ?? {};
    };
    const look = async () => {
      await ask("HeapProfiler.collectGarbage");
      const { usedSize = 0, backingStorageSize = 0, embedderHeapUsedSize = 0 } = await ask("Runtime.getHeapUsage");
      return usedSize + backingStorageSize + embedderHeapUsedSize;
    };
    try {
      await once(socket, "open");
      if ((await look()) > 0) return Object.assign(look, { end: () => socket.close() });
    } catch {
      // The next attempt may find it.
    }
    socket.terminate();
  }
  throw new Error("the inspector of workerd tells nothing about memory");
}
