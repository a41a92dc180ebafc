// Takes the code out of the address, where no server sees it, and opens the page with it.

const code = decodeURIComponent(location.hash.slice(1));
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("open"));
const field = /** @type {HTMLInputElement | null} */ (document.getElementById("code"));
if (code && form && field) {
  history.replaceState(null, "", location.pathname);
  field.value = code;
  form.requestSubmit();
}
