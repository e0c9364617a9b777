// In: a Python bench script. Out: a live process that answers one JSON line per request, idle in between.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export class LineServer {
  #child: ChildProcess;
  #waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | null = null;
  #complaints = "";

  constructor(
    private readonly label: string,
    command: string,
    args: readonly string[],
  ) {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    const fail = (why: string): void => {
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.reject(new Error(`${label}: ${why}\n${this.#complaints.trim().slice(-2000)}`));
    };
    child.on("error", (error) => fail(`could not start ${command} (${error.message})`));
    child.on("close", (code) => fail(`ended with exit code ${code} before it answered`));
    child.stderr.on("data", (chunk) => (this.#complaints += String(chunk)));
    // A pipe closed by a child that died is reported by "close" above.
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.resolve(line);
    });
  }

  /** Sends one request and waits for its line. A reply that holds `error` becomes an Error. */
  async ask<T>(request: Record<string, unknown>): Promise<T> {
    if (this.#waiting !== null) throw new Error(`${this.label}: one request at a time.`);
    if (this.#child.exitCode !== null)
      throw new Error(`${this.label}: has ended.\n${this.#complaints.trim().slice(-2000)}`);
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#child.stdin?.write(JSON.stringify(request) + "\n");
    });
    // Python writes NaN and Infinity as bare words, which are not JSON.
    const reply = JSON.parse(line.replace(/\b(-?Infinity|NaN)\b/g, "null")) as T & { error?: string };
    if (reply.error !== undefined) throw new Error(`${this.label}: ${reply.error}`);
    return reply;
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}
