// How the turns of a loop follow each other: counted, in SIMD lanes with several sums, and what is left at the end.
import type { Accumulate, Loop } from "../../schedule/kernel.js";
import { walksApart } from "./apart.js";
import { copiesOf, weight } from "./copies.js";
import { kept } from "./kept.js";
import { lanesOf, type Position } from "./mode.js";
import { upTo } from "./routines/loops.js";
import type { Folding } from "./scalar-code.js";
import { SimdCode } from "./simd-code.js";
import type { SimdValue } from "./simd-machine.js";
import type { Local, Operand } from "./value.js";
import { flush, FLUSH_TURNS } from "./wide-sum.js";

export abstract class LoopCode extends SimdCode {
  /** Asked for once a sum, and a body may hold many. */
  protected readonly lanes = kept(lanesOf);
  protected readonly copies = kept((l: Loop) => copiesOf(l, this.takenFrom(l).size, this.style));

  /** One turn of a loop as scalar code. */
  protected abstract turn(l: Loop, at: Position): void;

  /** for (counter = 0; counter < end; counter += step) */
  protected counted(end: Operand, step: number, body: (counter: Local) => void): void {
    const f = this.f;
    const counter = f.local("i32");
    f.set(counter, 0);
    f.loop((again) => {
      body(counter);
      f.set(counter, f.op("i32.add", counter, step));
      f.brIf(again, f.op("i32.lt_s", counter, end));
    });
  }

  protected plainSimdLoop(
    l: Loop,
    lanes: number,
    copies: number,
    turn: (at: Position, copy: number) => void,
  ): void {
    const size = l.over.size;
    const whole = Math.floor(size / lanes);
    const rounds = Math.floor(whole / copies);
    const apart = walksApart(l, copies);
    // From one round to the next, and from one copy to the next.
    const [step, gap] = apart ? [lanes, rounds * lanes] : [copies * lanes, lanes];
    let done = 0;
    // A loop runs its body at least once, and one round needs no loop.
    if (rounds <= 1 || whole * weight(l.body) <= this.style.unrolled) {
      for (let r = 0; r < rounds; r++)
        for (let c = 0; c < copies; c++, done++) turn({ counter: null, offset: r * step + c * gap }, c);
      for (; done < whole; done++) turn({ counter: null, offset: done * lanes }, done % copies);
    } else {
      const sums = rounds > FLUSH_TURNS ? this.unsettled(l) : [];
      this.rounds(rounds * step, step, sums, (counter) => {
        for (let c = 0; c < copies; c++) turn({ counter, offset: c * gap }, c);
      });
      for (done = rounds * copies; done < whole; done++)
        turn({ counter: null, offset: done * lanes }, done % copies);
    }
    for (let n = whole * lanes; n < size; n++) this.turn(l, { counter: null, offset: n });
  }

  /** As `plainSimdLoop`, in the same order of turns and sums, for a number of turns that is known when it runs. */
  protected openSimdLoop(
    l: Loop,
    lanes: number,
    copies: number,
    turn: (at: Position, copy: number) => void,
  ): void {
    const { f } = this;
    const step = copies * lanes;
    const size = f.constant("i32", l.over.size);
    const rounds = f.op("i32.and", size, -step);
    const sums = this.unsettled(l);
    f.if(rounds, () => {
      if (!walksApart(l, copies))
        return this.rounds(rounds, step, sums, (counter) => {
          for (let c = 0; c < copies; c++) turn({ counter, offset: c * lanes }, c);
        });
      const part = f.op("i32.div_u", rounds, copies);
      const starts = Array.from({ length: copies }, (_, c) => f.op("i32.mul", part, c));
      this.rounds(part, lanes, sums, (counter) => {
        starts.forEach((start, c) => turn({ counter: f.op("i32.add", start, counter), offset: 0 }, c));
      });
    });
    const rest = f.op("i32.sub", size, rounds);
    for (let c = 0; c < copies - 1; c++)
      f.if(f.op("i32.ge_u", rest, (c + 1) * lanes), () => turn({ counter: rounds, offset: c * lanes }, c));
    const whole = f.op("i32.and", size, -lanes);
    if (lanes === 2) f.if(f.op("i32.and", size, 1), () => this.turn(l, { counter: whole, offset: 0 }));
    else upTo(f, whole, size, (counter) => this.turn(l, { counter, offset: 0 }));
  }

  /**
   * The turns of a SIMD loop. Sums that must be settled now and then are settled between inner loops: what settling needs
   * would push the sums of a single loop out of registers.
   */
  private rounds(
    end: number | Local,
    step: number,
    sums: readonly Folding[],
    body: (counter: Local) => void,
  ): void {
    if (sums.length === 0) return this.counted(end, step, body);
    const f = this.f;
    const last = typeof end === "number" ? f.constant("i32", end) : end;
    const [counter, stop] = [f.local("i32"), f.local("i32")];
    f.set(counter, 0);
    f.block((exit) =>
      f.loop((outer) => {
        const next = f.op("i32.add", counter, FLUSH_TURNS * step);
        f.set(stop, f.select(f.op("i32.lt_s", next, last), next, last));
        f.loop((inner) => {
          body(counter);
          f.set(counter, f.op("i32.add", counter, step));
          f.brIf(inner, f.op("i32.lt_s", counter, stop));
        });
        f.brIf(exit, f.op("i32.ge_s", counter, last));
        for (const folding of sums) this.settle(folding);
        f.br(outer);
      }),
    );
  }

  /** Adds what the vectors hold to the scalar; they start again. */
  protected settle({ scalar, vectors, running }: Folding): void {
    if (!running) return flush(this.f, scalar, vectors);
    const simd = this.simd(2);
    const [first, ...more] = vectors;
    const all = more.reduce<SimdValue>((x, v) => running.gather(simd, x, v), first);
    const part = running.settle<SimdValue>(simd, all);
    const sum = this.f.op("f64.add", simd.lane(part, 0), simd.lane(part, 1));
    this.f.set(scalar, this.f.op("f64.add", scalar, sum));
    for (const v of vectors) this.f.set(v, this.f.splat("f64x2", 0));
  }

  protected accumulatesIn(l: Loop): Accumulate[] {
    return l.body.items.filter((item) => item.kind === "accumulate");
  }

  /** Those that must be settled now and then. */
  protected unsettled(l: Loop): Folding[] {
    return this.accumulatesIn(l)
      .map((item) => this.folding(item.accumulator))
      .filter((folding) => folding.wide || folding.running !== null);
  }
}
