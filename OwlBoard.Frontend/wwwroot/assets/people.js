// @ts-check
// Avatars and colors of users. A user has the same color on every board and in every browser.

import { element } from "./dom.js";

/** The colors, each with a contrast of at least 4.5:1 to white. */
const colours = ["#6b3fd4", "#b4235a", "#0b6e75", "#9a4a00", "#1f63c4", "#3a7021", "#8b2fa8", "#a63a2a"];

/** @param {string | number} id */
export function colourOf(id) {
  let hash = 7;
  for (const character of String(id)) {
    hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  }

  return colours[hash % colours.length];
}

/** @param {string} name */
export const initials = (name) =>
  name.trim().split(/\s+/).map((word) => [...word][0] ?? "").slice(0, 2).join("").toUpperCase() || "?";

/** @param {string | number} id @param {string} name */
export function avatar(id, name) {
  const node = element("span", { className: "avatar", title: name, textContent: initials(name) });
  node.setAttribute("aria-hidden", "true");
  node.style.backgroundColor = colourOf(id);
  return node;
}
