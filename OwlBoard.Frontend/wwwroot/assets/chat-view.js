import { byId, element, show } from "./dom.js";
import { Chat } from "./chat.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const typingShown = 3_000;

/** Shows the chat of one board at a time. */
export class ChatView {
  #chat = null;
  #user = null;
  #typingTimer = 0;
  #onProblem;

  constructor(onProblem) {
    this.#onProblem = onProblem;
    byId("say").addEventListener("submit", (event) => {
      event.preventDefault();
      const input = event.target.elements.content;
      if (this.#chat?.say(input.value.trim())) {
        input.value = "";
      } else {
        this.#onProblem("Not connected at the moment: the message is still in the box.");
      }
    });
    byId("say").elements.content.addEventListener("input", () => this.#chat?.typing());
  }

  open(board, user) {
    this.close();
    this.#user = user;
    byId("chat-title").textContent = board.title;
    show("choose", false);
    show("say", true);

    const chat = new Chat(board, user);
    chat.addEventListener("state", (event) => showState(event.detail));
    chat.addEventListener("message", (event) => this.#add(event.detail));
    chat.addEventListener("user_joined", (event) => this.#addEvent(`${event.detail.username} joined`));
    chat.addEventListener("user_left", (event) => this.#addEvent(`${event.detail.username} left`));
    chat.addEventListener("typing", (event) => this.#showTyping(event.detail));
    chat.addEventListener("problem", (event) => this.#onProblem(event.detail.message));
    this.#chat = chat;
    chat.open();
  }

  close() {
    this.#chat?.close();
    this.#chat = null;
    clearTimeout(this.#typingTimer);
    byId("messages").replaceChildren();
    byId("typing").textContent = "";
    byId("connection").textContent = "";
    byId("chat-title").textContent = "Chat";
    show("choose", true);
    show("say", false);
  }

  #add(message) {
    const mine = String(message.user_id) === String(this.#user.id);
    const when = Date.parse(message.timestamp) || Date.now();
    const item = element("li", { className: mine ? "mine" : "" },
      element("small", {}, `${mine ? "You" : message.username} · ${clock.format(when)}`),
      message.content);
    item.dataset.time = when;
    // A history read after a break may bring what was said before the newest message.
    const later = [...byId("messages").querySelectorAll("li[data-time]")]
      .find((other) => Number(other.dataset.time) > when);
    byId("messages").insertBefore(item, later ?? null);
    item.scrollIntoView({ block: "nearest" });
  }

  #addEvent(text) {
    const item = element("li", { className: "event" }, text);
    byId("messages").append(item);
    item.scrollIntoView({ block: "nearest" });
  }

  #showTyping({ username, is_typing: isTyping }) {
    if (username === this.#user.name) {
      return;
    }

    clearTimeout(this.#typingTimer);
    byId("typing").textContent = isTyping === false ? "" : `${username} is typing…`;
    this.#typingTimer = setTimeout(() => { byId("typing").textContent = ""; }, typingShown);
  }
}

function showState({ name, delay }) {
  const texts = {
    connecting: "Connecting…",
    reconnecting: "Connecting again…",
    live: "Connected",
    lost: `Connection lost, next try in ${Math.ceil(delay / 1000)} s`,
  };
  const state = byId("connection");
  state.textContent = texts[name];
  state.className = `state ${name}`;
}
