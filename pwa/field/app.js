// The field app begins: where it runs, whether it is locked, and what comes first.

import { applyLanguage } from "./languages/choice.js";
import { replace } from "./page.js";
import { applySize } from "./reading_size.js";
import { open } from "./store.js";
import { insideOf, lacking } from "./surroundings.js";

const WINDOW = "tongxin-window";

async function start() {
  const lack = lacking();
  if (lack) return replace("elsewhere", { why: lack });
  await applySize();
  await applyLanguage();
  const inside = insideOf(navigator.userAgent);
  if (inside) return replace("elsewhere", { inside });
  if (!(await takeWindow(false))) return replace("elsewhere", { window: "other" });
  await begin();
}

/** What stands there first. */
export async function begin() {
  const state = await open();
  if (state === "empty") await replace("pair");
  else if (state === "locked") await replace("pin");
  else await replace("today");
  await keepWorker();
}

/** One window only: two would wait for each other's records. @param {boolean} isWanted */
export function takeWindow(isWanted) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const how = isWanted ? { steal: true } : { ifAvailable: true };
    navigator.locks.request(WINDOW, how, (held) => {
      resolve(held !== null);
      return held ? new Promise(() => {}) : null;
    }).catch(async () => {
      const { lockNow } = await import("./guard.js");
      await lockNow("elsewhere", { window: "other" });
    });
  });
}

/** The service worker comes after the first screen, so that it takes no time from it. */
async function keepWorker() {
  if (!navigator.serviceWorker) return;
  const { watchUpdates } = await import("./updates.js");
  await watchUpdates();
}

void start();
