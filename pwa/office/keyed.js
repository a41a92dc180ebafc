// Typing in a paper sheet: a full box moves on, Enter leaves a blank, Backspace in an empty box goes back.

for (const form of document.querySelectorAll("form[data-keyed]")) {
  const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[name^=item_]")]);
  const last = /** @type {HTMLElement | null} */ (form.querySelector("button[type=submit]"));
  boxes.forEach((box, place) => {
    const next = () => (boxes[place + 1] ?? last)?.focus();
    box.addEventListener("focus", () => box.select());
    box.addEventListener("input", () => box.value.length >= box.maxLength && next());
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "ArrowDown") {
        event.preventDefault();
        next();
      }
      if ((event.key === "Backspace" && !box.value) || event.key === "ArrowUp") {
        event.preventDefault();
        boxes[place - 1]?.focus();
      }
    });
  });
}
