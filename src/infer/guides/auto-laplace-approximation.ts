// A model in; a guide that finds the mode of the unconstrained posterior, and then the normal with its curvature, out.
import { dist } from "../../dist/index.js";
import { getParamStore, handlers } from "../../handlers/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import { hessian } from "../../trace/derivatives.js";
import { jit } from "../../trace/lazy-jit.js";
import { constrained, runChosen, unvalidated } from "../density/choose.js";
import { callModel, type Model } from "../model.js";
import { autoGuide, guideParam, type AutoGuide, type AutoGuideOptions, type Family } from "./auto-guide.js";
import { dimOf, jointFamily, partOf, startOf } from "./joint-family.js";

/** A guide with one more method. */
export interface LaplaceGuide extends AutoGuide {
  /**
   * After optimising: the normal around the mode whose precision is the curvature of the log density there. Arguments as the
   * model's. Throws when the curvature is not that of a maximum.
   */
  laplaceApproximation(...args: unknown[]): AutoGuide;
}

const family: Family = {
  local: false,
  begin(sites, names) {
    const loc = guideParam(names("", "loc"), () => startOf(sites));
    return (site, _rows, { bijector }) => {
      const x = partOf(loc, site);
      // The point's density counts the Jacobian, so that the mode is that of the unconstrained density.
      return { draw: () => x, logDensity: (at, y) => bijector.logAbsDetJacobian(at, y).neg() };
    };
  },
  quantile(sites, names) {
    const loc = guideParam(names("", "loc"), () => startOf(sites));
    return Object.fromEntries(sites.map((site) => [site.name, partOf(loc, site)]));
  },
};

/**
 * The mode of the unconstrained posterior (parameter `auto_loc`), and with `laplaceApproximation` the normal around it.
 *
 * @example
 * const guide = guides.AutoLaplaceApproximation(model);
 * await new SVI(model, guide, optim.adam({ lr: 0.05 }), infer.TraceELBO()).run(1000, data);
 * const posterior = guide.laplaceApproximation(data).samplePosterior(random.key(0), 1000, data);
 */
export function AutoLaplaceApproximation(
  model: Model,
  options: Omit<AutoGuideOptions, "initScale"> = {},
): LaplaceGuide {
  const guide = autoGuide("AutoLaplaceApproximation", model, family, options);
  const laplaceApproximation = (...args: unknown[]): AutoGuide => {
    const { sites } = guide;
    const loc = getParamStore().get(`${options.prefix ?? "auto"}_loc`);
    const density = (q: Tensor): Tensor => {
      const jacobians: Tensor[] = [];
      const trace = unvalidated(() =>
        runChosen(model, args, {
          latent(msg) {
            const site = sites.find(({ name }) => name === msg.name)!;
            const x = partOf(q, site);
            const { value, logJacobian } = constrained(msg, x);
            jacobians.push(logJacobian);
            return value;
          },
        }),
      );
      return jacobians.reduce((a, b) => a.add(b), trace.logProbSum());
    };
    const precision = (jit(hessian(density))(loc) as Tensor).neg();
    const scaleTril = covarianceFactor(precision, dimOf(sites));
    const sd = np.sqrt(np.sum(scaleTril.mul(scaleTril), -1));
    const fixed = jointFamily(() => ({ loc, sd, normal: dist.MultivariateNormal({ loc, scaleTril }) }));
    const normal = autoGuide("AutoLaplaceApproximation", model, fixed, options);
    // Sites become known at the first call.
    handlers.block(handlers.seed(() => callModel(normal, args, "guide"), 0))();
    return normal;
  };
  return Object.assign(guide, { laplaceApproximation });
}

/** The Cholesky factor of the inverse. */
function covarianceFactor(precision: Tensor, dim: number): Tensor {
  const factor = np.linalg.cholesky(precision);
  if (np.all(np.isfinite(factor)).item() === 0)
    throw new Error(
      "guides.AutoLaplaceApproximation: the log density does not curve downwards in all directions at `auto_loc`, so it is not at a maximum. " +
        "Take more steps, or look for directions that neither prior nor data determine.",
    );
  const inverse = np.linalg.solveTriangular(factor, np.eye(dim));
  return np.linalg.cholesky(np.matmul(inverse.transpose(), inverse));
}
