// The module that looks into documents, ready to be asked.

import init, { inspect } from "inspector-glue";
import wasm from "inspector-wasm";

await init({ module_or_path: wasm });

export { inspect };
