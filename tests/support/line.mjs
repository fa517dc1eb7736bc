// A bad line to a server on this machine: so many bytes a second each way, for all connections together, and every so
// often each connection is cut.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What passes at a time: little, so that a cut loses little that had passed. */
const SLICE = 1_024;

/** A proxy on a free loopback port. It is a good line until `worsen`. */
export class Line {
  /** How often it was cut, and the bytes that passed towards the server. */
  cuts = 0;
  sent = 0;

  #target;
  #server;
  #sockets = new Set();
  #rate = Infinity;
  #timer;

  /** @param {URL} target */
  static async to(target) {
    const line = new Line(target);
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    return line;
  }

  /** @param {URL} target */
  constructor(target) {
    this.#target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** @param {{ rate?: number, every?: number }} how bytes a second, and milliseconds between two cuts */
  worsen({ rate = Infinity, every }) {
    this.mend();
    this.#rate = rate;
    if (every) this.#timer = setInterval(() => this.cut(), every);
  }

  mend() {
    this.#rate = Infinity;
    clearInterval(this.#timer);
  }

  cut() {
    this.cuts += 1;
    for (const socket of this.#sockets) socket.destroy();
  }

  stop() {
    this.mend();
    this.cut();
    this.#server.close();
  }

  #join(near) {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    const up = this.#pass(near, far, (bytes) => (this.sent += bytes));
    const down = this.#pass(far, near, () => {});
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    return Promise.allSettled([up, down]);
  }

  async #pass(from, to, count) {
    for await (const chunk of from) {
      for (let at = 0; at < chunk.length; at += SLICE) {
        const slice = chunk.subarray(at, at + SLICE);
        if (this.#rate < Infinity) await this.#turn(to, slice.length);
        if (to.destroyed) return;
        to.write(slice);
        count(slice.length);
      }
    }
    to.end();
  }

  /** When each way is free again. */
  #free = { up: 0, down: 0 };

  /** Waits until so many bytes have their turn. */
  async #turn(to, bytes) {
    const way = to.remotePort === Number(this.#target.port) ? "up" : "down";
    const now = performance.now();
    this.#free[way] = Math.max(now, this.#free[way]) + (bytes / this.#rate) * 1_000;
    await sleep(this.#free[way] - now);
  }
}
