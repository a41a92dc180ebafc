// The steps of the crisis path for one child, with those that were taken, from the facts on this phone.

import { Calendar, dueAt } from "../../core/pathway/calendar.js";
import { evaluate } from "../../core/language/evaluate.js";
import { momentOf, written } from "../../core/pathway/moment.js";
import { stateOf } from "../../core/pathway/plan.js";
import * as clock from "../clock.js";
import { definition } from "../rules.js";
import { get } from "../store.js";

/** @typedef {import("./types").CrisisStep} CrisisStep */
/** @typedef {import("../../core/pathway/types").Pathway} Pathway */

/** The case as the phone knows it; none without the rules. @param {import("../types").File | null} file @param {import("../types").Around} around */
export async function caseOf(file, around) {
  /** @type {Pathway | undefined} */
  const pathway = await definition(around.pathway);
  const calendar = await definition(around.calendar);
  if (!pathway || !calendar) return null;
  const now = clock.written(clock.now());
  const state = stateOf(file?.facts ?? [], { pathway, calendar, now, masked: file?.state ?? null });
  return { state, pathway, days: new Calendar(calendar) };
}

/** @param {{ child: string, at: string }} danger @param {import("../types").Around} around @returns {Promise<CrisisStep[]>} */
export async function stepsOf({ child, at }, around) {
  /** @type {import("../types").File | null} */
  const file = (await get("children", child)) ?? null;
  const found = await caseOf(file, around);
  if (!found) return [];
  const { state, pathway, days } = found, names = state.names(), episode = state.alarms.episode;
  return pathway.crisis_steps.filter((rule) => evaluate(rule.when, { ...names, in_crisis: true }) === true).map((rule) => {
    const taken = (episode?.taken ?? []).filter((each) => each.step === rule.id);
    const due = dueAt(rule.clock, episode?.began_at ?? momentOf(at), days);
    return { step: rule.id, zh: rule.zh, role: rule.role, due_at: written(due), taken: taken.map((each) => written(each.at)) };
  });
}
