/**
 * What a crisis asks of those around a child: twin of `tongxin.core.pathway.crises`.
 *
 * @module
 */

import { dueAt } from "./calendar.js";
import { momentOf } from "./moment.js";

/** @typedef {import("./state.js").CaseState} CaseState */
/** @typedef {import("./types").Fact} Fact */
/** @typedef {import("./types").Moment} Moment */
/** @typedef {import("./handovers.js").Anchor} Anchor */
/** @typedef {{turns: Fact[], ended: Fact | null}} Watch */
/** @typedef {{id: string, from: Moment, to: Moment}} Turn */

/** @returns {Watch} */
export const noWatch = () => ({ turns: [], ended: null });

/** A turn, or the word that none is needed any more; another turn takes that word back. @param {CaseState} state @param {Fact} fact */
export function takeWatch({ watch }, fact) {
  if (fact.data["act"] === "ended") watch.ended = fact;
  else {
    watch.turns.push(fact);
    watch.ended = null;
  }
}

/** What the rules of the steps may ask about watch and plan. @param {CaseState} state */
export function crisisNames({ alarms, watch, last, now, pathway, calendar }) {
  const began = alarms.episode?.began_at ?? -Infinity, plan = last.get("safety_plan");
  const latest = alarms.episodes[alarms.episodes.length - 1];
  return {
    watch_over: watch.ended !== null && watch.ended.recorded_at >= began,
    safety_plan_made: plan !== undefined && plan.recorded_at >= began,
    watch_daily: latest !== undefined && now < dueAt(pathway.watch_daily, latest.began_at, calendar),
  };
}

/** The turns of the crisis that is open, the earliest first. @param {CaseState} state @returns {Turn[]} */
export function turnsOf({ alarms: { episode }, watch }) {
  if (!episode) return [];
  return watch.turns.flatMap(turnOf).filter(({ to }) => to > episode.began_at)
    .sort((one, two) => one.from - two.from || one.to - two.to || (one.id < two.id ? -1 : 1));
}

/** The moment from which nobody is named to stay with the child. @param {CaseState} state @returns {Anchor[]} */
export function waitingWatch(state) {
  const { episode } = state.alarms;
  if (!episode) return [];
  let id = episode.entry, since = dueAt(state.pathway.watch_first, episode.began_at, state.calendar), isFirst = true;
  for (const turn of turnsOf(state)) {
    if (turn.from > Math.max(since, state.now)) break;
    if (isFirst || turn.to > since) [id, since, isFirst] = [turn.id, turn.to, false];
  }
  return [{ id, since, whom: "" }];
}

/** @param {Fact} fact @returns {Turn[]} */
function turnOf({ id, data: { from_at: start, to_at: end } }) {
  if (typeof start !== "string" || typeof end !== "string") return [];
  const from = momentOf(start), to = momentOf(end);
  return from < to ? [{ id, from, to }] : [];
}
