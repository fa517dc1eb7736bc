// Sends documents in parts, as the page's script does.

import { sha256 } from "./application.mjs";

/**
 * Sends the bytes from `from` to `until`.
 *
 * @param {{ fetch: Function }} guichet
 * @param {string} parts the address that the answer to the announcement has
 * @param {Buffer} bytes the document
 */
export async function part(guichet, parts, bytes, from, until, headers = {}) {
  const body = bytes.subarray(from, until);
  const answer = await guichet.fetch(`${parts}/${sha256(bytes)}/${from}`, { method: "PUT", body, headers: { accept: "application/json", ...headers } });
  return { status: answer.status, body: await answer.json() };
}

/**
 * Sends what is awaited, a part after the other.
 *
 * @param {{ fetch: Function }} guichet
 * @param {{ parts: string, documents: { id: string, bytes: number, arrived: number }[] }} awaited the answer to the announcement
 * @param {Record<string, [string, Buffer]>} files by id: name and bytes
 */
export async function sendAll(guichet, { parts, documents }, files, headers = {}) {
  for (const { id, bytes, arrived } of documents) {
    for (let from = arrived; from < bytes; ) {
      const { status, body } = await part(guichet, parts, files[id][1], from, from + 1_000_000, headers);
      if (status !== 200) throw new Error(`${id} from ${from}: ${status} ${JSON.stringify(body)}`);
      from = body.arrived;
    }
  }
}
