// An upload that stops before its end.

import { request } from "node:http";

/**
 * What such an upload is answered.
 *
 * @param {URL} address
 * @param {{ type: string, bytes: Buffer, headers?: Record<string, string> }} form
 */
export function stall(address, { type, bytes, headers }) {
  return new Promise((resolve, reject) => {
    const post = request(address, {
      method: "POST",
      headers: { "content-type": type, "content-length": bytes.length, accept: "application/json", ...headers },
    });
    post.on("error", reject);
    post.on("response", async (answer) => {
      let body = "";
      for await (const chunk of answer) body += chunk;
      post.destroy();
      resolve({ status: answer.statusCode, headers: answer.headers, body });
    });
    post.write(bytes.subarray(0, bytes.length - 100_000));
  });
}
