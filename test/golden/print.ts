// The golden models in; their draws on standard output out, with workers if the first argument says how many.
import { goldenDraws } from "./models.js";

const workers = Number(process.argv[2] ?? 0);
process.stdout.write(JSON.stringify(await goldenDraws(workers > 0 ? { workers } : {})) + "\n");
