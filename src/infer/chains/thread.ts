// The text of a program in; a worker that runs it, in Node or in a browser, out.

/** What Node's workers and the Web's have in common. */
export interface Thread<To, From> {
  post(message: To): void;
  /** One listener at a time. `died` is called once, unless the thread was ended by `end`. */
  listen(heard: (message: From) => void, died: (why: string) => void): void;
  end(): void;
}

const inNode = (): boolean => typeof process !== "undefined" && Boolean(process.versions?.node);

export const startThread = <To, From>(source: string): Thread<To, From> =>
  inNode() ? nodeThread(source) : webThread(source);

/** Threads that can run at once. */
export function cores(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  if (inNode()) return process.getBuiltinModule("node:os").availableParallelism();
  return navigator?.hardwareConcurrency ?? 1;
}

function nodeThread<To, From>(source: string): Thread<To, From> {
  // Not import(): Node's build of the library is a script, and scripts import nothing.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  // Flags such as --input-type are meant for the program that was started, not for this one.
  const worker = new Worker(url, { execArgv: [] });
  let [heard, died]: Parameters<Thread<To, From>["listen"]> = [() => undefined, () => undefined];
  let ended = false;
  let gone: string | null = null;
  let thrown = "";
  worker.on("message", (message: From) => heard(message));
  worker.on("error", (error: Error) => (thrown = error.message));
  worker.on("exit", (code) => {
    gone = thrown || `it ended with exit code ${code}`;
    if (!ended) died(gone);
  });
  return {
    post: (message) => worker.postMessage(message),
    listen(nextHeard, nextDied) {
      [heard, died] = [nextHeard, nextDied];
      // It may have died while nobody listened.
      if (gone !== null) died(gone);
    },
    end() {
      ended = true;
      void worker.terminate();
    },
  };
}

function webThread<To, From>(source: string): Thread<To, From> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    listen(heard, died) {
      worker.onmessage = (event: MessageEvent) => heard(event.data as From);
      worker.onerror = (event) => died(event.message || "its program could not be loaded");
    },
    end() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
