// How much memory the Worker's isolate holds, as V8 tells a debugger: what Cloudflare limits to 128 MB. The memory of the
// process says less, for R2, D1 and Queues run in it too. What waits to be collected counts: V8 lets up to 64 MB of it lie
// behind small objects.

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

/** What tells how much is held now. The first connections to a Worker that has just started may lead nowhere. */
async function looker(guichet) {
  const inspector = await guichet.mf.getInspectorURL();
  const address = new URL(`/core:user:${guichet.workerName}`, inspector);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const socket = new WebSocket(address);
    const look = async () => {
      const { usedSize = 0, backingStorageSize = 0, embedderHeapUsedSize = 0 } = await ask(socket, "Runtime.getHeapUsage");
      return usedSize + backingStorageSize + embedderHeapUsedSize;
    };
    try {
      await once(socket, "open");
      if ((await look()) > 0) return Object.assign(look, { end: () => socket.close() });
    } catch {
      // The next attempt may find it.
    }
    socket.terminate();
    await sleep(100 * attempt);
  }
  throw new Error("the inspector of workerd tells nothing about memory");
}

let last = 0;

/** One question of the DevTools protocol. @param {WebSocket} socket @param {string} method */
function ask(socket, method) {
  const id = (last += 1);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), PATIENCE);
    socket.on("message", function hear(text) {
      const answer = JSON.parse(text);
      if (answer.id !== id) return;
      clearTimeout(timer);
      socket.off("message", hear);
      resolve(answer.result ?? {});
    });
    socket.send(JSON.stringify({ id, method }));
  });
}
