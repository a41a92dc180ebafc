// Shows the parts of a long page one at a time. Without scripts, and on paper, they stand below each other.

/** @param {HTMLElement} box */
function arrange(box) {
  const parts = /** @type {HTMLElement[]} */ ([...box.children].filter((each) => each.matches("[data-tab]")));
  if (parts.length < 2) return;
  const bar = document.createElement("div");
  bar.className = "tx-tabs";
  bar.setAttribute("role", "tablist");
  bar.setAttribute("aria-label", box.dataset.tabs ?? "");
  const buttons = parts.map((part) => button(part));
  bar.append(...buttons);
  box.prepend(bar);
  box.classList.add("tx-tabbed");

  /** @param {number} chosen @param {boolean} [isMoving] */
  const choose = (chosen, isMoving) => {
    for (const [at, part] of parts.entries()) {
      const tab = /** @type {HTMLElement} */ (buttons[at]);
      part.classList.toggle("tx-tab-hidden", at !== chosen);
      tab.setAttribute("aria-selected", String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
      if (at === chosen && isMoving) tab.focus();
    }
  };
  const follow = () => {
    const place = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    const named = parts.findIndex((part) => place !== null && part.contains(place));
    choose(Math.max(named, 0));
    if (named >= 0) place?.scrollIntoView();
  };

  bar.addEventListener("click", (event) => {
    const chosen = buttons.findIndex((each) => each.contains(/** @type {Node} */ (event.target)));
    if (chosen >= 0) choose(chosen);
  });
  bar.addEventListener("keydown", (event) => {
    const here = buttons.findIndex((each) => each === document.activeElement);
    const steps = new Map([["ArrowRight", here + 1], ["ArrowLeft", here - 1], ["Home", 0], ["End", buttons.length - 1]]);
    const next = steps.get(event.key);
    if (next === undefined || here < 0) return;
    event.preventDefault();
    choose((next + buttons.length) % buttons.length, true);
  });
  addEventListener("hashchange", follow);
  follow();
}

/** @param {HTMLElement} part */
function button(part) {
  const made = document.createElement("button");
  made.type = "button";
  made.id = `tab-${part.id}`;
  made.textContent = part.dataset.tab ?? "";
  made.setAttribute("role", "tab");
  made.setAttribute("aria-controls", part.id);
  part.setAttribute("role", "tabpanel");
  part.setAttribute("aria-labelledby", made.id);
  return made;
}

for (const box of document.querySelectorAll("[data-tabs]")) arrange(/** @type {HTMLElement} */ (box));

export {};
