/**
 * Which signs say that a sheet can't be trusted as a whole: twin of `tongxin.core.instruments.trust`.
 *
 * @module
 */

/** @typedef {import("./types").Instrument} Instrument */
/** @typedef {import("./types").Points} Points */
/** @typedef {import("./types").Validity} Validity */
/** @typedef {import("./types").Values} Values */

/** @type {Record<string, (points: number, value: number) => boolean>} */
const OPERATORS = {
  "==": (points, value) => points === value,
  ">=": (points, value) => points >= value,
  "<=": (points, value) => points <= value,
};

/** @param {string | undefined} op @param {number} points @param {number} value */
export const met = (op, points, value) => OPERATORS[op ?? ""]?.(points, value) ?? false;

/**
 * The validity rules that the sheet fails; how long it took is only known where the caller says it.
 *
 * @param {Instrument} instrument @param {Points} points @param {Values} values @param {number | null} seconds
 */
export function failedRules(instrument, points, values, seconds) {
  return (instrument.validity ?? []).filter((rule) => fails(rule, instrument, points, values, seconds)).map(({ id }) => id);
}

/** @param {Validity} rule @param {Instrument} instrument @param {Points} points @param {Values} values @param {number | null} seconds */
function fails(rule, instrument, points, values, seconds) {
  if (rule.kind === "lie_scale") {
    const value = values.get(rule.scale ?? "");
    return value ? met(rule.op, value.num, (rule.value ?? 0) * value.den) : false;
  }
  if (rule.kind === "same_answer") {
    const given = new Set((rule.items ?? []).map((id) => points.get(id)));
    return given.size === 1 && !given.has(undefined);
  }
  if (rule.kind === "too_fast") return seconds !== null && seconds < (rule.min_seconds ?? 0);
  const blank = instrument.items.filter((item) => item.scored !== false && !points.has(item.id));
  return blank.length > (rule.max_missing ?? 0);
}
