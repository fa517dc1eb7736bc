// The least that a Worker for applications could do: parse the form and store its two files. With STEPS it does more of
// what the product does, in JavaScript, which shows what each step costs by itself.

export default {
  async fetch(request, env) {
    if (request.method !== "POST") return new Response("ok");
    const steps = env.STEPS ?? "";
    const form = await request.formData();
    const id = crypto.randomUUID();
    for (const name of ["cover_letter", "cv"]) {
      const file = form.get(name);
      const sha256 = steps.includes("hash") ? await crypto.subtle.digest("SHA-256", await file.arrayBuffer()) : undefined;
      await env.DOCUMENTS.put(`${id}/${name}`, file, steps.includes("verify") ? { sha256 } : {});
    }
    if (steps.includes("commit")) await commit(env, id);
    return new Response(null, { status: 201 });
  },
  queue() {},
};

/** As many statements as the product has. */
async function commit(env, id) {
  await env.DB.prepare("SELECT 1 WHERE ?1 IS NULL").bind(id).all();
  const insert =
    "INSERT INTO applications (id, reference, posting, language, origin, received_at, application, number) " +
    "SELECT ?1, ?1, '', '', '', 0, '', 1 + count(*) FROM applications WHERE posting = ''";
  const letter = "INSERT INTO mails (id, kind, application, due_at) VALUES (?2 || '/' || ?1, ?2, ?1, 0)";
  await env.DB.batch([
    env.DB.prepare(insert).bind(id),
    ...["staff", "acknowledgement"].map((name) => env.DB.prepare(letter).bind(id, name)),
    env.DB.prepare("SELECT * FROM applications WHERE id = ?1").bind(id),
  ]);
  await env.SMALL_MAILS.send(id);
}
