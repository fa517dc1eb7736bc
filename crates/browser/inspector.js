// Fetches the module that looks into documents when a candidate first reaches for a file, so that the form itself is
// there sooner. The build puts its address in for INSPECTOR.

let loading;

const load = () => {
  loading ??= import(INSPECTOR).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

/**
 * Says what a file really is.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<{
 *   kind: string,            // "pdf", "docx", "odt", "executable", …
 *   bytes: number,
 *   damage: string | null,   // why it is not a sound file of its kind
 * }>} rejected where the module cannot be loaded
 */
export const inspect = async (bytes) => (await load()).inspect(bytes);

for (const input of globalThis.document?.querySelectorAll("input[type=file]") ?? []) {
  for (const reached of ["pointerenter", "focus", "dragenter"]) {
    input.addEventListener(reached, () => load().catch(() => {}), { once: true, passive: true });
  }
}
