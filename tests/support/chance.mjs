// Makes random choices that the same seed repeats.

/** A generator of its own for each part of a test, so that one part does not depend on how often another one asks. */
export class Chance {
  #state;

  /** @param {number} seed @param {string | number} [part] */
  constructor(seed, part = "") {
    this.#state = seed >>> 0;
    for (const character of String(part)) this.#state = (Math.imul(this.#state, 31) + character.codePointAt(0)) >>> 0;
  }

  /** From 0 to below 1: mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number. @param {number} from @param {number} to included */
  between(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** @param {number} probability */
  happens(probability) {
    return this.next() < probability;
  }

  /** @template T @param {T[]} choices @returns {T} */
  one(choices) {
    return choices[this.between(0, choices.length - 1)];
  }
}

/** A random seed. */
export const anySeed = () => Math.floor(Math.random() * 2 ** 32);
