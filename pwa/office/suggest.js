// While a file is filled in for a child: files that may be this child's already. Names travel by POST only.

const PAUSE = 250;
const ASKED = ["name", "id_no", "birth"];
const box = document.querySelector("[data-like]");
const form = document.querySelector("tx-form");
let waiting = 0;
let last = "";
let turn = 0;

/** @param {string} path */
const written = (path) => {
  const control = form?.querySelector(`[data-path="${path}"] [data-control]`);
  return control instanceof HTMLInputElement ? control.value.trim() : "";
};

/** @param {HTMLElement} box @param {string} text */
const show = (box, text) => {
  box.innerHTML = text;
  // Beside what is being written, so that it is seen on a phone too.
  const place = form?.querySelector(ASKED.map((path) => `[data-path="${path}"]`).join(","));
  if (text.trim()) place?.after(box);
};

const ask = async () => {
  if (!(box instanceof HTMLElement)) return;
  const said = new URLSearchParams(ASKED.map((name) => [name, written(name)]));
  if (said.toString() === last) return;
  last = said.toString();
  const mine = ++turn;
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  try {
    const answer = await fetch(box.dataset["like"] ?? "", {
      method: "POST", body: said, headers: { "X-CSRFToken": token instanceof HTMLInputElement ? token.value : "" },
    });
    // An older answer that comes late says nothing of what stands there now.
    if (mine === turn && answer.ok) show(box, await answer.text());
  } catch {
    // Without a network the form goes on; the file is looked at again when it is kept.
    last = "";
  }
};

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => void ask(), PAUSE);
});

export {};
