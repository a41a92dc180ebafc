// The service worker: keeps the shell's files, each checked by its hash, and opens the app without a network.
// The server writes `SHELL` above this line: the build and every file with its hash. Nothing else is ever kept here.
// Files are kept by their content, so a new build waiting beside an open page changes nothing for that page.

/** @typedef {{ url: string, sha256: string, bytes: number }} ShellFile */
/** @type {{ build: string, files: ShellFile[] }} */
const shell = SHELL;
const worker = /** @type {import("./types").Worker} */ (/** @type {unknown} */ (self));
const STORE = "tongxin-shell";
const AT_ONCE = 4;
/** So many are fetched one by one; more come in one answer. */
const FEW = 12;
const PACK = "/field/pack.json";

const known = new Map(shell.files.map((file) => [file.url, keyOf(file)]));

/** Where a file lies in the cache: another content is another place. @param {ShellFile} file */
function keyOf(file) {
  return `${file.url}?${file.sha256}`;
}

worker.addEventListener("install", (event) => event.waitUntil(fetchAll()));
worker.addEventListener("activate", (event) => event.waitUntil(settle()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const key = known.get(url.pathname);
  if (request.method === "GET" && url.origin === location.origin && key) event.respondWith(answer(request, key));
});
worker.addEventListener("message", (event) => {
  if (event.data === "take over") void worker.skipWaiting();
  if (event.data === "build") event.source?.postMessage({ build: shell.build });
});

// A bell of the office comes without a word; nothing but this is ever shown on a screen that anybody may see.
worker.addEventListener("push", (event) => {
  event.waitUntil(worker.registration.showNotification("同心", { body: "有事请登录", tag: "bell" }));
});
worker.addEventListener("notificationclick", (event) => {
  event.notification?.close();
  event.waitUntil(worker.clients.openWindow("/"));
});

/** Fetches what isn't there yet; a torn download goes on where it stopped. */
async function fetchAll() {
  const store = await caches.open(STORE);
  // Whatever goes wrong with the pack, each file can still be had by itself.
  if ((await missingIn(store)).length > FEW) await unpack(store).catch(() => undefined);
  const missing = await missingIn(store);
  const take = async () => {
    for (let file = missing.shift(); file; file = missing.shift()) await fetchOne(store, file);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}

/** @param {Cache} store */
async function missingIn(store) {
  const here = new Set((await store.keys()).map((request) => request.url.slice(location.origin.length)));
  return shell.files.filter((file) => !here.has(keyOf(file)));
}

/** All texts from one answer; one that is not as announced is left for later. @param {Cache} store */
async function unpack(store) {
  const response = await called(PACK);
  /** @type {Record<string, [string, string]>} */
  const texts = await response.json();
  const encoder = new TextEncoder();
  for (const file of await missingIn(store)) {
    const [text, kind] = texts[file.url] ?? ["", ""];
    const content = encoder.encode(text);
    if (await isWhole(file, content)) await store.put(keyOf(file), keepable(content, response.headers, kind));
  }
}

/** The file, if it is the one that was announced. @param {Cache} store @param {ShellFile} file */
async function fetchOne(store, file) {
  const response = await called(file.url);
  const content = new Uint8Array(await response.arrayBuffer());
  if (!(await isWhole(file, content))) throw new Error("another file");
  await store.put(keyOf(file), keepable(content, response.headers, response.headers.get("Content-Type") ?? ""));
}

/** @param {string} url */
async function called(url) {
  const response = await fetch(url, { cache: "no-cache", credentials: "omit", redirect: "error" });
  if (!response.ok) throw new Error(`${response.status}`);
  return response;
}

/** @param {ShellFile} file @param {Uint8Array<ArrayBuffer>} content */
async function isWhole(file, content) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") === file.sha256;
}

/** @param {Uint8Array<ArrayBuffer>} content @param {Headers} from @param {string} kind */
function keepable(content, from, kind) {
  const headers = new Headers({ "Content-Type": kind });
  for (const name of ["Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"]) {
    const value = from.get(name);
    if (value) headers.set(name, value);
  }
  return new Response(content, { headers });
}

async function settle() {
  await worker.clients.claim();
  const store = await caches.open(STORE);
  const wanted = new Set(known.values());
  for (const request of await store.keys()) {
    if (!wanted.has(request.url.slice(location.origin.length))) await store.delete(request);
  }
}

/** @param {Request} request @param {string} key */
async function answer(request, key) {
  const kept = await (await caches.open(STORE)).match(key);
  return kept ?? fetch(request);
}
