// One program of an instantiated artefact: slots to fill, a run, outputs to read.
import { sizeOf, type Data } from "../ir/types.js";
import type { Entry, InputSlot, Slot } from "./manifest.js";
import { memoryView } from "./memory-view.js";

export class EntryProgram {
  /** Views on memory; null where nothing reads the input. */
  readonly inputs: readonly (Data | null)[];
  readonly outputs: readonly Data[];
  private readonly main: () => void;
  private readonly prologue: (() => void) | null;
  private stale: boolean;

  constructor(
    readonly entry: Entry,
    instance: WebAssembly.Instance,
  ) {
    const { buffer } = instance.exports["memory"] as WebAssembly.Memory;
    const exported = (name: string): (() => void) => instance.exports[name] as () => void;
    const view = (s: Slot): Data => memoryView(buffer, s.dtype, s.place, sizeOf(s.shape));
    this.inputs = entry.inputs.map((s) => (s.place < 0 ? null : view(s)));
    this.outputs = entry.outputs.map(view);
    this.main = exported(entry.main);
    this.prologue = entry.prologue === null ? null : exported(entry.prologue);
    this.stale = this.prologue !== null;
  }

  set(i: number, data: Data): void {
    this.inputs[i]?.set(data);
    if (this.entry.inputs[i]!.role === "kept") this.stale = this.prologue !== null;
  }

  /** The input of that name, or -1. */
  find(name: string, role: InputSlot["role"]): number {
    return this.entry.inputs.findIndex((s) => s.name === name && s.role === role);
  }

  /** What depends on kept inputs alone, if they changed. */
  refresh(): void {
    if (!this.stale) return;
    this.prologue!();
    this.stale = false;
  }

  run(): void {
    this.refresh();
    this.main();
  }

  /** The main program without any checks: right until kept inputs change. */
  direct(): () => void {
    this.refresh();
    return this.main;
  }
}
