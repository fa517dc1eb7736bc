// The least that a Worker for applications could do: parse the form and store its two files.

export default {
  async fetch(request, env) {
    if (request.method !== "POST") return new Response("ok");
    const form = await request.formData();
    const id = crypto.randomUUID();
    for (const name of ["cover_letter", "cv"]) await env.DOCUMENTS.put(`${id}/${name}`, form.get(name));
    return new Response(null, { status: 201 });
  },
};
