// Sends an application with large documents in parts, for lines on which a whole form does not arrive. The form takes it
// for an XMLHttpRequest: it tells how many bytes the server has acknowledged, and answers once the application is taken in
// or refused. What breaks meanwhile, or is put off by the server, is tried again without a click, where it stopped.

/** Documents below this, in bytes, go in one piece with their form: it is hardly more than a part. */
const SMALL = 64_000;
/** The least and the most bytes of a part, as the server takes them. */
const [LEAST, MOST] = [32_000, 1_000_000];
/** How long a part should take, in milliseconds: much less than a bad line holds. */
const PACE = 5_000;
/** How long nothing may move before a request is given up and made again. The last one has the documents put together. */
const SILENCE = { PUT: 30_000, POST: 120_000 };
/** How long it is tried to begin, before the form says that there is no connection. */
const BEGINNING = 60_000;
/** How long what was begun is kept. */
const KEPT = 12 * 3_600_000;

/** A request for `form`; nothing where it goes in one piece. @param {HTMLFormElement} form */
export function request(form) {
  const bytes = [...form.querySelectorAll("input[type=file]")].reduce((sum, { files: [file] }) => sum + (file?.size ?? 0), 0);
  const { pathname } = new URL(form.getAttribute("action"), location);
  return bytes > SMALL && crypto.subtle ? new Parts(form, `guichet parts ${pathname}`) : undefined;
}

class Parts extends EventTarget {
  upload = new EventTarget();
  /** What the server is told of the documents, as JSON. */
  announced;
  #form;
  #place;
  #address;
  /** The last answer of the server, or none. */
  #answer;
  /** The request that is under way, and what ends a pause. */
  #current;
  #goOn = () => {};
  #isStopped = false;
  /** When it began, whether the server has what is announced, and how often in turn it was tried in vain since. */
  #begun = Date.now();
  #isAnnounced = false;
  #failures = 0;
  #size = 2 * LEAST;
  /** Where it is told that the line is cut, and in which words: the server has said them. */
  #line;
  #message = "";

  constructor(form, place) {
    super();
    this.#form = form;
    this.#place = place;
  }

  get status() {
    return this.#answer?.status ?? 0;
  }

  get responseText() {
    return this.#answer?.responseText;
  }

  getResponseHeader(name) {
    return this.#answer?.getResponseHeader(name) ?? null;
  }

  open(_method, address) {
    this.#address = address;
  }

  /** Every answer is wanted as JSON. */
  setRequestHeader() {}

