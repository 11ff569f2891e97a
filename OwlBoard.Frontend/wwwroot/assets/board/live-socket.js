// @ts-check
// A WebSocket that reconnects by itself.

const first = 150;
const longest = 5_000;

/**
 * Returns the delay before the next attempt: exponential with jitter, so that the clients of a gateway that died do not
 * all reconnect at once. The first three attempts are within a second.
 * @param {number} tries
 */
export const backoff = (tries, random = Math.random) => Math.min(longest, first * 2 ** tries) * (0.3 + 0.7 * random());

/** Events: `open` (after each connect), `message` (detail: type and data), `state`. */
export class LiveSocket extends EventTarget {
  #path;
  /** @type {WebSocket | null} */
  #socket = null;
  #tries = 0;
  #timer = 0;
  #closed = false;
  #wake = () => this.#retryNow();

  /** @param {string} path with its query, relative to `/api` */
  constructor(path) {
    super();
    this.#path = path;
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    addEventListener("online", this.#wake);
    this.#connect();
  }

  close() {
    this.#closed = true;
    removeEventListener("online", this.#wake);
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  /** @param {string} type @param {object} data @returns {boolean} whether it was passed to the socket */
  send(type, data) {
    if (!this.isOpen) {
      return false;
    }

    this.#socket?.send(JSON.stringify({ type, data }));
    return true;
  }

  #connect() {
    const address = new URL(`/api/${this.#path}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#tries = 0;
      this.#tellState();
      this.dispatchEvent(new CustomEvent("open"));
    });
    socket.addEventListener("message", (event) => this.#onFrame(event.data));
    socket.addEventListener("close", () => this.#onClose(socket));
  }

  /** @param {WebSocket} socket */
  #onClose(socket) {
    if (this.#closed || socket !== this.#socket) {
      return;
    }

    this.#timer = window.setTimeout(() => this.#connect(), backoff(this.#tries++));
    this.#tellState();
  }

  #retryNow() {
    if (!this.#closed && this.#socket?.readyState === WebSocket.CLOSED) {
      clearTimeout(this.#timer);
      this.#tries = 0;
      this.#connect();
    }
  }

  /** @param {string} text */
  #onFrame(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      // Not a message of this API.
      return;
    }

    if (typeof frame?.type === "string" && typeof frame.data === "object" && frame.data) {
      this.dispatchEvent(new CustomEvent("message", { detail: frame }));
    }
  }

  #tellState() {
    this.dispatchEvent(new CustomEvent("state"));
  }
}
