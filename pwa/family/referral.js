// Takes the token out of the address, where no server sees it; the spoken code is typed by hand.

const token = decodeURIComponent(location.hash.slice(1));
const kept = /** @type {HTMLInputElement | null} */ (document.getElementById("token"));
const spoken = /** @type {HTMLInputElement | null} */ (document.getElementById("code"));
if (token && kept && spoken) {
  history.replaceState(null, "", location.pathname);
  kept.value = token;
  spoken.focus();
}
