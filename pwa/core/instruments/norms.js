/**
 * What a score is compared with: twin of `tongxin.core.instruments.norm` and `norms`.
 *
 * @module
 */

/** @typedef {import("./types").Age} Age */
/** @typedef {import("./types").Informant} Informant */
/** @typedef {import("./types").Instrument} Instrument */
/** @typedef {import("./types").Norm} Norm */
/** @typedef {import("./types").Row} Row */
/** @typedef {import("./types").Standard} Standard */
/** @typedef {import("./types").Value} Value */
/** @typedef {import("./types").Who} Who */

const OLDEST = 1200;
const T_HIGHEST = 100;

const years = (/** @type {Age | undefined} */ age) => (typeof age === "object" ? age.value : age ?? 0);
const end = (/** @type {number | null | undefined} */ oldest) => (oldest == null ? OLDEST : oldest * 12 + 11);
/** @param {number} months @param {Age | undefined} youngest @param {number | null | undefined} oldest */
const isWithin = (months, youngest, oldest) => years(youngest) * 12 <= months && months <= end(oldest);

/** Who may fill it in, at which ages. @param {Instrument} instrument @returns {Informant[]} */
function informantsOf({ informants, informant = "", min_age = 0, max_age = null }) {
  return informants?.length ? informants : [{ who: informant, min_age, max_age }];
}

/** Whether the child's age is one that the questionnaire is made for. @param {Instrument} instrument @param {number} months @param {string | null} informant */
export function fitsInstrument(instrument, months, informant) {
  const all = informantsOf(instrument);
  const named = informant === null ? (all.length === 1 ? all : []) : all.filter((each) => each.who === informant);
  const asked = named.length ? named : all;
  const youngest = Math.min(...asked.map((each) => years(each.min_age) * 12));
  return youngest <= months && months <= Math.max(...asked.map((each) => end(each.max_age)));
}

/** The norm for that age, sex and informant; never the nearest one. @param {Instrument} instrument @param {Who} who @returns {Norm | undefined} */
export function normOf(instrument, { ageMonths = null, sex = null, informant = null, norm = null }) {
  if (norm) return instrument.norms.find((each) => each.id === norm);
  const all = informantsOf(instrument).map((each) => each.who);
  const by = informant ?? (all.length === 1 ? all[0] ?? null : null);
  return instrument.norms.find((each) => {
    if (each.alternative) return false;
    const theirs = each.informants?.length ? each.informants : all;
    if (by === null ? !all.every((one) => theirs.includes(one)) : !theirs.includes(by)) return false;
    if (each.sex && each.sex !== sex) return false;
    return ageMonths === null ? each.default === true : isWithin(ageMonths, each.min_age, each.max_age);
  });
}

/** @param {number | string} text @returns {{whole: number, unit: number}} a decimal as a count of a unit */
function decimal(text) {
  const [whole = "0", part = ""] = String(text).split(".");
  return { whole: Number(whole + part), unit: 10 ** part.length };
}

/** What holds at a value: the last row that it has reached, below all rows the first. @param {Row[]} rows @param {Value} value */
export function reached(rows, { num, den }) {
  const found = rows.filter(({ from }) => {
    const { whole, unit } = decimal(from);
    return num * unit >= whole * den;
  });
  return found[found.length - 1] ?? rows[0];
}

/** The standard score of a value; nothing where the sex matters and isn't known. @param {Standard[]} standards @param {string | null} sex @param {Value} value @returns {number | null} */
export function standardOf(standards, sex, value) {
  const found = standards.find((each) => !each.sex || each.sex === sex);
  if (!found) return null;
  if (found.rows) return reached(found.rows, value)?.value ?? null;
  return tScore(found, value);
}

/** T scores have mean 50 and SD 10; halves go up. @param {Standard} standard @param {Value} value */
function tScore({ mean = 0, sd = 1 }, { num, den }) {
  const middle = decimal(mean), width = decimal(sd);
  const unit = Math.max(middle.unit, width.unit);
  const m = middle.whole * (unit / middle.unit), s = width.whole * (unit / width.unit);
  let t = T_HIGHEST;
  while (t > 0 && num * 20 * unit < den * (20 * m + s * (2 * t - 101))) t -= 1;
  return t;
}
