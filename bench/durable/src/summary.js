/** @typedef {import('./publish.js').Found} Found */

/**
 * Two subjects to compare: how many times the rate of the other, and of its latency, the first should reach. Without
 * `latencyReach` only the rates are compared.
 *
 * @typedef {{ name: string, other: string, reach: string, latencyReach?: string }} Pair
 */

/** What all passes found of a subject: the middle of each figure. @typedef {Found & { readonly title: string }} Line */

/** A ratio between two subjects, the middle over the passes, by figure. @typedef {{ title: string, reach: string, figures: Record<string, number> }} Ratio */

/** Gathers what the passes find. Ratios are made within a pass, so that what slows a machine down for a while slows both. */
export class Summary {
  /** @type {Map<string, Found[]>} */
  #found = new Map();
  #subjects;
  #pairs;

  /**
   * @param {ReadonlyMap<string, { readonly title: string }>} subjects
   * @param {readonly Pair[]} pairs
   */
  constructor(subjects, pairs) {
    this.#subjects = subjects;
    this.#pairs = pairs;
  }

  /**
   * @param {string} name
   * @param {Found} found
   */
  add(name, found) {
    this.#found.set(name, [...(this.#found.get(name) ?? []), found]);
  }

  /** @returns {Record<string, Line>} */
  lines() {
    const lines = [...this.#found].map(([name, passes]) => {
      const rates = middles(passes.map(({ rates }) => rates));
      const latency = /** @type {import('./measure.js').Latency} */ (middles(passes.map(({ latency }) => latency)));
      return [name, { title: this.#subjects.get(name)?.title ?? name, rates, latency }];
    });
    return Object.fromEntries(lines);
  }

  /** Messages a second, as multiples of another's. @returns {Ratio[]} */
  rates() {
    return this.#pairs.flatMap(({ name, other, reach }) => this.#ratio(name, other, reach, ({ rates }) => rates));
  }

  /** Latencies, as multiples of the raw client's. @returns {Ratio[]} */
  latencies() {
    return this.#pairs.flatMap(({ name, other, latencyReach }) => {
      if (latencyReach === undefined) return [];
      return this.#ratio(name, other, latencyReach, ({ latency: { p50, p99 } }) => ({ p50, p99 }));
    });
  }

  /**
   * @param {string} name
   * @param {string} other
   * @param {string} reach
   * @param {(found: Found) => Readonly<Record<string, number>>} figuresOf
   * @returns {Ratio[]} one, or none where one of the two was not measured
   */
  #ratio(name, other, reach, figuresOf) {
    const others = this.#found.get(other) ?? [];
    const ratios = (this.#found.get(name) ?? []).flatMap((found, pass) => {
      const base = others[pass];
      return base === undefined ? [] : [quotients(figuresOf(found), figuresOf(base))];
    });
    if (ratios.length === 0) return [];
    const title = `${this.#titleOf(name)} / ${this.#titleOf(other)}`;
    return [{ title, reach, figures: middles(ratios) }];
  }

  /** @param {string} name */
  #titleOf(name) {
    return this.#subjects.get(name)?.title ?? name;
  }
}

/**
 * @param {readonly Readonly<Record<string, number>>[]} passes
 * @returns {Record<string, number>}
 */
export function middles(passes) {
  const keys = Object.keys(passes[0] ?? {});
  return Object.fromEntries(keys.map((key) => [key, median(passes.map((figures) => figures[key] ?? Number.NaN))]));
}

/**
 * @param {Readonly<Record<string, number>>} figures
 * @param {Readonly<Record<string, number>>} base
 */
function quotients(figures, base) {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, value / (base[key] ?? Number.NaN)]));
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
