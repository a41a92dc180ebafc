// Her day: households by hamlet, the most pressing first, brothers and sisters in one visit.

import { daysBetween, dueDay } from "./clock.js";

/** @typedef {import("./types").Brief} Brief */
/** @typedef {import("./types").Task} Task */
/** @typedef {{ brief: Brief, tasks: Task[], press: number }} Stop */
/** @typedef {{ id: string, zh: string, stops: Stop[], along: Brief[], press: number }} Home */
/** @typedef {{ zh: string, homes: Home[], press: number }} Hamlet */

const SOON = 7;
/** How pressing something is; the highest of a household leads its hamlet's list. */
const DANGER = 400;
const URGENT = 300;
const CLIMBED = 200;
const LATE = 100;
const TODAY = 50;

/**
 * The homes to go to today, and those of the coming days.
 *
 * @param {Brief[]} briefs
 * @param {string} today
 * @param {(child: string, task: Task) => boolean} isDone what already lies in the outbox
 * @returns {{ today: Hamlet[], soon: Hamlet[], count: number }}
 */
export function route(briefs, today, isDone = () => false) {
  const stops = briefs.map((brief) => stop(brief, today, isDone)).filter((one) => one !== null);
  const now = homes(stops.filter((one) => one.press >= TODAY), briefs);
  const there = new Set(now.map((home) => home.id));
  const later = homes(stops.filter((one) => one.press < TODAY), briefs).filter((home) => !there.has(home.id));
  return { today: hamlets(now), soon: hamlets(later), count: now.length };
}

/** @param {Brief} brief @param {string} today @param {(child: string, task: Task) => boolean} isDone @returns {Stop | null} */
function stop(brief, today, isDone) {
  const tasks = (brief.tasks ?? []).filter((task) => task.mine !== false && !isDone(brief.id, task))
    .filter((task) => press(task, today) > 0).sort((a, b) => press(b, today) - press(a, today));
  const danger = brief.gates?.length ? DANGER : 0;
  if (!tasks.length && !danger) return null;
  return { brief, tasks, press: Math.max(danger, ...tasks.map((task) => press(task, today))) };
}

/** @param {Task} task @param {string} today */
export function press(task, today) {
  if (task.is_urgent) return URGENT;
  if (!task.due_at) return 1;
  const left = daysBetween(today, dueDay(task.due_at));
  if (task.climbed) return CLIMBED + Math.min(-left, 50);
  if (left < 0) return LATE + Math.min(-left, 60);
  if (left === 0) return TODAY;
  return left <= SOON ? SOON + 1 - left : 0;
}

/** @param {Stop[]} stops @param {Brief[]} briefs @returns {Home[]} */
function homes(stops, briefs) {
  /** @type {Map<string, Home>} */
  const found = new Map();
  for (const one of stops) {
    const id = one.brief.household?.id ?? one.brief.id;
    const home = found.get(id) ?? { id, zh: one.brief.address ?? one.brief.household?.zh ?? "", stops: [], along: [], press: 0 };
    home.stops.push(one);
    home.press = Math.max(home.press, one.press);
    found.set(id, home);
  }
  for (const home of found.values()) {
    const named = new Set(home.stops.map((one) => one.brief.id));
    home.along = briefs.filter((brief) => brief.household?.id === home.id && !named.has(brief.id));
    home.stops.sort((a, b) => b.press - a.press);
  }
  return [...found.values()].sort((a, b) => b.press - a.press);
}

/** @param {Home[]} all @returns {Hamlet[]} */
function hamlets(all) {
  /** @type {Map<string, Hamlet>} */
  const found = new Map();
  for (const home of all) {
    const brief = home.stops[0]?.brief;
    const zh = brief?.hamlet || brief?.place_zh || "";
    const hamlet = found.get(zh) ?? { zh, homes: [], press: home.press };
    hamlet.homes.push(home);
    found.set(zh, hamlet);
  }
  return [...found.values()];
}

/** How a task stands, in words. @param {Task} task @param {string} today @returns {{ zh: string, colour: "red" | "orange" | "yellow" | "blue" | "grey", shape: string }} */
export function standingOf(task, today) {
  if (task.is_urgent) return { zh: "紧急", colour: "red", shape: "▲" };
  if (!task.due_at) return { zh: "待办", colour: "grey", shape: "○" };
  const left = daysBetween(today, dueDay(task.due_at));
  if (left < 0) return { zh: `已过期 ${-left} 天`, colour: task.climbed ? "red" : "orange", shape: "■" };
  if (left === 0) return { zh: "今天到期", colour: "yellow", shape: "◆" };
  return { zh: left === 1 ? "明天到期" : `还有 ${left} 天`, colour: "blue", shape: "○" };
}
