// Prints the largest message that a mail server takes, in bytes, from its answer to EHLO (RFC 1870); 0 where it states
// none. Arguments: host, port, "tls", "starttls" or "none".

import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

const TIMEOUT = 20_000;

const [host, port, security] = process.argv.slice(2);
const socket = security === "tls" ? connectTls({ host, port: Number(port), servername: host }) : connect(Number(port), host);
socket.setTimeout(TIMEOUT, () => fail(new Error(`no answer within ${TIMEOUT / 1_000} seconds`)));
socket.on("error", fail);
socket.on("close", () => fail(new Error("the connection was closed")));

let received = "";
let greeted = false;
socket.setEncoding("utf8").on("data", (text) => {
  received += text;
  // The last line of an answer has a space after its code.
  const answer = /(?:^|\r\n)(\d{3}) [^\r\n]*\r\n$/.exec(received);
  if (!answer) return;
  if (!answer[1].startsWith("2")) return fail(new Error(`it answers ${answer[1]}`));
  if (greeted) return print(/^250[- ]SIZE ?(\d*)/im.exec(received)?.[1] || "0");
  greeted = true;
  received = "";
  socket.write("EHLO [127.0.0.1]\r\n");
});

/** @param {string} size */
function print(size) {
  console.log(size);
  socket.end("QUIT\r\n");
  process.exit();
}

/** @param {Error} error */
function fail(error) {
  console.error(error.message);
  process.exit(1);
}
