// Asks the browser to let the office ring here. The bell carries no word; what it says stands in the service worker.

const FAILED = "没有登记：浏览器不允许弹出提醒，或连不上它的推送服务。请换一种方式。";
const SCOPE = "/field/";

/** @param {string} text */
function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {string} zh */
function say(zh) {
  const notice = document.createElement("div");
  notice.className = "alert alert-danger";
  notice.textContent = zh;
  document.getElementById("push-problem")?.replaceChildren(notice);
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return say(FAILED);
  try {
    const registration = await navigator.serviceWorker.register(`${SCOPE}worker.js`, {
      scope: SCOPE, updateViaCache: "none",
    });
    const applicationServerKey = bytesOf(form.dataset.push ?? "");
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    /** @type {HTMLInputElement} */ (form.elements.namedItem("address")).value = made.endpoint;
    form.submit();
  } catch {
    say(FAILED);
  }
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-push]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(form);
  });
}
