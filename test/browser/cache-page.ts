// The package as a page imports it in; fits whose programs are kept in a database, and ways to spoil it, for the test, out.
import {
  clearParamStore,
  dist,
  guides,
  infer,
  jit,
  MCMC,
  np,
  NUTS,
  openProgramDatabase,
  optim,
  sample,
  SVI,
  type Tensor,
} from "sinter";

const data = np.array([1.5, 2.5, 0.5, 3.25, 2]);
const model = (y: Tensor): void => {
  const mean = sample("mean", dist.Normal(0, 10));
  const sd = sample("sd", dist.HalfNormal(3));
  sample("y", dist.Normal(mean, sd), { obs: y });
};

/** Everything that is compiled, with a database opened for it; `before` meddles in between. */
async function work(name: string, before?: (name: string) => Promise<void>) {
  clearParamStore();
  const cacheDir = await openProgramDatabase(name);
  const held = cacheDir.size;
  await before?.(name);
  const mcmc = new MCMC(new NUTS(model, { cacheDir }), {
    warmup: 200,
    samples: 100,
    chains: 2,
    progress: false,
  });
  const draws = (await mcmc.run(data)).samples("sd").data();
  const svi = new SVI(model, guides.AutoNormal(model), optim.adam({ lr: 0.02 }), infer.TraceELBO(), {
    cacheDir,
  });
  const { losses } = await svi.run(50, data);
  const square = jit((x: Tensor) => x.mul(x).sum(), { cacheDir });
  const sum = square(data).item();
  await cacheDir.flush();
  const { problems, size } = cacheDir;
  cacheDir.close();
  const compiles = mcmc.compiles + svi.compiles + square.explain().length;
  return {
    held,
    size,
    compiles,
    loaded: square.explain().loaded,
    problems,
    results: [...draws, ...losses, sum],
  };
}

const opened = (name: string, version?: number): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });

/** Cuts the first program short, and makes something else of the second. */
async function spoil(name: string): Promise<void> {
  const database = await opened(name);
  const store = database.transaction("programs", "readwrite").objectStore("programs");
  const all = await new Promise<{ bytes: unknown }[]>((resolve) => {
    const request = store.getAll();
    request.onsuccess = () => resolve(request.result as { bytes: unknown }[]);
  });
  const [first, second] = all;
  store.put({ ...first, bytes: (first!.bytes as Uint8Array).slice(0, 60) });
  await new Promise((resolve) => {
    store.put({ ...second, bytes: "none" }).onsuccess = resolve;
  });
  database.close();
}

const deleted = (name: string): Promise<void> =>
  new Promise((resolve) => {
    indexedDB.deleteDatabase(name).onsuccess = () => resolve();
  });

const newer = async (name: string): Promise<void> => (await opened(name, 2)).close();

const page = globalThis as unknown as Record<string, unknown>;
export const cachePage = { work, spoil, newer, deletedMeanwhile: (name: string) => work(name, deleted) };
page["cachePage"] = cachePage;
page["meanwhile"] = (name: string) => work(name, () => (page["pause"] as () => Promise<void>)());
