// What `cargo xtask bench documents` compares, and how it prints the figures.

/**
 * Each loads what it needs and opens a file, both in the page. What opens gives the pages, and whether a password is
 * needed or none can tell what is inside; `end` tidies up outside of the time, and `told` says there what ours leaves in
 * numbers, for the form alone to read: the same is asked of the module for other people's pages.
 */
export const RIVALS = {
  ours: {
    load: async (address) => {
      const [ours, embed] = await Promise.all([import(address), import("/embed.js")]);
      await Promise.all([ours.ready, embed.ready]);
      return { ours, embed };
    },
    open: ({ ours, embed }) => (bytes) => {
      ours.inspect(bytes);
      const told = () => {
        const { kind, damage, pages, encryption } = embed.inspect(bytes);
        if (damage) throw new Error(damage);
        return { kind, pages, locked: encryption === "password" };
      };
      return { told };
    },
  },
  "pdf-lib": {
    load: () => import("/bench/pdf-lib/dist/pdf-lib.esm.min.js"),
    open: ({ PDFDocument }) => async (bytes) => {
      const pdf = await PDFDocument.load(bytes, { ignoreEncryption: true });
      return { pages: pdf.isEncrypted ? null : pdf.getPageCount(), locked: pdf.isEncrypted };
    },
  },
  "pdf.js": {
    load: async () => {
      const library = await import("/bench/pdfjs-dist/build/pdf.min.mjs");
      library.GlobalWorkerOptions.workerSrc = "/bench/pdfjs-dist/build/pdf.worker.min.mjs";
      return { library, worker: new library.PDFWorker() };
    },
    open: ({ library, worker }) => async (data) => {
      const task = library.getDocument({ data, worker, verbosity: 0 });
      const end = () => task.destroy();
      try {
        const pdf = await task.promise;
        await pdf.getMetadata();
        return { pages: pdf.numPages, locked: false, end };
      } catch (error) {
        if (error.name !== "PasswordException") throw error;
        return { pages: null, locked: true, end };
      }
    },
  },
};

/** @param {Record<string, any>[]} files @returns {{ lines: string[], medians: Record<string, number>, slowest: Record<string, number> }} */
export function table(files) {
  const pdfs = files.filter(({ ours, ...others }) => ours?.kind === "pdf" || others["pdf-lib"] || others["pdf.js"]);
  const others = files.filter((file) => !pdfs.includes(file) && file.ours);
  const medians = {};
  const slowest = {};
  const lines = [row("", "opened", "median", "p90", "slowest", "ratio:", "median", "p10", "files")];
  for (const name of Object.keys(RIVALS)) {
    const times = pdfs.flatMap((file) => file[name]?.ms ?? []);
    const both = pdfs.filter((file) => file[name] && file.ours);
    const ratios = both.map((file) => file[name].ms / file.ours.ms);
    medians[name] = quantile(ratios, 0.5);
    slowest[name] = quantile(times, 1);
    const compared = name === "ours" ? [] : ["", times_(medians[name]), times_(quantile(ratios, 0.1)), both.length];
    lines.push(row(name, times.length, ...[0.5, 0.9, 1].map((part) => ms(quantile(times, part))), ...compared));
  }
  lines.push("", `${pdfs.length} PDFs; "opened" counts those known to need a password. The ratio is the time of the file by ours.`);
  if (others.length > 0) {
    const times = others.map(({ ours }) => ours.ms);
    lines.push(`${others.length} other files: ours needs ${ms(quantile(times, 0.5))} in the median, ${ms(quantile(times, 1))} at most.`);
  }
  for (const name of Object.keys(RIVALS)) {
    const alone = pdfs.filter((file) => file[name] && Object.keys(RIVALS).every((other) => other === name || !file[other]));
    lines.push(`Opened by ${name} alone: ${alone.length}`);
  }
  return { lines, medians, slowest };
}

function quantile(numbers, part) {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}

const ms = (value) => (value === undefined ? "-" : `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`);

const times_ = (value) => (value === undefined ? "-" : `${value < 10 ? value.toFixed(1) : value.toFixed(0)} x`);

const row = (name, ...cells) => name.padEnd(8) + cells.map((cell) => String(cell).padStart(11)).join("");
