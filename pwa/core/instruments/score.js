/**
 * What a sheet of answers comes to on the phone, exactly as `tongxin.core.instruments.score` says it.
 *
 * A blank or an impossible code is never counted, not even as 0; an alarm stands on its one answer alone.
 * Values are kept as whole fractions, so that nothing is rounded before a band is read off.
 *
 * @module
 */

/** @typedef {string | number | null | undefined | boolean} Answer */
/** @typedef {{code: string | number, score: number}} Option */
/** @typedef {{op: string, value: number, alert: string, kind: string, zh: string}} Critical */
/** @typedef {{id: string, options: string, reverse?: boolean, scored?: boolean, critical?: Critical[]}} Item */
/** @typedef {{max_missing: number, method: string}} Missing */
/**
 * @typedef {{id: string, items: string[], method: string, missing: Missing, factor?: number,
 *   at_least?: number, decimals?: number}} Scale
 */
/** @typedef {{code: string, from: number | string, to: number | string}} Band */
/** @typedef {number | {value: number}} Age */
/**
 * @typedef {{id: string, translation_id: string, min_age: number, max_age?: number | null, default?: boolean,
 *   bands: Record<string, {direction: string, rows: Band[]}>}} Norm
 */
/**
 * @typedef {{id: string, kind: string, scale?: string, op?: string, value?: number, items?: string[],
 *   max_missing?: number}} Validity
 */
/**
 * @typedef {{translation_id: string, validated: boolean, min_age: Age, max_age?: number | null,
 *   option_sets: Record<string, Option[]>, items: Item[], scales: Scale[], norms: Norm[],
 *   validity?: Validity[] | null}} Instrument the definition's content, checked by the server
 */
/** @typedef {{num: number, den: number}} Fraction */
/** @typedef {{code: string, kind: string, item: string, zh: string}} Alert */
/**
 * @typedef {{totals: Record<string, number | string | null>, band: Record<string, string | null>,
 *   status: "ok" | "incomplete" | "invalid", alerts: Alert[], answered: string[], missing: string[],
 *   rejected: string[], failed: string[], norm: string | null, remarks: string[]}} Score
 */

const BLANK = /^[ \t\r\n\u00a0\u3000]*$/;
const OLDEST = 1200;

/** @type {Record<string, (points: number, value: number) => boolean>} */
const OPERATORS = {
  "==": (points, value) => points === value,
  ">=": (points, value) => points >= value,
  "<=": (points, value) => points <= value,
};

/**
 * The score of `answers`; without an age the default norm is used.
 *
 * @param {Instrument} instrument
 * @param {Readonly<Record<string, Answer>>} answers
 * @param {{ageMonths?: number | null}} [child]
 * @returns {Score}
 */
export function score(instrument, answers, { ageMonths = null } = {}) {
  const { points, rejected } = pointsOf(instrument, answers);
  const values = new Map(instrument.scales.map((scale) => [scale.id, measure(scale, instrument, points)]));
  const norm = normFor(instrument, ageMonths);
  const failed = (instrument.validity ?? []).filter((rule) => fails(rule, instrument, points, values));
  const whole = [...values.values()].every((value) => value !== null);
  return {
    totals: eachScale(instrument, (scale) => shown(scale, values.get(scale.id) ?? null)),
    band: eachScale(instrument, (scale) => bandOf(norm, scale, values.get(scale.id) ?? null)),
    status: failed.length ? "invalid" : whole ? "ok" : "incomplete",
    alerts: alertsOf(instrument, points),
    answered: [...points.keys()],
    missing: instrument.items
      .filter((item) => item.scored !== false || item.critical?.length)
      .map((item) => item.id)
      .filter((id) => !points.has(id) && !rejected.includes(id)),
    rejected,
    failed: failed.map((rule) => rule.id),
    norm: norm?.id ?? null,
    remarks: remarksOn(instrument, norm, ageMonths),
  };
}

/**
 * @template T
 * @param {Instrument} instrument
 * @param {(scale: Scale) => T} find
 * @returns {Record<string, T>}
 */
function eachScale(instrument, find) {
  return Object.fromEntries(instrument.scales.map((scale) => [scale.id, find(scale)]));
}

/**
 * @param {Instrument} instrument
 * @param {Readonly<Record<string, Answer>>} answers
 */
function pointsOf(instrument, answers) {
  /** @type {Map<string, number>} */
  const points = new Map();
  /** @type {string[]} */
  const rejected = [];
  for (const item of instrument.items) {
    const answer = Object.prototype.hasOwnProperty.call(answers, item.id) ? answers[item.id] : null;
    if (isBlank(answer)) continue;
    const option = optionsOf(instrument, item).find((one) => names(answer, one));
    if (option) points.set(item.id, option.score);
    else rejected.push(item.id);
  }
  const known = new Set(instrument.items.map((item) => item.id));
  rejected.push(...Object.keys(answers).filter((id) => !known.has(id)).sort());
  return { points, rejected };
}

/** @param {Answer} answer */
function isBlank(answer) {
  if (typeof answer === "string") return BLANK.test(answer);
  return answer === null || answer === undefined || Number.isNaN(answer);
}

/**
 * @param {Answer} answer
 * @param {Option} option
 */
function names(answer, option) {
  if (typeof answer === "string") return answer === String(option.code);
  return typeof answer === "number" && answer === option.code;
}

/**
 * @param {Instrument} instrument
 * @param {Item} item
 * @returns {Option[]}
 */
