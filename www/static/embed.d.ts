// The types of /embed.js. docs/embed.md of the project has an example.

/** Settles when `Checker` and `inspect` may be used. */
export const ready: Promise<void>;

/** The checks of one posting's form. */
export class Checker {
  /** `requirements` of the JSON in a posting's page. Throws where something in it is missing or of another type. */
  constructor(requirements: object);
  /**
   * What the Worker would find wrong at `now`, in milliseconds since 1970: empty where nothing is. Throws where the form has
   * another shape.
   */
  check(form: Form, now: number): Issue[];
}

/** What a file really is, by its bytes alone. */
export function inspect(bytes: Uint8Array): Report;

/** A form; what is absent is empty. */
export interface Form {
  name?: string;
  email?: string;
  phone?: string;
  subject?: string;
  message?: string;
  /** By the question's id. */
  answers?: { [question: string]: string };
  consent?: "yes" | "";
  documents?: OfferedDocument[];
}

export interface OfferedDocument {
  /** The document's id in the posting, such as `cv`. */
  id: string;
  file_name: string;
  content: Uint8Array;
}

export interface Issue {
  /** The field, the question's id or the document's id. */
  field: string;
  /** What is wrong, such as `missing` or `document_damaged`. */
  code: string;
  params: { [name: string]: number | string | string[] };
}

export interface Report {
  /** `pdf`, `docx`, `odt`, or what else it is. */
  kind: string;
  bytes: number;
  /** Why a reader may not open it whole; null where nothing is wrong. */
  damage: string | null;
  pages: number | null;
  encryption: string;
  /** What in it acts, calls or carries something. */
  active: string[];
  /** What it tells of its author without being meant to. */
  traces: string[];
  authors: string[];
}
