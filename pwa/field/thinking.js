// What a record means before the office has it: alarms at once, the identification, the next steps.

import { outcomeOf } from "../core/outcome.js";
import { WITHDRAWN } from "../core/pathway/facts.js";
import { plan, stateOf } from "../core/pathway/plan.js";
import { now, written } from "./clock.js";
import { heardOf } from "./heard.js";
import { around, definition } from "./rules.js";
import { session } from "./session.js";

/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").File} File */
/** @typedef {import("./types").Task} Task */
/** @typedef {import("../core/grading/types").Alarm} Alarm */
/** @typedef {import("../core/pathway/types").FactJson} FactJson */
/** @typedef {{ alarms: Alarm[], file: File }} Thought */

/**
 * The file as it stands with this entry, and what the entry raised; only the office's answer confirms it.
 *
 * @param {File} file @param {Entry} entry
 * @returns {Promise<Thought>}
 */
export async function thinkAhead(file, entry) {
  const given = await around();
  const form = await definition(given.forms[entry.form]?.definition);
  const gates = await definition(given.gates);
  if (!form || !gates) return { alarms: [], file };
  const outcome = outcomeOf({
    form, answers: entry.answers, definitions: {
      gates, identification: await all(given.identification), instruments: await all(given.instruments),
      ...(given.highest ? { highest: given.highest } : {}),
    },
    child: { birth_month: file.birth?.slice(0, 7) ?? null }, on: entry.occurred_at.slice(0, 10), entry: entry.id, about: entry.about,
    psychology: session()?.psychology === true, correction: entry.correction_kind,
  });
  const heard = outcome.alarms.length || WITHDRAWN.includes(entry.correction_kind) ? [] : (await heardOf(entry)).kinds;
  const said = heard.length ? { ...outcome.data, heard } : outcome.data;
  const data = entry.sitting ? { ...said, sitting: entry.sitting } : said;
  const facts = [...(file.facts ?? []), factOf(file, entry, form.kind ?? form.id, data)];
  const further = outcome.identified
    ? { identified: outcome.identified.result, identified_zh: outcome.identified.zh, identified_on: entry.occurred_at.slice(0, 10) } : {};
  const raised = outcome.alarms.map(({ gate, zh }) => ({ id: gate, zh, since: entry.occurred_at }));
  return { alarms: outcome.alarms, file: {
    ...file, ...further, facts, gates: [...(file.gates ?? []), ...raised], tasks: await tasksOf(file, facts, given),
  } };
}

/** @param {File} file @param {Entry} entry @param {string} kind @param {Record<string, unknown>} data @returns {FactJson} */
function factOf(file, entry, kind, data) {
  const me = session();
  return {
    id: entry.id, seq: Math.max(0, ...(file.facts ?? []).map((fact) => fact.seq)) + 1, kind, at: entry.occurred_at,
    recorded_at: entry.occurred_at, data, person: me?.person ?? null, post: me?.post ?? null, role: me?.role ?? "",
    supersedes: entry.supersedes, correction: entry.correction_kind,
  };
}

/** @param {File} file @param {FactJson[]} facts @param {import("./types").Around} given @returns {Promise<Task[]>} */
async function tasksOf(file, facts, given) {
  const pathway = await definition(given.pathway);
  const calendar = await definition(given.calendar);
  if (!pathway || !calendar) return file.tasks ?? [];
  const steps = plan(stateOf(facts, { pathway, calendar, now: written(now()), masked: file.state ?? null }));
  const known = new Map((file.tasks ?? []).map((task) => [task.key, task]));
  const mine = session()?.role;
  return steps.map((step) => known.get(step.key) ?? {
    key: step.key, zh: step.zh, form: step.form, due_at: step.due_at, is_urgent: step.is_urgent, mine: step.role === mine,
    about: step.form === "task_reason" ? step.key : step.key.slice(step.key.indexOf(":") + 1),
  });
}

/** @param {Record<string, string> | undefined} named @returns {Promise<Record<string, any>>} */
async function all(named = {}) {
  const found = await Promise.all(Object.entries(named).map(async ([id, hash]) => [id, await definition(hash)]));
  return Object.fromEntries(found.filter(([, content]) => content));
}
