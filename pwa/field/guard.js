// Unlocking and locking: by hand, after a while untouched, after a while in the background.

import { forgetBriefs, readBriefs } from "./briefs.js";
import { learnBuild } from "./build.js";
import { setAhead } from "./clock.js";
import { countWaiting } from "./outbox.js";
import { dangers, forgetTicks, isCrisis } from "./dangers.js";
import { blank, go, here, isBusy, replace, tellWaiting } from "./page.js";
import { forgetSession, limits, readSession } from "./session.js";
import { clear, isUnlocked, lock } from "./store.js";
import { isKept } from "./surroundings.js";
import { sync } from "./sync.js";
import { followSync } from "./standing.js";
import { takeOver } from "./updates.js";
import { forgetRefused } from "./once.js";

const MINUTE = 60_000;
let idle = 0;
let hiddenAt = 0;
let isWatching = false;
/** Where she was when the app locked itself. @type {{ name: string, params: Record<string, string> } | null} */
let interrupted = null;
/** The child who had the phone in hand. */
let handedBy = "";

/** After the right PIN: everything opened, back to where she was. */
export async function opened() {
  setAhead((await clear("ahead")) ?? 0);
  await Promise.all([readSession(), readBriefs(), learnBuild(), isKept()]);
  tellWaiting(await countWaiting());
  await watch();
  const danger = (await dangers()).find((each) => isCrisis(each) && (!each.isKnown || each.child === handedBy));
  const to = danger ? { name: "crisis", params: { id: danger.id } } : interrupted;
  interrupted = null;
  handedBy = "";
  await (to ? replace(to.name, to.params) : replace("today"));
  void followSync();
  void sync();
}

/** Locks at once; what is half written is kept sealed by the form itself. @param {string} [screen] @param {Record<string, string>} [params] */
export async function lockNow(screen = "pin", params = {}) {
  if (isUnlocked() && isBusy()) {
    interrupted = here();
    await leaveForm();
  }
  lock();
  forgetSession();
  forgetBriefs();
  forgetRefused();
  forgetTicks();
  blank();
  // A new build opens the page anew by itself.
  if (!(await takeOver())) await go(screen, params);
}

/** Locks behind somebody who had the phone in hand; after the PIN she is where `name` says. @param {string} name @param {Record<string, string>} params */
export function handBack(name, params) {
  interrupted = { name, params };
  handedBy = params["child"] ?? "";
  lock();
  forgetSession();
  forgetBriefs();
  forgetRefused();
  forgetTicks();
  blank();
}

async function leaveForm() {
  const { saveOpenDraft } = await import("./phone_draft.js");
  await saveOpenDraft().catch(() => undefined);
}

async function watch() {
  if (isWatching) return;
  isWatching = true;
  const { idle_minutes, hidden_minutes } = await limits();
  const touched = () => {
    clearTimeout(idle);
    idle = setTimeout(() => isUnlocked() && void lockNow(), idle_minutes * MINUTE);
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, touched, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hiddenAt = Date.now();
      if (isUnlocked()) void leaveForm();
    } else if (isUnlocked() && Date.now() - hiddenAt > hidden_minutes * MINUTE) void lockNow();
  });
  touched();
}
