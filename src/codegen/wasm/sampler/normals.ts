// A vector's address in; the vector filled with standard normal numbers out.
import type { PortableFunction } from "../portable-function.js";
import { upTo } from "../routines/loops.js";
import type { SamplerContext } from "./context.js";
import { block } from "./random.js";
import { layers, normal } from "./ziggurat.js";

/** (to): four of them. */
const fourNormals = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.four", ["i32"], [], (k, to) => {
    block(k).forEach((word, i) => k.f.store("f64.store", to, normal(k, word), 8 * i, 8));
  });

/** (address): fills a vector; behind it there is room for three more. */
export const normals = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.normals", ["i32"], [], (k, to) => {
    k.f.call(k.fn(layers), []);
    const { bytes } = cx.places;
    upTo(k.f, 0, bytes, (at) => k.f.call(k.fn(fourNormals), [k.f.op("i32.add", to, at)]), 32);
    // What a vector is filled up with moves nothing.
    k.f.store("f64.store", k.f.op("i32.add", to, bytes), 0);
  });
