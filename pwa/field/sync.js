// Brings what was written to the server and what is new to the phone; each step can be cut off and goes on later.

import { forgetBriefs } from "./briefs.js";
import { now } from "./clock.js";
import { write } from "./database.js";
import { receive } from "./down.js";
import { sendTries } from "./lessons.js";
import { purge } from "./outbox.js";
import { bearer, limits, session, tellSession } from "./session.js";
import { isUnlocked, setClear, wipe } from "./store.js";
import { measure, noteFailure } from "./telemetry.js";
import { sendBlobs, sendUp } from "./up.js";
import { call, NO_NETWORK } from "./wire.js";

/** @typedef {{ isDone: boolean, zh: string, sent: number, held: number, state?: string, build?: string }} Said */

const AGAIN = [15_000, 30_000, 60_000, 120_000, 300_000, 900_000];

/** @type {Promise<Said> | null} */
let running = null;
let failures = 0;
let timer = 0;
/** @type {Said | null} */
let lastSaid = null;
/** @type {Set<(said: Said | null) => void>} */
const hearers = new Set();

/** Calls whenever a sync begins (nothing yet) and ends. @param {(said: Said | null) => void} hear */
export function onSync(hear) {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

/** One sync at a time; whoever asks meanwhile waits for the one under way and hears of a further one. @returns {Promise<Said>} */
export function sync() {
  running ??= run().finally(() => (running = null));
  return running;
}

/** Something was written: soon, and after the sync under way. */
export function syncSoon() {
  clearTimeout(timer);
  const after = running ?? Promise.resolve();
  timer = setTimeout(() => void after.finally(() => isUnlocked() && sync()), 50);
}

async function run() {
  clearTimeout(timer);
  tell(null);
  const since = performance.now();
  /** @type {Said} */
  let said;
  try {
    said = await steps();
  } catch (error) {
    if (!isUnlocked()) return { isDone: false, zh: "", sent: 0, held: 0 };
    await noteFailure("error");
    said = { isDone: false, zh: "同步没有完成，写好的都在手机里。稍后会自动再试。", sent: 0, held: 0 };
    console.error(error instanceof Error ? error.name : "sync");
  }
  failures = said.isDone ? 0 : failures + 1;
  if (said.isDone) await setClear("last", { at: now().toISOString(), ms: Math.round(performance.now() - since) });
  tell(said);
  if (!said.isDone && !said.state) waitAndGoOn();
  return said;
}

function waitAndGoOn() {
  const pause = AGAIN[Math.min(failures - 1, AGAIN.length - 1)] ?? 900_000;
  timer = setTimeout(() => isUnlocked() && void sync(), pause * (0.8 + Math.random() * 0.4));
}

/** How the last sync ended, in words; empty when it went well or is under way. */
export const lastTrouble = () => (lastSaid && !lastSaid.isDone ? lastSaid.zh : "");

/** @param {Said | null} said */
function tell(said) {
  lastSaid = said;
  for (const hear of hearers) hear(said);
}

/** @returns {Promise<Said>} */
async function steps() {
  const token = bearer();
  if (!token) return { isDone: false, zh: "登录已过期。", sent: 0, held: 0, state: "expired" };
  const up = await sendUp(token, await measure());
  if (up.stopped) return stopped(up.stopped, up);
  const photos = await sendBlobs(token);
  if (photos.stopped) return stopped(photos.stopped, up);
  const learned = await sendTries(token);
  if (learned.stopped) return stopped(learned.stopped, up);
  const down = await receive(token);
  if (down.stopped) return stopped(down.stopped, up);
  const { keep_receipts_days, keep_answers_days } = await limits();
  await purge(keep_receipts_days, keep_answers_days);
  await tellSession("", "");
  return { isDone: true, zh: "", sent: up.sent, held: up.held, build: down.build };
}

/**
 * Why a step stopped, in words; what the server says about this device holds from then on.
 *
 * @param {import("./wire.js").NoNetwork | import("./wire.js").Answer} why
 * @param {{ sent: number, held: number }} so_far
 * @returns {Promise<Said>}
 */
async function stopped(why, { sent, held }) {
  if (why.kind === "none") {
    await noteFailure(why.why);
    return { isDone: false, zh: NO_NETWORK[why.why] ?? "", sent, held };
  }
  await noteFailure(String(why.status));
  const zh = typeof why.body?.zh === "string" ? why.body.zh : "服务器这次没有接收。写好的都在手机里，稍后自动再送。";
  if (why.status !== 401) return { isDone: false, zh, sent, held };
  const state = ["expired", "revoked", "wipe"].includes(why.body?.state) ? why.body.state : "expired";
  if (state === "wipe") return wiped(zh, { sent, held });
  if (state === "revoked") await letGo();
  await tellSession(state, zh);
  return { isDone: false, zh, sent, held, state };
}

/** A stopped phone reads nobody's file any more; what was written on it still goes to the office. */
async function letGo() {
  forgetBriefs();
  await write([{ store: "children", clear: true }, { store: "briefs", clear: true }, { store: "meta", remove: "cursor" }]);
  await purge((await limits()).keep_receipts_days, 0);
}

/** The office wants this phone emptied: what wasn't sent went first or stays sealed to the office. @param {string} zh @param {{ sent: number, held: number }} so_far @returns {Promise<Said>} */
async function wiped(zh, { sent, held }) {
  const token = bearer();
  await wipe();
  if (token) await call("wiped/", {}, { token });
  return { isDone: false, zh, sent, held, state: "wipe" };
}

addEventListener("online", () => isUnlocked() && session() && void sync());
