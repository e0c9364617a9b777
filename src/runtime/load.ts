// A .wasm file written by `export` (bytes, a module, a response, a path) in; what it holds, ready to run without the compiler, out.
import { Artefact } from "./artefact.js";
import { DRAWS, FORMAT, SECTION, VERSION, type Manifest } from "./manifest.js";

export type Bytes = ArrayBuffer | ArrayBufferView;

/** Bytes and modules are instantiated at once; a response, a URL or (in Node) a path is read first. */
// Promises first: lib.dom declares modules without members, so that anything passes for one.
export function load(source: Response | PromiseLike<Response> | URL | string): Promise<Artefact>;
export function load(source: Bytes | WebAssembly.Module): Artefact;
export function load(
  source: Bytes | WebAssembly.Module | Response | PromiseLike<Response> | URL | string,
): Artefact | Promise<Artefact> {
  if (source instanceof WebAssembly.Module) return instantiate(source);
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    if (!WebAssembly.validate(source as BufferSource))
      throw new Error(
        "load: these bytes are no WebAssembly module; pass the bytes that f.export(...) returned, unchanged.",
      );
    return instantiate(new WebAssembly.Module(source as BufferSource));
  }
  return read(source).then((bytes) => load(bytes));
}

async function read(
  source: Response | PromiseLike<Response> | URL | string,
): Promise<ArrayBuffer | Uint8Array> {
  const isPath = typeof source === "string" && !/^(https?|file|data|blob):/.test(source);
  const isFile = source instanceof URL ? source.protocol === "file:" : /^file:/.test(String(source));
  if (typeof process !== "undefined" && (isPath || isFile)) {
    // Not import(): bundlers for browsers would look for that module.
    const { readFile } = process.getBuiltinModule("node:fs/promises");
    return readFile(isPath ? source : new URL(String(source)));
  }
  const response = await (typeof source === "string" || source instanceof URL ? fetch(source) : source);
  if (!(response instanceof Response))
    throw new TypeError("load: pass bytes, a WebAssembly.Module, a Response, a URL or a path.");
  if (!response.ok)
    throw new Error(
      `load: ${response.url || "the response"} answered ${response.status} ${response.statusText}.`,
    );
  return response.arrayBuffer();
}

function instantiate(module: WebAssembly.Module): Artefact {
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  if (!section)
    throw new Error(
      `load: the module has no section "${SECTION}", so it was not written by f.export(...) or logDensity(...).export().`,
    );
  const manifest = JSON.parse(new TextDecoder().decode(section)) as Manifest;
  if (manifest.format !== FORMAT)
    throw new Error(
      `load: the file has format ${manifest.format}, written by sinter ${manifest.sinter}; this runtime, of sinter ${VERSION}, reads format ${FORMAT}. ` +
        "Export the program again with this version, or run it with the runtime of the other.",
    );
  const [draws] = WebAssembly.Module.customSections(module, DRAWS);
  return new Artefact(manifest, new WebAssembly.Instance(module), new Float64Array(draws ?? 0));
}
