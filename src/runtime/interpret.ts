// The reference backend: a Program that walks the Graph with each row's own evaluate. Slow, and the meaning of the others.
import { interpret } from "../ir/interpret.js";
import { print } from "../ir/print.js";
import { allocate, byteWidth, sizeOf, type Data, type Graph, type Type } from "../ir/types.js";
import type { Backend, CompileOptions, Program } from "./backend.js";

const bytes = (t: Type): number => sizeOf(t.shape) * byteWidth[t.dtype];

export const interpretBackend: Backend = {
  name: "interpret",
  compile(graph: Graph, options: CompileOptions): Program {
    const started = performance.now();
    const none = (what: string): never => {
      throw new Error(
        `${what} of ${options.name}: the interpreter makes no WebAssembly; compile with { backend: "wasm" } to see it.`,
      );
    };
    const inputs = graph.inputs.map((v) => allocate(v.type));
    let outputs: readonly Data[] | null = null;
    let disposed = false;
    const alive = (): void => {
      if (disposed) throw new Error(`The program ${options.name} was disposed; compile it again.`);
    };
    const naiveBytes = graph.equations.reduce(
      (n, eq) => eq.outputs.reduce((m, v) => m + bytes(v.type), n),
      0,
    );
    return {
      lowered: {
        graph,
        optimized: graph,
        prologue: null,
        kernels: { toString: () => `interpreted, one equation at a time:\n${print(graph)}` },
        wat: () => none("wat()"),
        get wasm() {
          return none("wasm");
        },
        codeBytes: 0,
        passes: [],
        memory: { arenaBytes: naiveBytes, naiveBytes, constantBytes: 0 },
        compileMs: performance.now() - started,
        kernelCosts: [],
        isProfiled: false,
        kernelTimes: () => none("kernelTimes()"),
      },
      setInput(i, data) {
        alive();
        inputs[i]!.set(data);
      },
      run() {
        alive();
        outputs = interpret(graph, inputs);
      },
      output(i) {
        alive();
        if (!outputs)
          throw new Error(`The program ${options.name} has not run yet: call run() before output(${i}).`);
        return outputs[i]!;
      },
      inputView(i) {
        alive();
        return inputs[i]!;
      },
      dispose() {
        disposed = true;
        inputs.length = 0;
        outputs = null;
      },
    };
  },
};
