// Asks what a file really is. What knows is fetched when a candidate first reaches for a file, so that the form itself is
// there sooner. It works in a thread of its own, so that the page stays awake over a large file, and a new one for each
// file: its memory goes with it. The build puts its address in for INSPECTOR.

/**
 * @typedef {object} Answer
 * @property {Uint32Array} [report] what one module tells the other; missing where nobody could look into it
 * @property {string} [sha256] in lower-case hexadecimal, where the browser computes it
 * @property {true} [unreadable] the device does not give the bytes
 */

const address = new URL(INSPECTOR, import.meta.url);

/** A thread for one file. Where it cannot be had, that is told when it is asked. */
const start = () => {
  const thread = new Worker(address, { type: "module" });
  const answer = new Promise((resolve, reject) => {
    thread.onmessage = ({ data }) => (data ? resolve(data) : reject());
    thread.onerror = reject;
  }).finally(() => thread.terminate());
  answer.catch(() => {});
  return (file) => {
    thread.postMessage(file);
    return answer;
  };
};

/** Started beforehand. */
let spare;

const aside = async (file) => {
  const ask = spare ?? start();
  spare = undefined;
  return ask(file);
};

/** Old browsers have no threads that are modules, and none is to be had from another origin. */
const here = async (file) => (await import(address.href)).look(file);

/** @param {Blob} file @returns {Promise<Answer>} */
const answer = (file) =>
  aside(file)
    .catch(() => here(file))
    .catch(async (error) => {
      console.error("What looks into documents did not load; the server will look.", error);
      return (await isReadable(file)) ? {} : { unreadable: true };
    });

const isReadable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

/** Looks into a file. @param {Blob} file @param {(answer: Answer) => void} hear */
export const look = (file, hear) => void answer(file).then(hear);

/** Tells whether the device still gives a file. @param {Blob} file @param {(readable: boolean) => void} hear */
export const touch = (file, hear) => void isReadable(file).then(hear);

/** @param {Answer} answer */
export const report = (answer) => answer.report;

/** What the module asks values for. @param {unknown} value @param {string} name */
export const member = (value, name) => value?.[name];

for (const input of globalThis.document?.querySelectorAll("input[type=file]") ?? []) {
  const reach = () => {
    try {
      spare ??= start();
    } catch {
      // It is tried again when there is a file.
    }
  };
  for (const reached of ["pointerenter", "focus", "dragenter"]) input.addEventListener(reached, reach, { once: true, passive: true });
}
