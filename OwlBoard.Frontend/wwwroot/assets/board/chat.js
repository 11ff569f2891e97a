// @ts-check
// The chat of a board, and the users on it.

import { api } from "../api.js";
import { LiveSocket, backoff } from "./live-socket.js";

/** @typedef {import("../api.js").Message} Message */

const historyLength = 100;

const typingPause = 2_000;

/**
 * Reconnects after a lost connection and then loads the missed messages, which are identified by their id. Messages sent
 * here are sent again after a reconnect unless the history contains them, because a socket accepts messages that it never
 * delivers.
 *
 * Events: `message`, `waiting` (detail: unsent messages), `people`, `user_joined`, `user_left`, `typing`, `problem`.
 */
export class Chat extends EventTarget {
  #board;
  #user;
  #seen = new Set();
  /** The number of messages of the history that are loaded. */
  #read = -1;
  /** Messages not known to be stored, with the connection of the last attempt. @type {{ content: string, connection: number }[]} */
  #waiting = [];
  /** The number of the current connection. */
  #connection = 0;
  #typed = 0;
  socket;

  /** @param {string} board @param {{ id: number, name: string }} user */
  constructor(board, user) {
    super();
    this.#board = board;
    this.#user = user;
    const query = new URLSearchParams({ user_id: String(user.id), username: user.name });
    this.socket = new LiveSocket(`chat/ws/${encodeURIComponent(board)}?${query}`);
    this.socket.addEventListener("open", () => this.#catchUp());
    this.socket.addEventListener("message", (event) => this.#onMessage(/** @type {CustomEvent} */ (event).detail));
  }

  open() {
    this.socket.open();
  }

  close() {
    this.socket.close();
  }

  /** @param {string} content */
  say(content) {
    this.#waiting.push({ content, connection: this.#send(content) });
    this.#tellWaiting();
    this.#typed = 0;
  }

  typing() {
    if (performance.now() - this.#typed > typingPause && this.socket.send("typing", { is_typing: true })) {
      this.#typed = performance.now();
    }
  }

  async #catchUp() {
    const connection = ++this.#connection;
    // HTTP requests may fail although the socket is open; they are retried, or waiting messages would not be sent.
    for (let tries = 0; connection === this.#connection && this.socket.isOpen; tries++) {
      try {
        await Promise.all([this.#readHistory(), this.#readPeople()]);
        // Messages entered meanwhile have already been sent on this connection.
        for (const one of this.#waiting.filter((one) => one.connection !== connection)) {
          one.connection = this.#send(one.content);
        }

        return;
      } catch (problem) {
        this.#tell("problem", problem);
        await new Promise((resolve) => setTimeout(resolve, backoff(tries)));
      }
    }
  }

  async #readHistory() {
    if (this.#read < 0) {
      const { total } = await api.messages(this.#board, 0, 1);
      this.#read = Math.max(0, total - historyLength);
    }

    let page;
    do {
      const skip = this.#read;
      page = (await api.messages(this.#board, skip, historyLength)).messages;
      // Set rather than increased: two reconnects in quick succession load the same page twice.
      this.#read = Math.max(this.#read, skip + page.length);
      page.forEach((message) => this.#onChatMessage(message));
    } while (page.length === historyLength);
  }

  async #readPeople() {
    this.#tell("people", await api.people(this.#board));
  }

  /** @param {{ type: string, data: any }} message */
  #onMessage({ type, data }) {
    switch (type) {
      case "chat_message":
        this.#onChatMessage(data);
        break;
      case "user_joined":
      case "user_left":
        this.#tell(type, data);
        this.#readPeople().catch((problem) => this.#tell("problem", problem));
        break;
      case "typing":
        if (String(data.user_id) !== String(this.#user.id)) {
          this.#tell("typing", data);
        }
        break;
      case "error":
        this.#tell("problem", { key: "error.detail", values: data });
        break;
    }
  }

  /** @param {Message} message */
  #onChatMessage(message) {
    if (this.#seen.has(message.id)) {
      return;
    }

    this.#seen.add(message.id);
    if (String(message.user_id) === String(this.#user.id)) {
      const sent = this.#waiting.findIndex((one) => one.content === message.content);
      if (sent >= 0) {
        this.#waiting.splice(sent, 1);
        this.#tellWaiting();
      }
    }

    this.#tell("message", message);
  }

  /** @param {string} content @returns the number of the connection it was sent on; 0 if there is none */
  #send(content) {
    return this.socket.send("chat_message", { content }) ? this.#connection : 0;
  }

  #tellWaiting() {
    this.#tell("waiting", this.#waiting.map((one) => one.content));
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
