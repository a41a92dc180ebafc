// Passkeys: asks the browser to make or to show one. What it says goes to the server, which decides.

/** @typedef {Record<string, any>} Told */

const FAILED = "没有办成：浏览器没有给出通行密钥，或您取消了。可以再试一次，或用别的方式。";
const OFFLINE = "没有发出：网络不通，请稍后再试。";
const MISSING = "这个浏览器不支持通行密钥，请用别的方式。";

/** @param {string} text */
export function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

/** @param {ArrayBuffer | null | undefined} bytes */
export function textOf(bytes) {
  if (!bytes) return null;
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {Told[] | undefined} listed */
const known = (listed) => (listed ?? []).map((each) => ({ ...each, id: bytesOf(each.id) }));

/** @param {Told} told @returns {Promise<Told>} a passkey that is made now */
async function make(told) {
  const publicKey = /** @type {any} */ ({
    ...told, challenge: bytesOf(told.challenge), user: { ...told.user, id: bytesOf(told.user.id) },
    excludeCredentials: known(told.excludeCredentials),
  });
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  return written(made, {
    attestationObject: textOf(response.attestationObject), transports: response.getTransports?.() ?? [],
  });
}

/** @param {Told} told @returns {Promise<Told>} an answer signed by one */
async function show(told) {
  const publicKey = /** @type {any} */ ({
    ...told, challenge: bytesOf(told.challenge), allowCredentials: known(told.allowCredentials),
  });
  const shown = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  const response = /** @type {AuthenticatorAssertionResponse} */ (shown.response);
  return written(shown, {
    authenticatorData: textOf(response.authenticatorData), signature: textOf(response.signature),
    userHandle: textOf(response.userHandle),
  });
}

/** @param {PublicKeyCredential} credential @param {Told} response */
function written(credential, response) {
  return {
    id: credential.id, rawId: textOf(credential.rawId), type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: textOf(credential.response.clientDataJSON), ...response },
  };
}

/** @param {string} zh */
function say(zh) {
  const box = document.getElementById("passkey-problem");
  if (!box) return;
  const notice = document.createElement("div");
  notice.className = "alert alert-danger";
  notice.textContent = zh;
  box.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

/** @param {string} url @param {string} token @param {unknown} [body] @returns {Promise<{ ok: boolean, told: Told }>} */
export async function post(url, token, body) {
  const answer = await fetch(url, {
    method: "POST", credentials: "same-origin", body: JSON.stringify(body ?? {}),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
  });
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  return { ok: answer.ok, told: isJson ? await answer.json() : {} };
}

/** @param {string} url @param {string} token @returns {Promise<Told>} what the server said of the passkey shown */
export async function showTo(url, token) {
  if (!("credentials" in navigator) || !window.PublicKeyCredential) return { zh: MISSING };
  try {
    const asked = await post("/sign-in/passkey/ask/", token);
    if (!asked.ok) return { zh: asked.told.zh || FAILED };
    const shown = await show(asked.told);
    return (await post(url, token, shown)).told;
  } catch (error) {
    return { zh: error instanceof TypeError ? OFFLINE : FAILED };
  }
}

/** @param {HTMLButtonElement} button */
async function signIn(button) {
  button.disabled = true;
  const told = await showTo(button.dataset.passkey ?? "", button.dataset.csrf ?? "");
  button.disabled = false;
  if (told.to) location.assign(told.to);
  else say(told.zh || FAILED);
}

/** @param {HTMLFormElement} form */
async function add(form) {
  const token = /** @type {HTMLInputElement} */ (form.elements.namedItem("csrfmiddlewaretoken")).value;
  if (!("credentials" in navigator) || !window.PublicKeyCredential) return say(MISSING);
  try {
    const asked = await post(form.dataset.passkeyAdd ?? "", token);
    if (!asked.ok) return say(asked.told.zh || FAILED);
    const made = await make(asked.told);
    /** @type {HTMLInputElement} */ (form.elements.namedItem("credential")).value = JSON.stringify(made);
    form.submit();
  } catch (error) {
    say(error instanceof TypeError ? OFFLINE : FAILED);
  }
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  button.addEventListener("click", () => void signIn(/** @type {HTMLButtonElement} */ (button)));
}
for (const form of document.querySelectorAll("[data-passkey-add]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void add(/** @type {HTMLFormElement} */ (form));
  });
}
