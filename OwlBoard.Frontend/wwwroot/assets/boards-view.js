// @ts-check
// The boards of the current user, and those opened from a link.

import { api, ApiError } from "./api.js";
import { canvasOf } from "./board-view.js";
import { confirm } from "./confirm.js";
import { byId, element, icon, label, toast } from "./dom.js";
import { avatar } from "./people.js";
import { forgetShared, sharedBoards } from "./session.js";
import { explain, onLanguage, t } from "./text.js";

/** @typedef {import("./api.js").Board} Board */

/** @type {import("./session.js").Person | null} */
let user = null;
/** @type {Board[]} */
let mine = [];
/** Settles when the requested list of boards is shown. */
let listed = Promise.resolve();

/** @param {Board} board */
export const addressOf = (board) => `#/board/${board.owner_id}/${board.id}`;

export function startBoards() {
  const form = /** @type {HTMLFormElement} */ (byId("new-board"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("title"));
    const title = input.value.trim();
    const owner = user;
    if (!owner || title === "") {
      return;
    }

    try {
      // A list that is still loading could contain the new board before its canvas exists.
      await listed;
      const board = await api.createBoard(owner.id, title);
      await api.createCanvas(canvasOf(board.id), []);
      input.value = "";
      location.hash = addressOf(board);
    } catch (problem) {
      toast(explain(problem));
    }
  });
  onLanguage(render);
}

/** @param {import("./session.js").Person} person */
export function showBoards(person) {
  if (user?.id !== person.id) {
    mine = [];
  }

  user = person;
  render();
  listed = list(person);
}

/** @param {import("./session.js").Person} person */
async function list(person) {
  try {
    const found = await api.boards(person.id);
    if (user === person) {
      mine = found.reverse();
      render();
    }
  } catch (problem) {
    toast(explain(problem));
  }
}

function render() {
  if (!user) {
    return;
  }

  byId("greeting").textContent = t("boards.greeting", { name: user.name });
  byId("me").replaceChildren(avatar(user.id, user.name));
  byId("my-boards").replaceChildren(...mine.map((board) => tile(board, t("boards.delete", { title: board.title }), "delete", () => remove(board))));
  byId("no-boards").hidden = mine.length > 0;
  const shared = sharedBoards();
  byId("shared").hidden = shared.length === 0;
  byId("shared-boards").replaceChildren(...shared.map((board) => tile(board, t("boards.forget", { title: board.title }), "close", () => {
    forgetShared(board);
    render();
  })));
}

/** @param {Board} board @param {string} action @param {string} picture @param {() => void} act */
function tile(board, action, picture, act) {
  const image = element("img", { alt: "", loading: "lazy", src: `/api/canvas/svg?id=${encodeURIComponent(canvasOf(board.id))}` });
  // Nothing has been drawn on the board yet, or the server does not know it.
  image.addEventListener("error", () => image.remove());
  const link = element("a", { href: addressOf(board) },
    element("span", { className: "preview" }, image), element("span", { className: "title" }, board.title));
  const button = element("button", { type: "button", className: "ghost icon-button" }, icon(picture));
  label(button, action);
  button.addEventListener("click", act);
  return element("li", { className: "tile" }, link, button);
}

/** @param {Board} board */
async function remove(board) {
  if (!await confirm(t("boards.confirmDelete", { title: board.title }), t("delete"))) {
    return;
  }

  try {
    await api.deleteBoard(board).catch(ignoreGone);
    mine = mine.filter((other) => other.id !== board.id);
    render();
    await api.deleteCanvas(canvasOf(board.id)).catch(ignoreGone);
  } catch (problem) {
    toast(explain(problem));
  }
}

/** Ignores 404: deleted by another client, or by a retried request whose first attempt succeeded. @param {unknown} problem */
function ignoreGone(problem) {
  if (!(problem instanceof ApiError && problem.status === 404)) {
    throw problem;
  }
}
