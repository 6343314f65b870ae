import { cases } from './cases.js';
import { median } from './measure.js';

/**
 * What all passes found of one way: ratios to the bare call of the same process, and the fastest round in ns.
 *
 * @typedef {{ name: string, notes: string[], ratio: number, lowest: number, highest: number, best: number, bytes: number }} Line
 */

/** @typedef {import('./measure-one.js').Row} Row */

// A bare call that is slower than this is so because of what the library does to its process.
const suspicious = 1.5;

/** Gathers what the passes find. */
export class Summary {
  /** @type {Map<string, Map<string, (Row & { base: Row })[]>>} */
  #found = new Map();

  /** @param {Record<string, Row[]>} rows what one process found, by case, the bare call first */
  add(rows) {
    for (const [key, [base, ...others]] of Object.entries(rows)) {
      if (base === undefined) continue;
      const ways = this.#found.get(key) ?? new Map();
      this.#found.set(key, ways);
      for (const row of [base, ...others]) ways.set(row.name, [...(ways.get(row.name) ?? []), { ...row, base }]);
    }
  }

  /** @returns {Record<string, Line[]>} by case, the bare call first */
  cases() {
    const known = cases.flatMap(({ key }) => {
      const ways = this.#found.get(key);
      return ways === undefined ? [] : [/** @type {const} */ ([key, linesOf([...ways.values()])])];
    });
    return Object.fromEntries(known);
  }
}

/**
 * @param {readonly (readonly (Row & { base: Row })[])[]} ways
 * @returns {Line[]}
 */
function linesOf(ways) {
  const all = ways.flat();
  return ways.map((rows) => {
    const floor = Math.min(...all.filter(({ base }) => base.name === rows[0]?.base.name).map(({ base }) => base.best));
    const ratios = rows.map((row) => row.median / row.base.median);
    const slowdown = Math.min(...rows.map(({ base }) => base.best)) / floor;
    const { name = '', note } = rows[0] ?? {};
    return {
      name,
      notes: [
        ...(note === undefined ? [] : [note]),
        ...(slowdown > suspicious
          ? [`in its process the bare call itself takes ${slowdown.toFixed(1)} times as long`]
          : []),
      ],
      ratio: median(ratios),
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
      best: Math.min(...rows.map(({ best }) => best)),
      bytes: median(rows.map(({ bytes }) => bytes)),
    };
  });
}
