// @ts-check

import { byId } from "./dom.js";

/** Confirms an irreversible action. @param {string} question @param {string} action @returns {Promise<boolean>} */
export function confirm(question, action) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("confirm"));
  byId("confirm-text").textContent = question;
  byId("confirm-yes").textContent = action;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
