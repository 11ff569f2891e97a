// @ts-check
// Stores the current user and the boards opened from links. The API has no token to store.

const userKey = "owlboard.user";
const sharedKey = "owlboard.shared";

/** @typedef {{ id: number, name: string, email: string }} Person */

/** @returns {Person | null} */
export const currentUser = () => read(userKey);

/** @param {Person} person */
export function remember(person) {
  localStorage.setItem(userKey, JSON.stringify(person));
}

export function logOut() {
  localStorage.removeItem(userKey);
  localStorage.removeItem(sharedKey);
}

/** @returns {import("./api.js").Board[]} */
export const sharedBoards = () => read(sharedKey) ?? [];

/** @param {import("./api.js").Board} board */
export function rememberShared(board) {
  localStorage.setItem(sharedKey, JSON.stringify([board, ...sharedBoards().filter((other) => other.id !== board.id)].slice(0, 30)));
}

/** @param {import("./api.js").Board} board */
export function forgetShared(board) {
  localStorage.setItem(sharedKey, JSON.stringify(sharedBoards().filter((other) => other.id !== board.id)));
}

/** @param {string} key */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