function optionsOf(instrument, item) {
  return instrument.option_sets[item.options] ?? [];
}

/**
 * @param {Instrument} instrument
 * @param {string} id
 * @returns {Item}
 */
function itemOf(instrument, id) {
  const item = instrument.items.find((one) => one.id === id);
  if (!item) throw new Error(`量表里没有条目“${id}”`);
  return item;
}

/**
 * What `points` count in a scale: a reversed item runs from its own highest to its lowest.
 *
 * @param {Instrument} instrument
 * @param {Item} item
 * @param {number} points
 */
function turned(instrument, item, points) {
  if (!item.reverse) return points;
  const scores = optionsOf(instrument, item).map((option) => option.score);
  return Math.min(...scores) + Math.max(...scores) - points;
}

/**
 * The exact value of a scale, or null where more is blank than it allows.
 *
 * @param {Scale} scale
 * @param {Instrument} instrument
 * @param {Map<string, number>} points
 * @returns {Fraction | null}
 */
function measure(scale, instrument, points) {
  /** @type {number[]} */
  const counted = [];
  for (const id of scale.items) {
    const given = points.get(id);
    if (given !== undefined) counted.push(turned(instrument, itemOf(instrument, id), given));
  }
  if (scale.items.length - counted.length > scale.missing.max_missing) return null;
  const sum = counted.reduce((total, value) => total + value, 0);
  const atLeast = scale.at_least ?? 0;
  if (scale.method === "count_ge") return { num: counted.filter((value) => value >= atLeast).length, den: 1 };
  if (scale.method === "mean") return { num: sum, den: counted.length };
  return { num: (scale.factor ?? 1) * halfUp(sum * scale.items.length, counted.length), den: 1 };
}

/**
 * @param {number} num
 * @param {number} den
 */
function halfUp(num, den) {
  return Math.floor((2 * num + den) / (2 * den));
}

/**
 * @param {Scale} scale
 * @param {Fraction | null} value
 * @returns {number | string | null}
 */
function shown(scale, value) {
  if (value === null) return null;
  const decimals = scale.decimals ?? 0;
  const scaled = halfUp(value.num * 10 ** decimals, value.den);
  if (decimals === 0) return scaled;
  const digits = String(scaled).padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/**
 * @param {Norm | undefined} norm
 * @param {Scale} scale
 * @param {Fraction | null} value
 * @returns {string | null}
 */
function bandOf(norm, scale, value) {
  const table = norm?.bands[scale.id];
  if (!table || value === null) return null;
  const reached = table.rows.filter((row) => {
    const [whole = "0", part = ""] = String(row.from).split(".");
    return value.num * 10 ** part.length >= Number(whole + part) * value.den;
  });
  return reached[reached.length - 1]?.code ?? null;
}

/**
 * @param {Instrument} instrument
 * @param {number | null} ageMonths
 * @returns {Norm | undefined}
 */
function normFor(instrument, ageMonths) {
  if (ageMonths === null) return instrument.norms.find((norm) => norm.default);
  return instrument.norms.find((norm) => isWithin(ageMonths, norm.min_age, norm.max_age));
}

/**
 * @param {number} months
 * @param {number} youngest
 * @param {number | null | undefined} oldest
 */
function isWithin(months, youngest, oldest) {
  return youngest * 12 <= months && months <= (oldest == null ? OLDEST : oldest * 12 + 11);
}

/**
 * @param {Instrument} instrument
 * @param {Map<string, number>} points
 * @returns {Alert[]}
 */
function alertsOf(instrument, points) {
  return instrument.items.flatMap((item) => {
    const given = points.get(item.id);
    if (given === undefined) return [];
    return (item.critical ?? [])
      .filter((critical) => OPERATORS[critical.op]?.(given, critical.value))
      .map((critical) => ({ code: critical.alert, kind: critical.kind, item: item.id, zh: critical.zh }));
  });
}

/**
 * @param {Validity} rule
 * @param {Instrument} instrument
 * @param {Map<string, number>} points
 * @param {Map<string, Fraction | null>} values
 * @returns {boolean}
 */
function fails(rule, instrument, points, values) {
  if (rule.kind === "lie_scale") {
    const value = values.get(rule.scale ?? "") ?? null;
    return value !== null && (OPERATORS[rule.op ?? ""]?.(value.num, (rule.value ?? 0) * value.den) ?? false);
  }
  if (rule.kind === "same_answer") {
    const given = new Set((rule.items ?? []).map((id) => points.get(id)));
    return given.size === 1 && !given.has(undefined);
  }
  const blank = instrument.items.filter((item) => item.scored !== false && !points.has(item.id));
  return blank.length > (rule.max_missing ?? 0);
}

/**
 * @param {Instrument} instrument
 * @param {Norm | undefined} norm
 * @param {number | null} ageMonths
 * @returns {string[]}
 */
function remarksOn(instrument, norm, ageMonths) {
  const youngest = typeof instrument.min_age === "number" ? instrument.min_age : instrument.min_age.value;
  const found = {
    translation_not_validated: !instrument.validated,
    norm_translation_differs: norm !== undefined && norm.translation_id !== instrument.translation_id,
    no_norm: norm === undefined,
    outside_age: ageMonths !== null && !isWithin(ageMonths, youngest, instrument.max_age),
  };
  return Object.entries(found).filter(([, holds]) => holds).map(([code]) => code);
}
