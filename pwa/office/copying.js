// A button that copies what stands in another element; where the browser keeps the clipboard to itself, it is marked
// for the hand to copy.

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  const shown = document.getElementById(button.dataset.copies ?? "");
  if (!shown) continue;
  button.addEventListener("click", async () => {
    button.textContent = (await copied(shown)) ? (button.dataset.done ?? "已复制") : "已选中，请按“复制”";
  });
}

/** @param {HTMLElement} shown */
async function copied(shown) {
  try {
    await navigator.clipboard.writeText(shown.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}
