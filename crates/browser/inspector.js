// Asks what a file really is. What knows is fetched when a candidate first reaches for a file, so that the form itself is
// there sooner. It works in a thread of its own, so that the page stays awake over a large file, and a new one for each
// file: its memory goes with it. The build puts its address in for INSPECTOR.

/**
 * @typedef {object} Answer
 * @property {object} [report] what the file is; missing where the inspector could not be loaded
 * @property {string} [sha256] in lower-case hexadecimal, where the browser computes it
 * @property {true} [unreadable] the device does not give the bytes
 */

const address = new URL(INSPECTOR, import.meta.url);

/** A worker thread for one file. If it cannot be started, the request fails. */
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

/** Inspects a file. @param {Blob} file @param {(answer: Answer) => void} done */
export const inspect = (file, done) => void answer(file).then(done);

/** Tells whether the device still gives a file. @param {Blob} file @param {(readable: boolean) => void} done */
export const checkReadable = (file, done) => void isReadable(file).then(done);

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
