/**
 * When something is due: twin of `tongxin.core.pathway.calendar`.
 *
 * @module
 */

import { at, dayAfter, dayOf, timeOf } from "./moment.js";

/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./types").Span} Span */
/** @typedef {import("./types").Calendar} Definition */

/** @type {Record<string, number>} */
const CLOCK = { minutes: 60_000_000, hours: 3_600_000_000, days: 86_400_000_000 };

/** The office days of a country, looked up quickly. */
export class Calendar {
  /** @param {Definition} definition */
  constructor(definition) {
    this.holidays = new Set(definition.holidays);
    this.workdays = new Set(definition.workdays);
    this.years = new Set(definition.years);
    const [hours = 0, minutes = 0] = definition.day_ends.split(":").map(Number);
    this.dayEnds = (hours * 60 + minutes) * 60_000_000;
  }

  /** Whether offices are open on a day. @param {string} day */
  isWorking(day) {
    if (this.workdays.has(day)) return true;
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    return weekday !== 0 && weekday !== 6 && !this.holidays.has(day);
  }

  /** Whether the year's notice of holidays is not known yet. @param {string} day */
  isProvisional(day) {
    return !this.years.has(Number(day.slice(0, 4)));
  }
}

/**
 * The same time of day `months` later, or that month's last day where it has no such day.
 *
 * @param {Moment} moment @param {number} months
 * @returns {Moment}
 */
export function addMonths(moment, months) {
  const [year = 0, month = 1, day = 1] = dayOf(moment).split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  const found = new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10);
  return at(found, timeOf(moment));
}

/**
 * The last moment at which something begun at `since` is on time: working days by the calendar,
 * everything else round the clock.
 *
 * @param {Span} span @param {Moment} since @param {Calendar} calendar
 * @returns {Moment}
 */
export function dueAt(span, since, calendar) {
  const [unit = "", amount = 0] = Object.entries(span)[0] ?? [];
  const clock = CLOCK[unit];
  if (clock !== undefined) return since + clock * amount;
  if (unit === "months") return addMonths(since, amount);
  let day = dayOf(since);
  for (let left = amount; left > 0; ) {
    day = dayAfter(day, 1);
    if (calendar.isWorking(day)) left -= 1;
  }
  return at(day, calendar.dayEnds);
}
