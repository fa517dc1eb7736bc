// Where the form cannot reach the server, what is needed to send it by one's own mail program: on a desktop a message that
// is ready, on a phone buttons that copy. The form loads this when a file is first chosen, and this then fetches the page
// that says how, so that both are there once the connection is gone.

const link = document.getElementById("by-mail");
const summary = document.getElementById("error-summary");
const CRLF = "\r\n";

/** What the page about applying by mail says, or nothing. */
const told = link && fetch(link.href).then(async (answer) => {
  const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
  return page.getElementById("mail");
}, () => null);

/** The help that is shown. */
let shown;

const base64 = (blob) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1).replace(/.{76}/g, `$&${CRLF}`));
  reader.onerror = reject;
  reader.readAsDataURL(blob);
});

/** A header's text in words of RFC 2047, of whole characters. */
async function words(text) {
  const pieces = [""];
  for (const character of text) {
    if (new Blob([pieces.at(-1) + character]).size > 45) pieces.push("");
    pieces[pieces.length - 1] += character;
  }
  const encoded = await Promise.all(pieces.map((piece) => base64(new Blob([piece]))));
  return encoded.map((word) => `=?utf-8?B?${word}?=`).join(`${CRLF} `);
}

/** The message, for a program that opens it as one to be sent. A document is called as the form calls it, so that there is no doubt which it is. */
async function message(help) {
  const form = document.getElementById("application");
  const value = (name) => form.elements[name]?.value.trim() ?? "";
  const said = [value("message"), value("name")].filter(Boolean).join("\n\n").replace(/\r?\n/g, CRLF);
  const boundary = "guichet-ready-mail";
  const part = async (type, headers, blob) =>
    [`--${boundary}`, `Content-Type: ${type}`, ...headers, "Content-Transfer-Encoding: base64", "", await base64(blob), ""].join(CRLF);
  const files = [...form.querySelectorAll("input[type=file]")].flatMap(({ id, files: [file] }) => (file ? [[id, file]] : []));
  const parts = files.map(([id, file]) => {
    const name = `${id}${/\.\w{1,5}$/.exec(file.name)?.[0] ?? ""}`;
    return part(file.type || "application/octet-stream", [`Content-Disposition: attachment; filename="${name}"`], file);
  });
  const head = [
    `To: ${help.querySelector("[data-to]").textContent}`,
    `Subject: ${await words(help.querySelector("[data-subject]").textContent)}`,
    "X-Unsent: 1",
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    "",
  ].join(CRLF);
  const all = [head, await part("text/plain; charset=utf-8", [], new Blob([said])), ...(await Promise.all(parts)), `--${boundary}--${CRLF}`];
  return new Blob(all, { type: "message/rfc822" });
}

async function offer() {
  const help = (await told)?.cloneNode(true);
  if (!help || shown) return;
  shown = document.importNode(help, true);
  const [ready, copies] = [shown.querySelector("[data-ready]"), shown.querySelectorAll("[data-copy]")];
  if (matchMedia("(pointer: fine)").matches) {
    ready.href = URL.createObjectURL(await message(shown));
    ready.hidden = false;
  } else {
    for (const button of copies) {
      button.onclick = async () => {
        await navigator.clipboard.writeText(shown.querySelector(`[${button.dataset.copy}]`).textContent);
        shown.querySelector("[role=status]").textContent = shown.querySelector("[data-copied]").textContent;
      };
      button.hidden = false;
    }
  }
  summary.after(shown);
}

/** Whether the server cannot be reached, or cannot store anything. */
const isAway = () => fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5_000) }).then(({ ok }) => !ok, () => true);

if (told && summary) {
  new MutationObserver(async () => {
    // The form asks to be sent again: nothing is wrong with it.
    const failed = !summary.hidden && summary.querySelector('a[href="#submit"]');
    if (failed && (await isAway())) return offer();
    if (shown) URL.revokeObjectURL(shown.querySelector("[data-ready]").href);
    shown?.remove();
    shown = undefined;
  }).observe(summary, { attributes: true, childList: true, subtree: true });
}
