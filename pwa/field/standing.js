// What the bar says: arrived, waiting, since when there was no contact.

import { readBriefs } from "./briefs.js";
import { day, daysBetween, written } from "./clock.js";
import { countTries } from "./lessons.js";
import { countWaiting } from "./outbox.js";
import { again, go, here, isBusy, tellSync, tellWaiting } from "./page.js";
import { say } from "./say.js";
import { clear, isUnlocked } from "./store.js";
import { onSync } from "./sync.js";
import { lookForUpdate } from "./updates.js";
import { BUILD } from "./build.js";

let isFollowing = false;
/** Screens that show what a sync may change. */
const LISTS = new Set(["today", "children", "outbox", "targets", "child", "lessons"]);

/** Keeps the bar and the lists in step with every sync. */
export async function followSync() {
  await tellStanding();
  if (isFollowing) return;
  isFollowing = true;
  onSync((said) => void heard(said));
}

/** @param {import("./sync.js").Said | null} said */
async function heard(said) {
  if (!isUnlocked()) {
    if (said?.state === "wipe") location.reload();
    return;
  }
  if (!said) return tellSync(say("正在同步……"), "busy", () => void go("outbox"));
  if (said.isDone) await readBriefs();
  await tellStanding();
  if (said.build && BUILD && said.build !== BUILD) void lookForUpdate();
  if (LISTS.has(here().name) && !isBusy()) await again();
}

/** Days since the office last heard of this phone; nothing when never. */
export async function daysSilent() {
  const last = await clear("last");
  return last ? daysBetween(written(new Date(last.at)), day()) : null;
}

export async function tellStanding() {
  const waiting = (await countWaiting()) + (await countTries());
  const silent = await daysSilent();
  tellWaiting(waiting);
  const open = () => void go("outbox");
  if (waiting) tellSync(say("{n} 条待送", { n: waiting }), "waiting", open);
  else if (silent === null) tellSync(say("还没有同步"), "waiting", open);
  else if (silent > 0) tellSync(say("{n} 天没有同步", { n: silent }), "waiting", open);
  else tellSync(say("都已送到"), "done", open);
}
