// Runs in workerd, in the bench only, in front of the Worker: tells how much memory its wasm has. It never gives any back,
// so that is what it had at most.

const instances = [];
const Instance = WebAssembly.Instance;
WebAssembly.Instance = function (...given) {
  const instance = new Instance(...given);
  instances.push(instance);
  return instance;
};
const { default: worker } = await import("./index.js");

export default {
  ...worker,
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/__bench/memory") return worker.fetch(request, env, ctx);
    return new Response(String(Math.max(...instances.map(({ exports }) => exports.memory.buffer.byteLength))));
  },
};
