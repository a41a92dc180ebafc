// A new build waits beside the old one until nothing is being written; then it takes over.

import { here, isBusy } from "./page.js";
import { isUnlocked } from "./store.js";

let isTaking = false;

/** Registers the worker and brings a waiting build in at a calm moment. */
export async function watchUpdates() {
  const workers = navigator.serviceWorker;
  const isFirst = !workers.controller;
  workers.addEventListener("controllerchange", () => {
    if (isTaking) location.reload();
  });
  try {
    const registration = await workers.register("/field/worker.js", { scope: "/field/", updateViaCache: "none" });
    registration.addEventListener("updatefound", () => {
      const fresh = registration.installing;
      fresh?.addEventListener("statechange", () => fresh.state === "installed" && void takeOver(isFirst));
    });
    await takeOver(isFirst);
  } catch {
    // Without a network the worker that is there goes on.
  }
}

/** Asks the server for a newer build. */
export async function lookForUpdate() {
  const registration = await navigator.serviceWorker?.getRegistration("/field/");
  await registration?.update().catch(() => undefined);
}

/** Whether a newer build is waiting. */
export async function isUpdateWaiting() {
  return Boolean((await navigator.serviceWorker?.getRegistration("/field/"))?.waiting);
}

/** A new build at once, if nobody is writing: at the lock. @param {boolean} [isFirst] @returns {Promise<boolean>} whether the page opens anew */
export async function takeOver(isFirst = false) {
  if (isFirst || isUnlocked() || isBusy() || here().name === "pair") return false;
  return takeOverNow();
}

/** She asked for it; what is unlocked is locked by the page opening anew. @returns {Promise<boolean>} */
export async function takeOverNow() {
  const waiting = (await navigator.serviceWorker?.getRegistration("/field/"))?.waiting;
  if (!waiting || isBusy()) return false;
  isTaking = true;
  waiting.postMessage("take over");
  return true;
}
