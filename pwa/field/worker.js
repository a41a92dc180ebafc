// The service worker: keeps the shell's files, each checked by its hash, and opens the app without a network.
// The server writes `SHELL` above this line: the build and every file with its hash. Nothing else is ever kept here.
// Files are kept by their content, so a new build waiting beside an open page changes nothing for that page.

/** @typedef {{ url: string, sha256: string, bytes: number }} ShellFile */
/** @type {{ build: string, files: ShellFile[] }} */
const shell = SHELL;
const worker = /** @type {import("./types").Worker} */ (/** @type {unknown} */ (self));
const STORE = "tongxin-shell";
const AT_ONCE = 4;

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

/** Fetches what isn't there yet; a torn download goes on where it stopped. */
async function fetchAll() {
  const store = await caches.open(STORE);
  const here = new Set((await store.keys()).map((request) => request.url.slice(location.origin.length)));
  const missing = shell.files.filter((file) => !here.has(keyOf(file)));
  const take = async () => {
    for (let file = missing.shift(); file; file = missing.shift()) await store.put(keyOf(file), await whole(file));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}

/** The file, if it is the one that was announced. @param {ShellFile} file */
async function whole(file) {
  const response = await fetch(file.url, { cache: "no-cache", credentials: "omit", redirect: "error" });
  if (!response.ok) throw new Error(`${response.status}`);
  const content = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (sha256 !== file.sha256) throw new Error("another file");
  const headers = new Headers();
  for (const name of ["Content-Type", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"]) {
    const value = response.headers.get(name);
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
