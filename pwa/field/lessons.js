// Micro-lessons: read and answered here without a network; what was answered waits, sealed, until the office has it.

import { app } from "./build.js";
import { clockAhead, now, written } from "./clock.js";
import { rows, write } from "./database.js";
import { newId } from "./outbox.js";
import { around, definition } from "./rules.js";
import { reveal, sealedPut } from "./store.js";
import { call } from "./wire.js";

/** @typedef {import("./types").Lesson} Lesson */
/** @typedef {import("./types").LessonOffer} LessonOffer */
/** @typedef {import("./types").Try} Try */
/** @typedef {import("./wire.js").Answer | import("./wire.js").NoNetwork} Heard */

const TRY = "try:";
const BATCH = 20;
const HUNDRED = 100;

/** @typedef {{ offer: LessonOffer, learned: string, state: "done" | "waiting" | "open" }} Stand */

/** Each lesson of her post with how far she is: learned this year, passed here and on its way, or still to do. @returns {Promise<Stand[]>} */
export async function standing() {
  const { lessons = [], learned = {} } = await around();
  const passed = new Set((await tries()).filter((each) => each.passed && !each.zh).map((each) => each.lesson));
  return lessons.map((offer) => ({
    offer, learned: learned[offer.id] ?? "", state: learned[offer.id] ? "done" : passed.has(offer.id) ? "waiting" : "open",
  }));
}

/** A lesson with its questions; nothing when it has not come yet. @param {string} id @returns {Promise<Lesson | undefined>} */
export async function lessonOf(id) {
  const { lessons = [] } = await around();
  return definition(lessons.find((each) => each.id === id)?.definition);
}

/** What was answered here and the office has not taken in, the oldest first. @returns {Promise<Try[]>} */
export async function tries() {
  const found = (await rows("meta")).filter((each) => each.id.startsWith(TRY));
  const open = await Promise.all(found.map((each) => reveal("meta", each)));
  return open.filter((each) => each !== undefined).sort((a, b) => a.done_at.localeCompare(b.done_at));
}

/** How many tries wait; told without the key, as it says nothing of anybody. */
export const countTries = async () => (await rows("meta")).filter((each) => each.id.startsWith(TRY)).length;

/** Keeps a try and says what came of it; the office marks it again by the same text. @param {Lesson} lesson @param {Record<string, string>} answers @returns {Promise<Try>} */
export async function keepTry(lesson, answers) {
  const right = lesson.questions.filter((each) => answers[each.id] === each.right).length;
  const asked = lesson.questions.length;
  const one = {
    id: newId(), lesson: lesson.id, version: lesson.version, answers, done_at: written(now()), ahead: clockAhead(),
    right, asked, passed: right * HUNDRED >= lesson.percent * asked, zh: "",
  };
  await write([await sealedPut("meta", TRY + one.id, one)]);
  return one;
}

/** What the office did not take, and she has read why. @param {Try} one */
export const forgetTry = (one) => write([{ store: "meta", remove: TRY + one.id }]);

/** Sends what waits; what arrived leaves the phone, what was not taken stays with the reason. @param {string} token @returns {Promise<{ stopped?: Heard }>} */
export async function sendTries(token) {
  let rest = (await tries()).filter((each) => !each.zh);
  while (rest.length) {
    const batch = rest.slice(0, BATCH);
    const heard = await call("lessons/", { app: app(), now: written(now()), tries: batch.map(asSent) }, { token });
    if (heard.kind === "none" || heard.status === 401) return { stopped: heard };
    // Children's files don't wait for a lesson that the office can't take just now.
    if (heard.status !== 200) return {};
    const results = Array.isArray(heard.body.results) ? heard.body.results : [];
    for (const each of batch) await settled(each, results.find((/** @type {any} */ one) => one?.id === each.id));
    rest = rest.slice(batch.length);
  }
  return {};
}

/** When it was done, by what has been learned of the clock since. @param {Try} one */
const asSent = ({ id, lesson, version, answers, done_at, ahead }) =>
  ({ id, lesson, version, answers, done_at: written(new Date(Date.parse(done_at) + clockAhead() - ahead)) });

/** @param {Try} one @param {{ state?: string, zh?: string } | undefined} result */
async function settled(one, result) {
  if (result?.state === "arrived") await forgetTry(one);
  else if (result?.state === "refused") await write([await sealedPut("meta", TRY + one.id, { ...one, zh: String(result.zh ?? "") || "–" })]);
}
