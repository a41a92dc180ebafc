// Who stays with the child: the turns of the watch that this phone knows of, and what the child agreed to share of the safety plan.

import { turnsOf } from "../../core/pathway/crises.js";
import { formFor } from "../../core/outcome.js";
import { written } from "../../core/pathway/moment.js";
import { make } from "../../form/dom.js";
import { day, momentZh } from "../clock.js";
import { icon } from "../parts.js";
import { definition } from "../rules.js";
import { safetyPlan } from "../safety_plan.js";
import { say } from "../say.js";

/** @typedef {import("../../core/pathway/state.js").CaseState} CaseState */
/** @typedef {import("./types").Watched} Watched */

const FORM = "crisis_watch", WHO = "relation";

/**
 * Who is with the child now and until when somebody is named without a gap; what the office planned last reached the phone.
 *
 * @param {CaseState | null} state @param {import("../types").Around} around @returns {Promise<Watched>}
 */
export async function watchOf(state, around) {
  if (!state) return { zh: say("还没有排谁陪着孩子。您先不要离开。"), isGap: true };
  if (state.names()["watch_over"] === true) return { zh: say("专业人员判断，不再需要全天有人陪着。"), isGap: false };
  const turns = turnsOf(state), running = turns.filter(({ from, to }) => from <= state.now && state.now < to);
  const turn = running.sort((one, two) => two.to - one.to)[0];
  if (!turn) {
    const coming = turns.find(({ from }) => from > state.now);
    return { isGap: true, zh: coming ? say("现在没有人陪着孩子，下一班 {when} 才开始。您先不要离开。", { when: momentZh(written(coming.from)) })
      : say("还没有排谁陪着孩子。您先不要离开。") };
  }
  const until = turns.reduce((end, { from, to }) => (from <= end && end < to ? to : end), turn.to);
  const relation = state.watch.turns.find(({ id }) => id === turn.id)?.data[WHO];
  const who = (await words(around)).get(String(relation ?? "")) ?? say("有人");
  return { isGap: false, zh: say("{who}陪着孩子，排到 {when}。", { who, when: momentZh(written(until)) }) };
}

/** What each kind of person is called in the form of the watch. @param {import("../types").Around} around @returns {Promise<Map<string, string>>} */
async function words({ forms }) {
  const content = await definition(forms[FORM]?.definition);
  const fields = content ? formFor(content, { on: day(), age: null }).sections.flatMap((section) => section.fields) : [];
  return new Map((fields.find(({ id }) => id === WHO)?.options ?? []).map(({ code, zh }) => [code, zh]));
}

/** @param {Watched | undefined} watched @param {import("../types").File | null | undefined} file */
export function beside(watched, file) {
  if (!watched) return "";
  const plan = file?.safety_plan ? safetyPlan(file) : make("p", { class: "fa-soft" }, say("还没有您能看的安全计划。"));
  return make("section", { class: "fa-crisis-watch", "aria-label": say("谁陪着孩子") }, make("h2", {}, say("谁陪着孩子")),
    make("p", { class: watched.isGap ? "alert alert-warning" : "fa-crisis-done" }, icon(watched.isGap ? "alert" : "check"), watched.zh), plan);
}
