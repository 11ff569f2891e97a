import { api } from "./api.js";
import { backoff } from "./backoff.js";

const typingPause = 2_000;

/**
 * The chat of one board. Comes back by itself when the connection is lost, and then reads the history again, so that
 * nothing said in between is missed; messages are told apart by their id.
 */
export class Chat extends EventTarget {
  #board;
  #user;
  #socket = null;
  #tries = 0;
  #timer = 0;
  #closed = false;
  #seen = new Set();
  #typed = 0;

  constructor(board, user) {
    super();
    this.#board = board;
    this.#user = user;
  }

  open() {
    this.#connect();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  /** Returns whether it could be sent. */
  say(content) {
    return this.#send("chat_message", { content });
  }

  typing() {
    const now = Date.now();
    if (now - this.#typed > typingPause && this.#send("typing", { is_typing: true })) {
      this.#typed = now;
    }
  }

  #send(type, data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return false;
    }

    this.#socket.send(JSON.stringify({ type, data }));
    return true;
  }

  #connect() {
    this.#tell("state", { name: this.#tries ? "reconnecting" : "connecting" });
    const query = new URLSearchParams({ user_id: this.#user.id, username: this.#user.name });
    const address = new URL(`/api/chat/ws/${encodeURIComponent(this.#board.id)}?${query}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";

    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#onOpen());
    socket.addEventListener("message", (event) => this.#onFrame(event.data));
    socket.addEventListener("close", () => this.#onClose(socket));
  }

  async #onOpen() {
    this.#tries = 0;
    this.#tell("state", { name: "live" });
    try {
      // After the connection stands: what is said from here on arrives by it.
      for (const message of await api.messages(this.#board.id)) {
        this.#onMessage(message);
      }
    } catch (problem) {
      this.#tell("problem", { message: problem.message });
    }
  }

  #onClose(socket) {
    if (this.#closed || socket !== this.#socket) {
      return;
    }

    const delay = backoff(this.#tries++);
    this.#tell("state", { name: "lost", delay });
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #onFrame(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }

    const data = frame.data ?? frame;
    if (frame.type === "chat_message") {
      this.#onMessage(data);
    } else if (["user_joined", "user_left", "typing"].includes(frame.type)) {
      this.#tell(frame.type, data);
    }
  }

  #onMessage(message) {
    if (!this.#closed && !this.#seen.has(message.id)) {
      this.#seen.add(message.id);
      this.#tell("message", message);
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
