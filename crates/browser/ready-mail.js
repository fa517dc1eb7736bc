// Where the form cannot reach the server, what is needed to send it from one's own mail program: on a desktop a message
// that is ready, everywhere the address and the subject to copy. The form loads this when a file is first chosen, and this
// fetches the page that says how, so that both are there once the connection is gone.

const link = document.getElementById("by-mail");
const form = document.getElementById("application");
const summary = document.getElementById("error-summary");
const CRLF = "\r\n";
const BOUNDARY = "guichet-ready-mail";

/** How long the server may take to say that it is well, in milliseconds. */
const PATIENCE = 5_000;

/** What the page about applying by mail says; nothing where there is no such page, or it does not come. */
const told = link && fetch(link.href).then(
  async (answer) => {
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    return page.getElementById("mail");
  },
  () => null,
);

/** The help that is shown. */
let shown;

/** In lines of 76 characters (RFC 2045). */
const base64 = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1).replace(/.{76}(?=.)/g, `$&${CRLF}`));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

/** A header's text in words of RFC 2047: each of whole characters, and no line longer than 76. */
async function words(text) {
  const pieces = [""];
  for (const character of text) {
    if (new Blob([pieces.at(-1) + character]).size > 39) pieces.push("");
    pieces[pieces.length - 1] += character;
  }
  const encoded = await Promise.all(pieces.map((piece) => base64(new Blob([piece]))));
  return encoded.map((word) => `=?utf-8?B?${word}?=`).join(`${CRLF} `);
}

async function part(type, headers, blob) {
  return [`--${BOUNDARY}`, `Content-Type: ${type}`, ...headers, "Content-Transfer-Encoding: base64", "", await base64(blob), ""].join(CRLF);
}

/**
 * What was typed, with the telephone and the answers a line each: the team reads it, and the form asks for them again.
 * Which mails one wants, and on whose computer, does not count here: a mail is answered.
 */
function typed() {
  const value = (name) => form.elements[name]?.value.trim() ?? "";
  const answers = [...form.querySelectorAll("[data-field]")].flatMap((field) => {
    const { field: name } = field.dataset;
    const said = field.querySelector(":checked")?.parentElement.textContent.trim() ?? value(name);
    const isAsked = !["name", "email", "message", "mails", "shared", "consent"].includes(name) && !field.querySelector("[type=file]");
    const label = field.querySelector("legend, label").firstChild.textContent.trim();
    return isAsked && said ? [`${label}${/[?؟]$/.test(label) ? "" : ":"} ${said}`] : [];
  });
  return [value("message"), answers.join("\n"), value("name")].filter(Boolean).join("\n\n").replace(/\r?\n/g, CRLF);
}

/** The documents. Each is called by its id, so that nobody has to guess which it is. */
function files() {
  const chosen = [...form.querySelectorAll("input[type=file]")].filter((input) => input.files.length > 0);
  return chosen.map(({ id, files: [file] }) => {
    const name = id + (/\.\w{1,5}$/.exec(file.name)?.[0] ?? "");
    return part(file.type || "application/octet-stream", [`Content-Disposition: attachment; filename="${name}"`], file);
  });
}

/** The message. A mail program that knows `X-Unsent` opens it as one to be sent. */
async function message() {
  const text = (id) => shown.querySelector(`#${id}`).textContent;
  const head = [
    `To: ${text("mail-address")}`,
    `Subject: ${await words(text("mail-subject"))}`,
    "X-Unsent: 1",
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    "",
    "",
  ].join(CRLF);
  const parts = await Promise.all([part("text/plain; charset=utf-8", [], new Blob([typed()])), ...files()]);
  return new Blob([head, ...parts, `--${BOUNDARY}--${CRLF}`], { type: "message/rfc822" });
}

/** Hands over the message as the form is now. */
async function save({ currentTarget: button }) {
  const name = button.dataset.file;
  const address = URL.createObjectURL(await message());
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function copy({ currentTarget: button }) {
  const status = shown.querySelector("#mail-copied");
  await navigator.clipboard.writeText(shown.querySelector(`#${button.dataset.copy}`).textContent);
  status.textContent = status.dataset.said;
}

function show(help) {
  shown = document.importNode(help, true);
  const find = (wanted) => shown.querySelector(wanted);
  find("#mail-away").hidden = false;
  for (const button of shown.querySelectorAll("[data-copy]")) {
    button.onclick = copy;
    button.hidden = !navigator.clipboard;
  }
  // Mail programs of phones do not open such a file as a message to be sent.
  for (const line of shown.querySelectorAll(".mail-ready")) line.hidden = !matchMedia("(pointer: fine)").matches;
  find("[data-file]").onclick = save;
  summary.after(shown);
  document.getElementById("announcer").textContent = find("#mail-away").textContent;
}

/** Whether the form asks to be sent again: nothing is wrong with it. */
const hasFailed = () => !summary.hidden && summary.querySelector('a[href="#submit"]') !== null;

/** Whether the server cannot be reached, or cannot store anything. */
const isAway = () => fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).then(({ ok }) => !ok, () => true);

async function look() {
  const help = hasFailed() && (await isAway()) ? await told : null;
  if (help && hasFailed()) {
    if (!shown) show(help);
    return;
  }
  shown?.remove();
  shown = undefined;
}

if (link) new MutationObserver(look).observe(summary, { attributes: true, childList: true, subtree: true });
