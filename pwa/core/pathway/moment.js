/**
 * Moments as whole microseconds, as exact as the server's, and days as they are written in China.
 *
 * @module
 */

/** @typedef {import("./types").Moment} Moment */

const MINUTE = 60_000_000;
export const DAY = 24 * 60 * MINUTE;
const CHINA = 8 * 60 * MINUTE;
const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * The moment that a text names; without an offset it is China's time.
 *
 * @param {string} text
 * @returns {Moment}
 */
export function momentOf(text) {
  const found = WRITTEN.exec(text);
  if (!found) throw new Error(`时间写法不对：${text}`);
  const [, year, month, day, hour = "0", minute = "0", second = "0", part = "", offset] = found;
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return whole * 1000 + Number(part.padEnd(6, "0")) - offsetOf(offset);
}

/** @param {string | undefined} offset */
function offsetOf(offset) {
  if (offset === undefined) return CHINA;
  if (offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset[0] === "-" ? -minutes : minutes) * MINUTE;
}

/**
 * A moment as the server writes it in China: seconds always, microseconds where there are any.
 *
 * @param {Moment} moment
 */
export function written(moment) {
  const local = moment + CHINA;
  const part = ((local % 1_000_000) + 1_000_000) % 1_000_000;
  const whole = new Date((local - part) / 1000).toISOString().slice(0, 19);
  return `${whole}${part ? `.${String(part).padStart(6, "0")}` : ""}+08:00`;
}

/** The day in China. @param {Moment} moment */
export const dayOf = (moment) => new Date(Math.floor((moment + CHINA) / 1000)).toISOString().slice(0, 10);

/** The time of day in China, in microseconds. @param {Moment} moment */
export const timeOf = (moment) => (((moment + CHINA) % DAY) + DAY) % DAY;

/** A day and a time of that day in China. @param {string} day @param {number} time microseconds */
export const at = (day, time) => Date.parse(`${day}T00:00:00Z`) * 1000 - CHINA + time;

/** @param {string} day @param {number} days */
export function dayAfter(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
