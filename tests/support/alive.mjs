// Notices when a server on this machine has ended. Miniflare does not say that its workerd has died.

import { connect } from "node:net";

/** How often each port is tried, in milliseconds. */
const EVERY = 1_000;
/** One failed try may be a busy machine. */
const TRIES = 3;

/** Tries to connect to ports, and calls back once when one takes no connections any more. */
export class Watch {
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #isPaused = false;

  /**
   * @param {{ name: string, port: number }[]} servers on 127.0.0.1
   * @param {(name: string) => void} onLoss
   */
  constructor(servers, onLoss) {
    const failures = new Map();
    const look = async () => {
      for (const { name, port } of servers) {
        const failed = (await takesConnections(port)) || this.#isPaused ? 0 : (failures.get(name) ?? 0) + 1;
        failures.set(name, failed);
        if (this.#timer && failed === TRIES) {
          this.stop();
          onLoss(name);
        }
      }
      this.#timer?.refresh();
    };
    this.#timer = setTimeout(look, EVERY);
  }

  /**
   * Does not look while `work` lasts, which may take a server away and bring it back.
   *
   * @template T
   * @param {() => Promise<T>} work
   */
  async pause(work) {
    this.#isPaused = true;
    try {
      return await work();
    } finally {
      this.#isPaused = false;
    }
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function takesConnections(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(5 * EVERY, () => end(false));
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
  });
}
