// What the server writes in front of worker.js.
declare const SHELL: { build: string; files: { url: string; sha256: string; bytes: number }[] };
