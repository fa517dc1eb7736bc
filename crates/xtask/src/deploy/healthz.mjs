// Asks `/healthz` of an origin and prints the answer as one line of JSON.

const [origin] = process.argv.slice(2);

console.log(JSON.stringify(await ask().catch((error) => ({ status: 0, error: String(error.cause ?? error) }))));

async function ask() {
  const answer = await fetch(new URL("/healthz", origin), { redirect: "manual", signal: AbortSignal.timeout(20_000) });
  const body = await answer.json().catch(() => ({}));
  const date = Date.parse(answer.headers.get("date") ?? "");
  return { status: answer.status, problems: body.problems ?? [], ...(Number.isFinite(date) && { date }) };
}