  send(data) {
    this.#run(data)
      .catch((error) => console.error("Sending in parts ended.", error))
      .then((answer) => {
        this.#tell();
        if (this.#isStopped) return;
        this.#answer = answer;
        this.dispatchEvent(new Event(answer?.status ? "load" : "error"));
      });
  }

  abort() {
    this.#isStopped = true;
    this.#current?.abort();
    this.#goOn();
  }

  /** The answer to the form; nothing where there is none, or a file is gone. */
  async #run(data) {
    const files = [...data].filter(([, value]) => value instanceof File && value.size > 0);
    const documents = await Promise.all(files.map(([id, file]) => announced(id, file)));
    const typed = new FormData();
    for (const [name, value] of data) if (typeof value === "string") typed.append(name, value);
    this.announced = JSON.stringify(documents);
    typed.set("documents", this.announced);
    // On a shared computer nothing stays in the tab. What is corrected or completed has an address that leads to it.
    if (typed.has("shared") || !typed.has("token")) keep(this.#place, null);
    else this.#remember(typed, documents);
    while (!this.#isOver()) {
      const answer = await this.#ask("POST", this.#address, typed);
      if (answer?.status !== 202) {
        if (!answer) continue;
        if (answer.status < 300) keep(this.#place, null);
        return answer;
      }
      const awaited = JSON.parse(answer.responseText);
      this.#isAnnounced = true;
      this.#message = awaited.message;
      await this.#sendAll(awaited, files);
    }
    return this.#current;
  }

  async #sendAll({ parts, documents }, files) {
    const total = documents.reduce((sum, { bytes }) => sum + bytes, 0);
    const loaded = () => documents.reduce((sum, { arrived }) => sum + arrived, 0);
    const progress = () => this.upload.dispatchEvent(new ProgressEvent("progress", { lengthComputable: true, loaded: loaded(), total }));
    progress();
    for (const document of documents) {
      const [, file] = files.find(([id]) => id === document.id);
      while (document.arrived < document.bytes && !this.#isOver()) {
        const from = document.arrived;
        // Read before it is sent: a file that is gone is not a line that is cut.
        const part = await file.slice(from, from + this.#size).arrayBuffer();
        const began = performance.now();
        const answer = await this.#ask("PUT", `${parts}/${document.sha256}/${from}`, part);
        if (!answer) {
          this.#size = Math.max(LEAST, this.#size / 2);
          continue;
        }
        // It is no longer awaited: the form is announced again.
        if (answer.status !== 200) return this.#pause(1_000);
        const atPace = Math.round((part.byteLength * PACE) / (performance.now() - began));
        this.#size = Math.max(LEAST, Math.min(MOST, 2 * this.#size, atPace));
        document.arrived = JSON.parse(answer.responseText).arrived;
        progress();
      }
    }
  }

  /** The answer to a request; nothing, after a while, where it is to be made again. */
  async #ask(method, address, body) {
    const answer = await this.#request(method, address, body);
    if (this.#isStopped || !isPassing(answer)) {
      this.#failures = 0;
      this.#tell();
      return answer;
    }
    if (method === "POST") keepArrival(body, answer);
    this.#failures += 1;
    // A line that is back at once is not told of.
    if (this.#failures > 1) this.#tell(this.#message);
    const after = Number(answer.getResponseHeader("Retry-After")) * 1_000;
    await this.#pause(after || Math.min(30_000, 250 * 2 ** this.#failures));
  }

  #request(method, address, body) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      this.#current = request;
      let timer;
      const moves = () => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), SILENCE[method]);
      };
      request.upload.onprogress = moves;
      request.onloadend = () => {
        clearTimeout(timer);
        resolve(request);
      };
      request.open(method, address);
      request.setRequestHeader("Accept", "application/json");
      moves();
      request.send(body);
    });
  }

  #isOver() {
    const time = Date.now() - this.#begun;
    return this.#isStopped || time > (this.#isAnnounced ? KEPT : BEGINNING);
  }

  /** Until so many milliseconds have passed, or the device says that it is online. */
  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#goOn(), milliseconds);
      this.#goOn = () => {
        clearTimeout(timer);
        removeEventListener("online", this.#goOn);
        resolve();
      };
      addEventListener("online", this.#goOn);
      if (this.#isStopped) this.#goOn();
    });
  }

  /**
   * Goes on with what was begun in this tab before a reload: by its token, where a document is the same. What is kept says
   * nothing of the candidate.
   */
  #remember(typed, documents) {
    const hashes = documents.map(({ sha256 }) => sha256);
    const before = kept(this.#place);
    const goesOn = before && Date.now() - before.at < KEPT && hashes.some((hash) => before.hashes.includes(hash));
    const { token, at } = goesOn ? before : { token: typed.get("token"), at: this.#begun };
    typed.set("token", token);
    this.#form.elements.token.value = token;
    keep(this.#place, { token, at, hashes });
  }

  /** Says that the line is cut; without a message, that it no longer is. */
  #tell(message = "") {
    if (!this.#line && message) {
      this.#line = Object.assign(document.createElement("p"), { id: "upload-line", role: "status" });
      document.getElementById("upload-text").after(this.#line);
    }
    if (this.#line) this.#line.textContent = message;
  }
}

/** What the server is told of a document. */
async function announced(id, file) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const sha256 = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { id, name: file.name, bytes: file.size, sha256 };
}

/** Whether a request without success may succeed when it is made again. */
const isPassing = (answer) => answer.status === 0 || answer.status >= 500 || answer.getResponseHeader("Retry-After") !== null;

/** Some browsers keep nothing; then what was begun before a reload is sent again. */
function kept(place) {
  try {
    return JSON.parse(sessionStorage.getItem(place));
  } catch {
    return null;
  }
}

function keep(place, value) {
  try {
    if (value) sessionStorage.setItem(place, JSON.stringify(value));
    else sessionStorage.removeItem(place);
  } catch {
    // See above.
  }
}

/** The signed time at which the form first arrived, where the server had no room for it. */
function keepArrival(typed, answer) {
  try {
    const { arrival } = JSON.parse(answer.responseText);
    if (arrival && !typed.get("arrival")) typed.set("arrival", arrival);
  } catch {
    // Something in between has answered.
  }
}
