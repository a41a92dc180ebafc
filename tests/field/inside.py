"""What a test looks for inside the browser: the rows on its disk, every byte that stays there, its lock."""

OPEN = """const base = await new Promise((resolve) => {
    const asked = indexedDB.open("tongxin-field");
    asked.onsuccess = () => resolve(asked.result);
  });
  const all = (name) => new Promise((resolve) => {
    const asked = base.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => resolve(asked.result);
  });"""
ROWS = f"""async (name) => {{
  {OPEN}
  return (await all(name)).length;
}}"""
# Every byte that lies in the browser's stores, as text that names can be looked for in; the rules are nobody's secret.
LEFT_BEHIND = f"""async () => {{
  {OPEN}
  const reader = new TextDecoder("utf-8", {{ fatal: false }});
  const words = (value) => value instanceof Uint8Array ? reader.decode(value)
    : value && typeof value === "object" ? Object.values(value).map(words).join(" ") : String(value);
  const found = [location.href, document.title, JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of base.objectStoreNames) if (name !== "definitions") found.push(...(await all(name)).map(words));
  for (const name of await caches.keys()) {{
    for (const request of await (await caches.open(name)).keys()) found.push(request.url);
  }}
  return found.join("\\n");
}}"""
# As if she had typed nine wrong PINs and waited each time.
NINE_WRONG_PINS = f"""async () => {{
  {OPEN}
  const [lock] = (await all("meta")).filter((row) => row.id === "lock");
  const work = base.transaction("meta", "readwrite");
  work.objectStore("meta").put({{ ...lock, value: {{ ...lock.value, failed: 9, until: 0 }} }});
  await new Promise((resolve) => (work.oncomplete = resolve));
  base.close();
}}"""
# As if the clock had been ten days ahead when she had to wait, and were right again now.
WAIT_OF_ANOTHER_CLOCK = NINE_WRONG_PINS.replace("failed: 9, until: 0", "failed: 5, until: Date.now() + 864_000_000")
# As if the app died before it could write down what became of a record.
NO_RECEIPTS = """() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (row) {
    if (this.name === "receipts") throw new DOMException("gone", "AbortError");
    return put.call(this, row);
  };
}"""
# As if the phone's memory had kept of each row only its beginning, and of a change that was under way nothing.
HALF_WRITTEN = f"""async () => {{
  {OPEN}
  const stores = ["outbox", "children", "briefs"];
  const found = await Promise.all(stores.map(all));
  const broken = base.transaction(stores, "readwrite");
  for (const name of stores) broken.objectStore(name).clear();
  broken.abort();
  await new Promise((resolve) => (broken.onabort = resolve));
  const work = base.transaction(stores, "readwrite");
  stores.forEach((name, at) => {{
    for (const row of found[at]) work.objectStore(name).put({{ ...row, sealed: row.sealed.slice(0, 20) }});
  }});
  await new Promise((resolve) => (work.oncomplete = resolve));
  base.close();
}}"""
KEPT_FILES = "async () => (await (await caches.open('tongxin-shell')).keys()).length"
LOOK_FOR_UPDATE = "async () => { await (await navigator.serviceWorker.getRegistration('/field/')).update(); }"
UPDATE_WAITS = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/field/");
  while (!registration.waiting) await new Promise((resolve) => setTimeout(resolve, 50));
}"""
STYLE_OF_NEXT_BUILD = "() => getComputedStyle(document.documentElement).getPropertyValue('--next-build').trim()"
# The browser remembers for a while how much room there was, so its answer is given at once.
NO_ROOM = """() => {
  window.add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""
ROOM_AGAIN = "() => { IDBObjectStore.prototype.add = window.add; }"
# A rule that nothing names any more, as after a new version; and the names of those that are there.
OLD_RULE = f"""async () => {{
  {OPEN}
  const work = base.transaction("definitions", "readwrite");
  work.objectStore("definitions").put({{ hash: "out-of-use", content: {{}} }});
  await new Promise((resolve) => (work.oncomplete = resolve));
  base.close();
}}"""
RULES = f"async () => {{ {OPEN} return (await all('definitions')).map((each) => each.hash); }}"

CLEAR_NAMES = f"async () => {{ {OPEN} return (await all('meta')).map((each) => each.id).sort(); }}"

# A finger goes on writing: what the page says in the same moment.
WRITE_MORE = """(area, words) => {
  area.value = words;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  return document.querySelector("[role=status]").textContent;
}"""
# The phone's clock jumps while it is in the pocket.
THREE_DAYS_ON = "() => { const right = Date.now; Date.now = () => right() + 259_200_000; }"
