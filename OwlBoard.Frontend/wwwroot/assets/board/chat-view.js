// @ts-check
// The view of the chat.

import { announce, byId, element, label, toast } from "../dom.js";
import { avatar } from "../people.js";
import { clock, explain, t } from "../text.js";

/** @typedef {import("../api.js").Message} Message */

const typingShown = 3_000;
const facesShown = 4;

export class ChatView {
  #chat;
  #user;
  #messages = byId("messages");
  #opened = Date.now();
  #unread = 0;
  /** @type {Map<string, number>} */
  #typing = new Map();
  /** @type {{ user_id: string, username: string }[]} */
  #people = [];
  #listening = new AbortController();
  isShown = false;

  /** @param {import("./chat.js").Chat} chat @param {{ id: number, name: string }} user */
  constructor(chat, user) {
    this.#chat = chat;
    this.#user = user;
    const { signal } = this.#listening;
    const form = /** @type {HTMLFormElement} */ (byId("say"));
    const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("content"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const content = input.value.trim();
      if (content !== "") {
        chat.say(content);
        input.value = "";
      }
    }, { signal });
    input.addEventListener("input", () => chat.typing(), { signal });
    this.#on("message", (message) => this.#add(message));
    this.#on("waiting", (waiting) => this.#showWaiting(waiting));
    this.#on("people", (people) => this.#showPeople(people));
    this.#on("user_joined", ({ username }) => this.#addEvent(t("board.joined", { name: username })));
    this.#on("user_left", ({ username }) => this.#addEvent(t("board.left", { name: username })));
    this.#on("typing", (data) => this.#showTyping(data));
    this.#on("problem", (problem) => {
      // Offline requests all fail, which the connection indicator shows.
      if (problem.status !== 0) {
        toast(explain(problem));
      }
    });
    this.#showUnread();
  }

  close() {
    this.#listening.abort();
    this.#typing.forEach((timer) => clearTimeout(timer));
    this.#messages.replaceChildren();
    byId("people").replaceChildren();
    byId("typing").textContent = "";
  }

  shown() {
    this.isShown = true;
    this.#unread = 0;
    this.#showUnread();
    this.#messages.scrollTop = this.#messages.scrollHeight;
  }

  /** Updates the texts after a change of the language. */
  translate() {
    this.#showUnread();
    this.#showPeople(this.#people);
  }

  /** @param {string} type @param {(detail: any) => void} action */
  #on(type, action) {
    this.#chat.addEventListener(type, (event) => action(/** @type {CustomEvent} */ (event).detail), { signal: this.#listening.signal });
  }

  /** @param {Message} message */
  #add(message) {
    const isMine = String(message.user_id) === String(this.#user.id);
    const when = Date.parse(message.timestamp) || Date.now();
    const item = element("li", { className: isMine ? "message mine" : "message" },
      avatar(message.user_id, message.username),
      element("span", { className: "who" }, `${isMine ? t("chat.you") : message.username} · ${clock(when)}`),
      element("span", { className: "what" }, message.content));
    item.dataset.time = String(when);
    item.dataset.id = message.id;
    // A history loaded after a reconnect may contain messages older than the newest one shown.
    const later = [...this.#messages.children].find((other) => Number(/** @type {HTMLElement} */ (other).dataset.time) > when);
    this.#insert(item, later);
    this.#stopTyping(message.username);
    if (!isMine && !this.isShown && when > this.#opened) {
      this.#unread++;
      this.#showUnread();
      announce(`${message.username}: ${message.content}`);
    }
  }

  /** @param {string} text */
  #addEvent(text) {
    const item = element("li", { className: "event" }, text);
    item.dataset.time = String(Date.now());
    this.#insert(item);
  }

  /** @param {string[]} waiting */
  #showWaiting(waiting) {
    this.#messages.querySelectorAll(".waiting").forEach((node) => node.remove());
    for (const content of waiting) {
      const item = element("li", { className: "message mine waiting" },
        element("span", { className: "who" }, this.#chat.socket.isOpen ? t("chat.you") : t("chat.waiting")),
        element("span", { className: "what" }, content));
      // Stays below all received messages.
      item.dataset.time = String(Number.MAX_SAFE_INTEGER);
      this.#insert(item);
    }
  }

  /** @param {HTMLElement} item @param {Element} [before] */
  #insert(item, before) {
    const { scrollTop, scrollHeight, clientHeight } = this.#messages;
    const wasAtEnd = scrollHeight - scrollTop - clientHeight < 60;
    this.#messages.insertBefore(item, before ?? null);
    if (wasAtEnd || item.classList.contains("mine")) {
      this.#messages.scrollTop = this.#messages.scrollHeight;
    }
  }

  /** @param {{ username: string, is_typing: boolean }} data */
  #showTyping({ username, is_typing: isTyping }) {
    this.#stopTyping(username);
    if (isTyping) {
      this.#typing.set(username, window.setTimeout(() => this.#stopTyping(username), typingShown));
      this.#renderTyping();
    }
  }

  /** @param {string} username */
  #stopTyping(username) {
    clearTimeout(this.#typing.get(username));
    this.#typing.delete(username);
    this.#renderTyping();
  }

  #renderTyping() {
    const names = [...this.#typing.keys()];
    byId("typing").textContent = names.length === 0 ? ""
      : t(names.length === 1 ? "chat.typing" : "chat.typingMany", { names: names.join(", ") });
  }

  #showUnread() {
    const badge = byId("unread");
    badge.hidden = this.#unread === 0;
    badge.textContent = String(Math.min(99, this.#unread));
    label(byId("show-chat"), this.#unread === 0 ? t("chat.title") : t("chat.unread", { count: this.#unread }));
  }

  /** @param {{ user_id: string, username: string }[]} people */
  #showPeople(people) {
    this.#people = [...new Map(people.map((one) => [String(one.user_id), one])).values()];
    const faces = this.#people.slice(0, facesShown).map((one) =>
      element("li", {}, avatar(one.user_id, one.username), element("span", { className: "hidden" }, one.username)));
    const rest = this.#people.length - facesShown;
    byId("people").replaceChildren(...faces, ...rest <= 0 ? [] : [
      element("li", { className: "rest", title: this.#people.slice(facesShown).map((one) => one.username).join(", ") },
        element("span", { className: "more", ariaHidden: "true" }, `+${rest}`),
        element("span", { className: "hidden" }, t("board.more", { count: rest }))),
    ]);
  }
}
