// Which set of files this page runs on; the worker that brought them says it.

export let BUILD = "";
/** Raised when entries change so that the office must know who wrote them. */
const VERSION = 1;

/** The app's version and build, as each batch names them. */
export const app = () => `${VERSION}+${BUILD}`;

/** Asks the worker in charge. */
export async function learnBuild() {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return;
  BUILD = await new Promise((resolve) => {
    const heard = (/** @type {MessageEvent} */ event) => {
      if (typeof event.data?.build !== "string") return;
      navigator.serviceWorker.removeEventListener("message", heard);
      resolve(event.data.build);
    };
    navigator.serviceWorker.addEventListener("message", heard);
    navigator.serviceWorker.startMessages();
    worker.postMessage("build");
    setTimeout(() => resolve(BUILD), 2000);
  });
}
