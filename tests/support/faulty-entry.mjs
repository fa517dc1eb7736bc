// Runs in workerd, in tests only, in front of the Worker: makes its bindings fail, sets its clock, and notes the statements
// that it runs, as faults.mjs says.

import worker from "./index.js";

/** What stands for which bindings in a fault. */
const BINDINGS = { r2: ["DOCUMENTS"], d1: ["DB"], queue: ["SMALL_MAILS", "LARGE_MAILS", "INCOMING_MAILS"], email: ["EMAIL"] };
/** What a D1 statement does when it is run; `prepare` and `bind` only describe it. */
const STATEMENT_RUNS = ["all", "first", "raw", "run"];
const REAL_STATEMENT = Symbol("the statement behind the proxy");
const SQL = Symbol("its text");

/** Which calls fail. */
class Plan {
  #faults;

  /** @param {string} text comma-separated `binding[.method][/sql/][@nth][:after][!CODE]` */
  constructor(text) {
    this.#faults = text
      .split(",")
      .map((part) => /^\s*(\w+)(?:\.(\w+))?(?:\/([^/]+)\/)?(?:@(\d+))?(?::(after))?(?:!(\w+))?\s*$/.exec(part))
      .filter((match) => match !== null)
      .map(([, short, method, text, nth, after, code]) => ({ short, method, text, nth: Number(nth ?? 0), after: Boolean(after), code, seen: 0 }));
  }

  /** @param {string} name @param {() => unknown} run @param {string} [sql] of the statements that it runs */
  async call(name, run, sql = "") {
    const [short, method] = name.split(".");
    for (const fault of this.#faults) {
      if (fault.short !== short || (fault.method && fault.method !== method)) continue;
      if (fault.text && !sql.includes(fault.text)) continue;
      fault.seen += 1;
      if (fault.nth && fault.nth !== fault.seen) continue;
      if (fault.after) await run();
      const error = new Error(`a test made ${name} fail${fault.after ? " after it was done" : ""}`);
      throw Object.assign(error, fault.code && { code: fault.code });
    }
    return run();
  }
}

/** The D1 statements that ran since the last request for them, with the database's figures for each. */
const ran = [];

/** @param {string} sql @param {{ meta?: D1Meta }} answer */
function meter(sql, answer) {
  const { rows_read, rows_written, duration } = answer?.meta ?? {};
  if (rows_read !== undefined) ran.push({ sql, rows_read, rows_written, duration });
}

/** For every event until it is replaced; a request's own headers go before it. */
let overrides = { plan: new Plan(""), clock: undefined, vars: {} };

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/__test/overrides") {
      const { fault, clock, vars } = await request.json();
      overrides = { plan: new Plan(fault ?? ""), clock, vars };
      return new Response(null, { status: 204 });
    }
    if (new URL(request.url).pathname === "/__test/statements") return Response.json(ran.splice(0));
    const fault = request.headers.get("x-test-fault");
    const clock = request.headers.get("x-test-clock") ?? overrides.clock;
    const plan = fault === null ? overrides.plan : new Plan(fault);
    return worker.fetch(from(request, request.headers.get("x-test-address")), disturbed(env, plan, clock), ctx);
  },
  queue(batch, env, ctx) {
    return worker.queue(batch, disturbed(env, overrides.plan, overrides.clock), ctx);
  },
  email(message, env, ctx) {
    return worker.email(message, disturbed(env, overrides.plan, overrides.clock), ctx);
  },
  scheduled(event, env, ctx) {
    return worker.scheduled(event, disturbed(env, overrides.plan, overrides.clock), ctx);
  },
};

/** As the platform tells where a request comes from. */
function from(request, address) {
  if (address === null) return request;
  const sent = new Request(request);
  sent.headers.set("cf-connecting-ip", address);
  return sent;
}

function disturbed(env, plan, clock) {
  const changed = { ...env, ...overrides.vars };
  for (const [short, names] of Object.entries(BINDINGS)) {
    for (const name of names.filter((name) => env[name])) {
      changed[name] = short === "d1" ? database(env[name], plan) : binding(env[name], short, plan);
    }
  }
  if (clock !== undefined) changed.DEV_CLOCK = clock;
  return changed;
}

/** Methods run on the real object: native ones look at `this`. The constructor stays, for workers-rs checks its name. */
function binding(real, short, plan) {
  // Not `method.apply`: of a method that runs elsewhere, that is a property which lies there as well.
  return proxy(real, (name, method) => (...args) => plan.call(`${short}.${name}`, () => Reflect.apply(method, real, args)));
}

function database(real, plan) {
  return proxy(real, (name, method) => {
    if (name === "prepare") return (sql) => statement(sql, method.call(real, sql), plan);
    if (name === "batch") return (list) => plan.call("d1.batch", () => batch(real, method, list), list.map((item) => item[SQL]).join(";\n"));
    return (...args) => plan.call(`d1.${name}`, () => method.apply(real, args));
  });
}

async function batch(real, method, list) {
  const answers = await method.call(real, list.map((item) => item[REAL_STATEMENT] ?? item));
  for (const [index, item] of list.entries()) meter(item[SQL], answers[index]);
  return answers;
}

function statement(sql, real, plan) {
  const run = async (method, args) => {
    const answer = await method.apply(real, args);
    meter(sql, answer);
    return answer;
  };
  return proxy(
    real,
    (name, method) => {
      if (name === "bind") return (...args) => statement(sql, method.apply(real, args), plan);
      if (!STATEMENT_RUNS.includes(name)) return method.bind(real);
      return (...args) => plan.call(`d1.${name}`, () => run(method, args));
    },
    { [REAL_STATEMENT]: real, [SQL]: sql },
  );
}

function proxy(real, wrap, extra = {}) {
  return new Proxy(real, {
    get(_, name) {
      if (Object.hasOwn(extra, name)) return extra[name];
      const value = Reflect.get(real, name, real);
      return typeof value === "function" && name !== "constructor" ? wrap(name, value) : value;
    },
  });
}
