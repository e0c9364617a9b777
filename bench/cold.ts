// In: a posterior's name. Out: the table of four chains of 1,000 + 1,000 draws, in a new process; bench/peers/cold.mjs times it from outside.
import { MCMC, NUTS } from "sinter";
import { models } from "../posteriordb/models.js";
import { fullName, load } from "./peers/posteriors.js";

const name = fullName(process.argv[2] ?? "eight_schools_noncentered");
const { model, args } = models[name].build(load(name, "../shared/posteriordb", "build/posteriordb").data);
const workers = Number(process.argv[3] ?? 0);
(await new MCMC(new NUTS(model), { seed: 2, progress: false, workers }).run(...args)).print();
