// @ts-check
// The view of login and registration.

import { api, ApiError } from "./api.js";
import { byId } from "./dom.js";
import { remember } from "./session.js";
import { explain, onLanguage, t } from "./text.js";

const form = /** @type {HTMLFormElement} */ (byId("login"));
const submit = /** @type {HTMLButtonElement} */ (byId("login-submit"));
let isRegistering = false;

/** @param {() => void} onUser */
export function startLogin(onUser) {
  byId("choose-login").addEventListener("click", () => choose(false));
  byId("choose-register").addEventListener("click", () => choose(true));
  onLanguage(() => choose(isRegistering));
  // A hidden required field must be disabled too, or the form never validates.
  choose(false);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    // Shows the page's own text in the chosen language instead of the browser's.
    const invalid = /** @type {HTMLInputElement | null} */ (form.querySelector("input:invalid"));
    if (invalid) {
      say(t("login.missing"));
      invalid.focus();
      return;
    }

    submit.disabled = true;
    try {
      remember(await enter());
      form.reset();
      choose(false);
      onUser();
    } catch (problem) {
      say(problem instanceof ApiError && problem.status === 400 ? t(isRegistering ? "login.taken" : "login.wrong") : explain(problem));
    } finally {
      submit.disabled = false;
    }
  });
}

/** @returns {Promise<import("./session.js").Person>} */
async function enter() {
  const value = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value;
  const email = value("email").trim();
  if (isRegistering) {
    const name = value("name").trim();
    return { id: (await api.register(email, name, value("password"))).id, name, email };
  }

  const user = await api.user((await api.logIn(email, value("password"))).id);
  return { id: user.id, name: user.full_name, email: user.email };
}

/** @param {boolean} registering */
function choose(registering) {
  isRegistering = registering;
  byId("choose-login").setAttribute("aria-pressed", String(!registering));
  byId("choose-register").setAttribute("aria-pressed", String(registering));
  byId("name-field").hidden = !registering;
  const name = /** @type {HTMLInputElement} */ (form.elements.namedItem("name"));
  name.disabled = !registering;
  const password = /** @type {HTMLInputElement} */ (form.elements.namedItem("password"));
  password.autocomplete = registering ? "new-password" : "current-password";
  submit.textContent = t(registering ? "login.signUp" : "login.logIn");
  say("");
}

/** @param {string} text */
const say = (text) => {
  byId("login-problem").textContent = text;
};
