// The phone's own database, as far as the app needs it: opened once, written in whole transactions.

const NAME = "tongxin-field";
const VERSION = 1;
/** @type {Record<string, string>} */
const KEYS = {
  outbox: "id", receipts: "id", blobs: "id", children: "id", briefs: "id", drafts: "id", meta: "id", definitions: "hash",
};

/** @typedef {{ store: string, add?: object, put?: object, remove?: string, clear?: boolean }} Change */

/** The phone has no room left; nothing of what was to be written was written. */
export class StoreFull extends Error {}

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** The database, made when it isn't there. @returns {Promise<IDBDatabase>} */
export function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [store, key] of Object.entries(KEYS)) {
        if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store, { keyPath: key });
      }
    };
    request.onsuccess = () => {
      const base = request.result;
      const drop = () => {
        base.close();
        opened = null;
      };
      base.onversionchange = drop;
      base.onclose = () => (opened = null);
      resolve(base);
    };
    request.onerror = () => {
      opened = null;
      reject(request.error);
    };
  });
  return opened;
}

/**
 * Writes all changes or none of them; done only when they lie on the disk.
 *
 * @param {Change[]} changes
 */
export async function write(changes) {
  if (!changes.length) return;
  const base = await database();
  const names = [...new Set(changes.map((change) => change.store))];
  const transaction = base.transaction(names, "readwrite", { durability: "strict" });
  const end = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(isFull(transaction.error) ? new StoreFull("full") : transaction.error);
  });
  try {
    for (const change of changes) apply(transaction.objectStore(change.store), change);
  } catch (error) {
    transaction.abort();
    await end.catch(() => undefined);
    throw isFull(error) ? new StoreFull("full") : error;
  }
  await end;
}

/** @param {IDBObjectStore} store @param {Change} change */
function apply(store, change) {
  if (change.clear) store.clear();
  if (change.remove !== undefined) store.delete(change.remove);
  if (change.put) store.put(change.put);
  if (change.add) store.add(change.add);
}

/** @param {unknown} error */
const isFull = (error) => error instanceof DOMException && error.name === "QuotaExceededError";

/** One row. @param {string} store @param {string} id @returns {Promise<any>} */
export async function row(store, id) {
  return answered((await database()).transaction(store).objectStore(store).get(id));
}

/** Every row, by key. @param {string} store @returns {Promise<any[]>} */
export async function rows(store) {
  return answered((await database()).transaction(store).objectStore(store).getAll());
}

/** @param {string} store @returns {Promise<number>} */
export async function count(store) {
  return answered((await database()).transaction(store).objectStore(store).count());
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
