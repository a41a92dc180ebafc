/**
 * The exact value of each scale: twin of `tongxin.core.instruments.measuring`.
 *
 * @module
 */

/** @typedef {import("./types").Instrument} Instrument */
/** @typedef {import("./types").Points} Points */
/** @typedef {import("./types").Scale} Scale */
/** @typedef {import("./types").Value} Value */
/** @typedef {import("./types").Values} Values */

/** Whether the scale is made for that age; nobody is left out whose age isn't known. @param {Scale} scale @param {number | null} months */
export function fitsAge({ ages }, months) {
  return !ages || months === null || (ages[0] <= months && months <= ages[1]);
}

/** @param {number} num @param {number} den */
export const halfUp = (num, den) => Math.floor((2 * num + den) / (2 * den));

/**
 * The value of every scale, and how many blanks a scale's own rule filled.
 *
 * @param {Instrument} instrument @param {Points} points @param {number | null} months
 */
export function measured(instrument, points, months) {
  /** @type {Values} */
  const values = new Map();
  /** @type {Record<string, number>} */
  const madeUp = {};
  const plain = instrument.scales.filter((scale) => !scale.parts?.length);
  for (const scale of plain) {
    const value = fitsAge(scale, months) ? valueOf(instrument, scale, points) : null;
    const blank = (scale.items ?? []).filter((id) => !points.has(id)).length;
    values.set(scale.id, value);
    if (value && blank && scale.missing?.max_missing) madeUp[scale.id] = blank;
  }
  for (const scale of instrument.scales) {
    if (scale.parts?.length) values.set(scale.id, composed(instrument, scale, values, months));
  }
  return { values, madeUp };
}

/** @param {Instrument} instrument @param {Scale} scale @param {Points} points @returns {Value | null} */
function valueOf(instrument, scale, points) {
  const items = scale.items ?? [];
  const given = items.flatMap((id) => {
    const worth = points.get(id);
    return worth === undefined ? [] : [turned(instrument, scale, id, worth)];
  });
  if (items.length - given.length > (scale.missing?.max_missing ?? 0)) return null;
  const sum = given.reduce((total, value) => total + value, 0);
  const factor = scale.factor ?? 1;
  if (scale.method === "count_ge") return { num: given.filter((value) => value >= (scale.at_least ?? 0)).length, den: 1 };
  if (scale.method === "mean") return { num: sum, den: given.length };
  if (scale.missing?.method === "zero") return { num: factor * sum, den: 1 };
  return { num: factor * halfUp(sum * items.length, given.length), den: 1 };
}

/** What points count in a scale: a reversed item runs from its own highest to its lowest. @param {Instrument} instrument @param {Scale} scale @param {string} id @param {number} worth */
function turned(instrument, scale, id, worth) {
  const item = instrument.items.find((each) => each.id === id);
  if (!item?.reverse || scale.forward?.includes(id)) return worth;
  const scores = (instrument.option_sets[item.options] ?? []).map((option) => option.score);
  return Math.min(...scores) + Math.max(...scores) - worth;
}

/** The sum of all parts; by age, the one part for the child's age. @param {Instrument} instrument @param {Scale} scale @param {Values} values @param {number | null} months @returns {Value | null} */
function composed(instrument, scale, values, months) {
  const parts = scale.parts ?? [];
  if (scale.method === "by_age") {
    const fitting = parts.find((id) => {
      const part = instrument.scales.find((each) => each.id === id);
      return months !== null && part && fitsAge(part, months);
    });
    return fitting ? values.get(fitting) ?? null : null;
  }
  const whole = parts.flatMap((id) => values.get(id) ?? []);
  return whole.length === parts.length ? { num: whole.reduce((sum, each) => sum + each.num, 0), den: 1 } : null;
}

/** The value as it is written down. @param {Scale} scale @param {Value | null} value @returns {number | string | null} */
export function shown({ decimals = 0 }, value) {
  if (value === null) return null;
  const scaled = halfUp(value.num * 10 ** decimals, value.den);
  if (decimals === 0) return scaled;
  const digits = String(scaled).padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
