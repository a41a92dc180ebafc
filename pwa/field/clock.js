// The moment as the server would tell it: a cheap phone's clock may be days off.

import { setClear } from "./store.js";

let ahead = 0;

/** Learns from the server how far this phone's clock is off. @param {number} millis what the server's clock is ahead */
export function setAhead(millis) {
  ahead = Math.abs(millis) > 60_000 ? millis : 0;
}

/** Learns the time from an answer of the server. @param {unknown} text */
export function learnTime(text) {
  const there = typeof text === "string" ? Date.parse(text) : NaN;
  if (Number.isNaN(there)) return;
  setAhead(there - Date.now());
  void setClear("ahead", there - Date.now());
}

export const clockAhead = () => ahead;
export const now = () => new Date(Date.now() + ahead);

/** A moment in China's time, as records and forms write it. @param {Date} moment */
export function written(moment) {
  const there = new Date(moment.getTime() + 8 * 3_600_000).toISOString();
  return `${there.slice(0, 19)}+08:00`;
}

/** The day in China. @param {Date} [moment] */
export const day = (moment = now()) => written(moment).slice(0, 10);

/** 12月30日, with the year when it is another one. @param {string | null | undefined} text @returns {string} */
export function dayZh(text) {
  if (!text) return "";
  const [year, month, date] = text.slice(0, 10).split("-").map(Number);
  const said = `${month}月${date}日`;
  return String(year) === day().slice(0, 4) ? said : `${year}年${said}`;
}

/** 12月30日 09:00. @param {string} text */
export const momentZh = (text) => `${dayZh(localOf(text))} ${localOf(text).slice(11, 16)}`;

/** @param {string} text */
const localOf = (text) => (text.length > 16 ? written(new Date(text)) : text);

/** Whole days from one day to another. @param {string} from @param {string} to */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);
}

/** The day on which a task is due, in China. @param {string} due */
export const dueDay = (due) => localOf(due).slice(0, 10);
