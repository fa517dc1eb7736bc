// The script of the page on which an application is corrected, or a mail completed: large documents are sent in parts
// (parts.js). All else the page does without script, and so it shows what is wrong.

import { request } from "./parts.js";

const form = document.getElementById("application");
const at = (id) => document.getElementById(id);
const [upload, text, bar, ended] = ["upload", "upload-text", "upload-bar", "upload-ended"].map(at);

/** What is being sent. */
let current;

form.addEventListener("submit", (event) => {
  if (current) return event.preventDefault();
  const sending = request(form);
  if (!sending) return;
  event.preventDefault();
  begin(sending);
});

at("upload-cancel").addEventListener("click", () => {
  current?.abort();
  end(ended.dataset.stopped);
});

addEventListener("beforeunload", (event) => current && event.preventDefault());

// A page that comes back from the history is as it was left.
addEventListener("pageshow", ({ persisted }) => persisted && end(""));

function begin(sending) {
  current = sending;
  ended.textContent = "";
  at("submit").disabled = true;
  upload.hidden = false;
  show(0);
  upload.focus();
  sending.upload.addEventListener("progress", ({ loaded, total }) => show(Math.floor((loaded / total) * 100)));
  sending.addEventListener("error", () => end(ended.dataset.failed));
  sending.addEventListener("load", () => answered(sending));
  sending.open("POST", form.getAttribute("action"));
  sending.send(new FormData(form));
}

function show(percent) {
  bar.value = percent;
  text.textContent = percent < 100 ? upload.dataset.sending.replace("{percent}", percent) : upload.dataset.sent;
}

function answered(sending) {
  current = undefined;
  if (sending.status < 300) return location.replace(JSON.parse(sending.responseText).status_url);
  // It was not taken. The page that says why comes for the same form, whose documents are there or were not wanted.
  leaveOut(true);
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "documents", value: sending.announced }));
  // Its button is called as this function is.
  HTMLFormElement.prototype.submit.call(form);
}

/** Leaves the files out of what the form posts, or not. */
function leaveOut(isLeftOut) {
  for (const input of form.querySelectorAll("input[type=file]")) input.disabled = isLeftOut;
}

function end(told) {
  current = undefined;
  leaveOut(false);
  form.querySelector("input[name=documents]")?.remove();
  upload.hidden = true;
  at("submit").disabled = false;
  ended.textContent = told;
  if (told) at("submit").focus();
}
