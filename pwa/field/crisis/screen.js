// The crisis card as a screen: opens by itself, stays until the office has it and she puts it away.

import { formFor } from "../../core/outcome.js";
import { day } from "../clock.js";
import { dangers, isCrisis, noteTicks, putAway, ticksOf } from "../dangers.js";
import { sendTicks } from "../keeping.js";
import { writeOnce } from "../once.js";
import { newId } from "../outbox.js";
import { go, replace } from "../page.js";
import { row } from "../database.js";
import { title } from "../parts.js";
import { around, callsOf, definition } from "../rules.js";
import { say } from "../say.js";
import { limits, session } from "../session.js";
import { get, reveal } from "../store.js";
import { syncSoon } from "../sync.js";
import { TxCrisis } from "./card.js";
import { caseOf, stepsOf } from "./steps.js";
import { watchOf } from "./watch.js";

/** @typedef {import("./types").Ticked} Ticked */

const FORM = "crisis_step";
const LOOK_EVERY = 2_000;

/** @param {Record<string, string>} params @returns {Promise<import("../types").Screen>} */
export async function screen({ id = "" }) {
  const found = (await dangers()).filter(isCrisis);
  const danger = found.find((each) => each.id === id) ?? found[0];
  if (!danger) return { zh: say("马上处理"), body: [title(say("现在没有等着处理的危险信号"))] };
  const card = await cardOf(danger, {
    askMore: () => go("form", { child: danger.child, form: FORM }), putAway: () => putAway(danger.id).then(() => replace("today")),
  });
  const watch = setInterval(() => (card.isConnected ? void look(card, danger.id) : clearInterval(watch)), LOOK_EVERY);
  return { zh: say("马上处理"), body: [card], leave: () => clearInterval(watch) };
}

/**
 * The card of one danger.
 *
 * @param {import("../dangers.js").Standing} danger
 * @param {{ askMore: (card: TxCrisis) => unknown, putAway: (card: TxCrisis) => unknown }} then
 */
export async function cardOf(danger, then) {
  if (!danger.isUnkept) await sendTicks(danger.id, danger.name);
  const ticks = await ticksOf(danger.id);
  const given = await around(), offer = given.forms[FORM], content = await definition(offer?.definition), me = session();
  /** @type {import("../types").File | null} */
  const file = (await get("children", danger.child)) ?? null;
  const card = new TxCrisis();
  card.given = {
    name: danger.name, at: danger.at, isKnown: danger.isKnown, isUnkept: danger.isUnkept === true, receipt: danger.isKnown ? await receiptOf(danger.id) : "",
    steps: (await stepsOf(danger, given)).map((each) => ({ ...each, taken: [...each.taken, ...timesOf(each.step, ticks)] })), role: me?.role ?? "", by: me?.person_zh ?? "", post: me?.post_zh ?? "", message: (await limits()).message,
    watched: await watchOf((await caseOf(file, given))?.state ?? null, given), file,
    calls: callsOf(given.whom_to_call), form: content && offer ? formFor(content, { on: day(), age: null }) : null,
  };
  card.addEventListener("tx-crisis-step", (event) => void write(card, danger, String(offer?.hash), detailOf(event)));
  card.addEventListener("tx-crisis-form", () => void then.askMore(card));
  card.addEventListener("tx-crisis-away", () => void then.putAway(card));
  return card;
}

/** @param {string} step @param {import("../types").Entry[]} ticks */
const timesOf = (step, ticks) => ticks.filter((each) => each.answers["step"] === step).map((each) => each.occurred_at);

/** @param {Event} event @returns {Ticked} */
const detailOf = (event) => /** @type {CustomEvent<Ticked>} */ (event).detail;

/** @param {string} id @returns {Promise<string>} */
async function receiptOf(id) {
  const kept = await row("receipts", id);
  return (kept && (await reveal("receipts", kept)))?.receipt ?? "";
}

/** Whether the office has it meanwhile. @param {TxCrisis} card @param {string} id */
async function look(card, id) {
  const kept = await row("receipts", id);
  if (kept && kept.state !== "too_large") card.acknowledge(await receiptOf(id).catch(() => ""));
}

/** A tick becomes an entry of its own. @param {TxCrisis} card @param {import("../dangers.js").Standing} danger @param {string} hash @param {Ticked} ticked */
async function write(card, { id, child, name, isUnkept = false }, hash, { step, answers, at }) {
  const make = () => ({
    id: newId(), child, form: FORM, form_hash: hash, answers, occurred_at: at, about: "", supersedes: null,
    correction_kind: "", based_on: {}, attachments: [],
  });
  if (isUnkept) {
    await noteTicks(id, [...(await ticksOf(id)), make()]);
    return card.record(step, at);
  }
  const about = { form_zh: say("危机处置步骤"), name, file: (await get("children", child)) ?? null };
  const { zh, entry } = await writeOnce(`step:${id}:${step}`, make, about);
  if (zh) return card.refuse(zh);
  card.record(step, entry.occurred_at);
  syncSoon();
}
