// Beside each password: a button that shows it, and for a new one how good it is, in words.

const SHOW = "显示密码";
const HIDE = "隐藏密码";
const GOOD = 18;
const FEW = 6;

/** How good a new password is, in words. @param {string} text @param {number} shortest */
export function saidOf(text, shortest) {
  const long = [...text].length;
  if (long === 0) return "";
  if (long < shortest) return `太短：还差 ${shortest - long} 个字符。`;
  if (/^\d+$/u.test(text)) return "太弱：不能只有数字。";
  if (new Set(text).size < FEW) return "太弱：重复的字符太多。";
  return long < GOOD ? "可以用。再加一个不相干的词会更好。" : "强。";
}

/** @param {HTMLInputElement} field */
function addButton(field) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn mt-2";
  button.textContent = SHOW;
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.textContent = isShown ? SHOW : HIDE;
  });
  // Sent as a password, so that no browser keeps it among what was typed before.
  field.form?.addEventListener("submit", () => (field.type = "password"));
  field.insertAdjacentElement("afterend", button);
}

/** @param {HTMLInputElement} field */
function addWords(field) {
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  words.className = "form-hint";
  field.insertAdjacentElement("afterend", words);
  field.addEventListener("input", () => (words.textContent = saidOf(field.value, field.minLength)));
}

for (const field of document.querySelectorAll('input[type="password"]')) {
  if (!(field instanceof HTMLInputElement)) continue;
  addButton(field);
  if (field.minLength > 0) addWords(field);
}
