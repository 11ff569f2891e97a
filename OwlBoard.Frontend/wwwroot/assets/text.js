// @ts-check
// The page's texts, in the browser's language unless the user has chosen one.

import { en } from "./locales/en.js";
import { es } from "./locales/es.js";
import { label } from "./dom.js";

const key = "owlboard.language";
/** @type {Record<string, Record<string, string>>} */
const languages = { en, es };

/** @type {Set<() => void>} */
const listeners = new Set();

let language = localStorage.getItem(key)
  ?? navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in languages) ?? "en";

/** Calls the listener when the language changes. @param {() => void} listener @param {AbortSignal} [signal] */
export function onLanguage(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener));
}

/**
 * Returns the text for a key, with `{name}` replaced by values.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const words = languages[language][key] ?? en[/** @type {keyof typeof en} */ (key)] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Returns the text to show for a failure. @param {unknown} problem */
export function explain(problem) {
  const { key, values } = /** @type {{ key?: string, values?: Record<string, string> }} */ (problem);
  return key ? t(key, values) : String(problem);
}

/** Translates all elements: `data-t` names the key of the text, `data-label` that of the accessible name. */
export function translate() {
  document.documentElement.lang = language;
  document.querySelectorAll("[data-t]").forEach((node) => {
    node.textContent = t(/** @type {HTMLElement} */ (node).dataset.t ?? "");
  });
  document.querySelectorAll("[data-label]").forEach((node) => {
    label(node, t(/** @type {HTMLElement} */ (node).dataset.label ?? ""));
  });
  document.querySelectorAll("[data-hint]").forEach((node) => {
    /** @type {HTMLInputElement} */ (node).placeholder = t(/** @type {HTMLElement} */ (node).dataset.hint ?? "");
  });
}

export function toggleLanguage() {
  language = language === "en" ? "es" : "en";
  localStorage.setItem(key, language);
  translate();
  listeners.forEach((listener) => listener());
}

/** @param {string | number} time */
export const clock = (time) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(new Date(time));

/** @param {string | number} time */
export const day = (time) => new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }).format(new Date(time));
