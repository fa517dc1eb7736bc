// What Linux says of processes and their children. Other systems have no /proc: there, a process has no children.

import { readdir, readFile } from "node:fs/promises";

/** Clock ticks per second in /proc: 100 on every architecture that Linux still supports. */
const TICKS = 100;

/**
 * The children of a process by that name.
 *
 * @param {string} name
 * @param {number} [parent] its id; this process without it
 * @returns {Promise<number[]>} their ids
 */
export async function children(name, parent = process.pid) {
  const ids = (await readdir("/proc").catch(() => [])).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(ids.map(async (id) => ({ id, ...(await stat(id)) })));
  return found.filter((child) => child.parent === parent && child.command === name).map(({ id }) => id);
}

/** @param {number} id @returns {Promise<number>} seconds of CPU that a process has used */
export const cpuSeconds = async (id) => (await stat(id)).ticks / TICKS;

/** proc_pid_stat(5). A process that has just ended has no parent. @param {number} id */
async function stat(id) {
  const text = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "0 (gone) X 0");
  // The name may hold blanks and brackets.
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  return { command: text.slice(text.indexOf("(") + 1, end), parent, ticks: user + system };
}
