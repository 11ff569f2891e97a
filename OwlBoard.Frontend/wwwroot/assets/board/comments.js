// @ts-check
// The comments of a board. They are changed over HTTP; a socket reports all changes.

import { api } from "../api.js";
import { LiveSocket } from "./live-socket.js";

/** @typedef {import("../api.js").Comment} Comment */

/** Events: `change`, `added` (detail: the new comment), `problem`. */
export class Comments extends EventTarget {
  #board;
  /** @type {Map<string, Comment>} */
  #comments = new Map();
  /** Changes received while the list, which may be older, is loading. @type {Map<string, Comment | null> | null} */
  #meanwhile = null;
  socket;

  /** @param {string} board */
  constructor(board) {
    super();
    this.#board = board;
    this.socket = new LiveSocket(`comments/ws/dashboards/${encodeURIComponent(board)}/comments`);
    this.socket.addEventListener("message", (event) => this.#onMessage(/** @type {CustomEvent} */ (event).detail));
    // Loaded after the socket is open, so that no later change is missed.
    this.socket.addEventListener("open", () => this.#load());
  }

  /** The comments, oldest first. */
  get all() {
    return [...this.#comments.values()].sort((a, b) => a.created_at < b.created_at ? -1 : 1);
  }

  /** @param {string} id */
  find(id) {
    return this.#comments.get(id);
  }

  open() {
    this.socket.open();
  }

  close() {
    this.socket.close();
  }

  /** @param {Comment} comment */
  put(comment) {
    const known = this.#comments.get(comment._id);
    this.#meanwhile?.set(comment._id, comment);
    if (!known || known.updated_at <= comment.updated_at) {
      this.#comments.set(comment._id, comment);
      this.#tell("change");
    }
  }

  /** @param {string} id */
  remove(id) {
    this.#meanwhile?.set(id, null);
    if (this.#comments.delete(id)) {
      this.#tell("change");
    }
  }

  async #load() {
    const meanwhile = this.#meanwhile = new Map();
    try {
      const listed = await api.comments(this.#board);
      if (this.#meanwhile !== meanwhile) {
        return;
      }

      this.#comments = new Map(listed.map((comment) => [comment._id, comment]));
      for (const [id, comment] of meanwhile) {
        if (comment) {
          this.#comments.set(id, comment);
        } else {
          this.#comments.delete(id);
        }
      }

      this.#meanwhile = null;
      this.#tell("change");
    } catch (problem) {
      if (this.#meanwhile === meanwhile) {
        this.#meanwhile = null;
        this.#tell("problem", problem);
      }
    }
  }

  /** @param {{ type: string, data: any }} message */
  #onMessage({ type, data }) {
    if (type === "comment_deleted") {
      this.remove(data._id);
    } else if (type === "comment_created" || type === "comment_updated") {
      const isNew = !this.#comments.has(data._id);
      this.put(data);
      if (isNew && type === "comment_created") {
        this.#tell("added", data);
      }
    }
  }

  /** @param {string} type @param {unknown} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
