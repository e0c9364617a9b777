// serve F.wasm [--port N]: the same answers over HTTP: POST the data as JSON; GET gives the manifest. Local to this machine.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, readArtefact } from "../artefact-file.js";
import { firstLine, InputError } from "../input-error.js";

export interface ServeOptions {
  readonly port: number;
  readonly seed: number;
}

/** Larger requests are refused: 64 MB of JSON. */
const LIMIT = 64 * 1024 * 1024;

export async function serve(file: string, { port, seed }: ServeOptions): Promise<void> {
  const artefact = await readArtefact(file);
  const { name } = artefact.manifest;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
    };
    if (request.method === "GET") return send(200, artefact.manifest);
    if (request.method !== "POST")
      return send(405, { error: `${request.method} is not served; POST the data as JSON.` });
    try {
      send(200, answer(artefact, JSON.parse(await body(request)), seed));
    } catch (error) {
      send(400, { error: firstLine(error) });
    }
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((ready, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      failed(
        error.code === "EADDRINUSE"
          ? new InputError(`port ${port} is in use; choose another with --port.`)
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", ready);
  });
  console.log(`${name} at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.close());
}

async function body(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LIMIT) throw new InputError(`the request is larger than ${LIMIT} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
