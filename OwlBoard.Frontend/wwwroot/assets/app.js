// @ts-check
// Shows the view of the current address: the login, the boards, or one board.

import { closeBoard, openBoard } from "./board-view.js";
import { showBoards, startBoards } from "./boards-view.js";
import { byId, element } from "./dom.js";
import { startLogin } from "./login-view.js";
import { currentUser, logOut } from "./session.js";
import { t, toggleLanguage, translate } from "./text.js";
import { apply as applyTheme, toggleTheme } from "./theme.js";

const views = ["login", "boards", "board"];

/** @param {string} name */
function show(name) {
  views.forEach((view) => {
    byId(`${view}-view`).hidden = view !== name;
  });
}

function route() {
  closeBoard();
  const user = currentUser();
  const board = /^#\/board\/(\d+)\/(\d+)$/.exec(location.hash);
  if (!user) {
    // The address stays, so that a link to a board opens it after the login.
    show("login");
  } else if (board) {
    show("board");
    openBoard(Number(board[1]), Number(board[2]), user);
  } else {
    show("boards");
    showBoards(user);
  }
}

const keys = /** @type {[string[], string][]} */ ([
  [["P", "L", "A", "R", "O", "T", "E", "C", "H"], "keys.tools"],
  [["←", "→", "↑", "↓"], "keys.move"],
  [["Shift", "←"], "keys.fast"],
  [["Space"], "keys.press"],
  [["Esc"], "keys.cancel"],
  [["Ctrl", "Z"], "keys.undo"],
  [["−", "+", "0"], "keys.zoom"],
]);

function showKeys() {
  byId("key-list").replaceChildren(...keys.flatMap(([names, key]) => [
    element("dt", {}, ...names.map((name) => element("kbd", {}, name))), element("dd", {}, t(key)),
  ]));
  /** @type {HTMLDialogElement} */ (byId("keys")).showModal();
}

/** Registers the service worker, which makes the page installable and available offline. */
function startServiceWorker() {
  if (!("serviceWorker" in navigator)) {
    return;
  }

  const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("owlboard", { createScriptURL: () => "/sw.js" });
  navigator.serviceWorker.register(policy ? policy.createScriptURL("") : "/sw.js").catch(() => {
    // The browser may refuse, for example in a private window; the page works without it.
  });
}

applyTheme();
translate();
startLogin(route);
startBoards();
document.querySelectorAll(".theme").forEach((node) => node.addEventListener("click", toggleTheme));
document.querySelectorAll(".language").forEach((node) => node.addEventListener("click", toggleLanguage));
byId("show-keys").addEventListener("click", showKeys);
byId("log-out").addEventListener("click", () => {
  logOut();
  location.hash = "#/";
  route();
});
addEventListener("hashchange", route);
route();
addEventListener("load", startServiceWorker);
