// @ts-check
// The view of the comments: pins on the board, a card for the open comment, and a list.

import { api } from "../api.js";
import { byId, announce, element, label, toast } from "../dom.js";
import { avatar, colourOf, initials } from "../people.js";
import { clock, day, explain, t } from "../text.js";

/** @typedef {import("../api.js").Comment} Comment @typedef {import("./shapes.js").Point} Point */

/** The distance beyond which pressing a pin starts a drag. */
const dragDistance = 6;

const keyStep = 10;

/** Events: `place` when the next tap on the board sets the position of a comment. */
export class CommentsView extends EventTarget {
  #board;
  #user;
  #comments;
  #viewport;
  #stage = byId("stage");
  #pins = byId("pins");
  #list = byId("comment-list");
  #card = /** @type {HTMLFormElement} */ (byId("comment-card"));
  /** The open comment's id, or null for a new one. @type {string | null} */
  #open = null;
  /** The position on the board that the card points to. @type {Point | null} */
  #place = null;
  /** The id of the comment that the next tap moves. @type {string | null} */
  #moving = null;
  /** @type {Map<string, Point>} */
  #dragged = new Map();
  #listening = new AbortController();

  /**
   * @param {string} board @param {{ id: number, name: string }} user
   * @param {import("./comments.js").Comments} comments @param {import("./viewport.js").Viewport} viewport
   */
  constructor(board, user, comments, viewport) {
    super();
    this.#board = board;
    this.#user = user;
    this.#comments = comments;
    this.#viewport = viewport;
    const { signal } = this.#listening;
    comments.addEventListener("change", () => this.render());
    comments.addEventListener("added", (event) => {
      const comment = /** @type {CustomEvent<Comment>} */ (event).detail;
      if (comment.user_id !== String(user.id)) {
        announce(t("comments.added", { name: comment.user_name, content: comment.content }));
      }
    });
    viewport.addEventListener("change", () => this.#position());
    this.#card.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    }, { signal });
    this.#card.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.#close(true);
      } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        this.#card.requestSubmit();
      }
    }, { signal });
    byId("close-comment").addEventListener("click", () => this.#close(true), { signal });
    byId("edit-comment").addEventListener("click", () => this.#edit(), { signal });
    byId("delete-comment").addEventListener("click", () => this.#delete(), { signal });
    byId("move-comment").addEventListener("click", () => this.#startMoving(), { signal });
    this.#close();
  }

  close() {
    this.#close();
    this.#listening.abort();
    this.#pins.replaceChildren();
    this.#list.replaceChildren();
  }

  /** Handles a tap with the comment tool: moves the selected comment or starts a new one. @param {Point} place */
  tapped(place) {
    const moving = this.#moving && this.#comments.find(this.#moving);
    this.#moving = null;
    if (moving) {
      this.#move(moving, place);
      return;
    }

    this.#show(null, place);
    this.#edit();
  }

  /** Handles a tap with another tool on the board itself. */
  dismiss() {
    // A tap outside does not discard the text of a new comment.
    if (this.#open !== null || this.#textarea.value.trim() === "") {
      this.#close();
    }
  }

  render() {
    const comments = this.#comments.all;
    const focused = document.activeElement?.closest?.("[data-comment]");
    const within = focused?.parentElement;
    this.#pins.replaceChildren(...comments.map((comment) => this.#pin(comment)));
    this.#list.replaceChildren(...comments.map((comment) => this.#row(comment)));
    byId("no-comments").hidden = comments.length > 0;
    if (focused && within) {
      /** @type {HTMLElement | null} */ (within.querySelector(`[data-comment="${/** @type {HTMLElement} */ (focused).dataset.comment}"] button`))?.focus();
    }

    if (this.#open !== null) {
      const comment = this.#comments.find(this.#open);
      if (comment) {
        this.#place = comment.coordinates;
        byId("comment-content").textContent = comment.content;
      } else {
        this.#close();
      }
    }

    this.#position();
  }

  get #textarea() {
    return /** @type {HTMLTextAreaElement} */ (this.#card.elements.namedItem("content"));
  }

  /** @param {Comment} comment */
  #pin(comment) {
    const button = element("button", { type: "button", textContent: initials(comment.user_name) });
    button.style.backgroundColor = colourOf(comment.user_id);
    label(button, t("comments.pin", { initials: initials(comment.user_name), name: comment.user_name, content: comment.content }));
    const pin = element("li", { className: "pin" }, button);
    pin.dataset.comment = comment._id;
    pin.classList.toggle("open", comment._id === this.#open);
    button.addEventListener("click", () => this.#show(comment, comment.coordinates));
    if (this.#isMine(comment)) {
      this.#makeMovable(pin, button, comment);
    }

    return pin;
  }

  /** @param {HTMLElement} pin @param {HTMLButtonElement} button @param {Comment} comment */
  #makeMovable(pin, button, comment) {
    let start = /** @type {Point | null} */ (null);
    button.addEventListener("pointerdown", (event) => {
      start = [event.clientX, event.clientY];
      button.setPointerCapture(event.pointerId);
    });
    button.addEventListener("pointermove", (event) => {
      if (start && (pin.classList.contains("dragging") || Math.hypot(event.clientX - start[0], event.clientY - start[1]) > dragDistance)) {
        pin.classList.add("dragging");
        this.#dragged.set(comment._id, this.#viewport.toBoard(event));
        this.#position();
      }
    });
    button.addEventListener("pointerup", () => {
      start = null;
      const place = this.#dragged.get(comment._id);
      if (place) {
        // The click event that follows belongs to the drag.
        button.addEventListener("click", (event) => event.stopImmediatePropagation(), { once: true, capture: true });
        this.#move(comment, place);
      }
    });
    button.addEventListener("keydown", (event) => {
      const moves = /** @type {Record<string, Point>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
      const by = moves[event.key];
      if (by) {
        event.preventDefault();
        const [x, y] = (this.#comments.find(comment._id) ?? comment).coordinates;
        this.#move(comment, [x + by[0] * keyStep, y + by[1] * keyStep]);
      }
    });
  }

  /** @param {Comment} comment */
  #row(comment) {
    const button = element("button", { type: "button" },
      avatar(comment.user_id, comment.user_name),
      element("span", { className: "who" }, `${comment.user_name} · ${day(comment.created_at)} ${clock(comment.created_at)}`),
      element("span", { className: "what" }, comment.content));
    button.addEventListener("click", () => {
      this.#viewport.centre(comment.coordinates);
      this.#show(comment, comment.coordinates);
    });
    const row = element("li", {}, button);
    row.dataset.comment = comment._id;
    return row;
  }

  /** @param {Comment | null} comment @param {Point} place */
  #show(comment, place) {
    this.#open = comment?._id ?? null;
    this.#place = place;
    this.#card.hidden = false;
    byId("comment-author").textContent = comment ? `${comment.user_name} · ${clock(comment.created_at)}` : t("comments.new");
    byId("comment-content").textContent = comment?.content ?? "";
    this.#textarea.value = comment?.content ?? "";
    this.#setEditing(false, comment);
    this.#markOpen();
    this.#position();
    byId("close-comment").focus();
  }

  #edit() {
    this.#setEditing(true, this.#open === null ? null : this.#comments.find(this.#open) ?? null);
    this.#position();
    this.#textarea.focus();
  }

  /** @param {boolean} isEditing @param {Comment | null} comment */
  #setEditing(isEditing, comment) {
    const isMine = comment !== null && this.#isMine(comment);
    this.#textarea.hidden = byId("save-comment").hidden = !isEditing;
    byId("comment-content").hidden = isEditing;
    byId("edit-comment").hidden = isEditing || !isMine;
    byId("delete-comment").hidden = byId("move-comment").hidden = !isMine;
    /** @type {HTMLElement} */ (this.#card.querySelector("footer")).hidden = !isEditing && !isMine;
  }

  /** @param {boolean} [returnsFocus] */
  #close(returnsFocus = false) {
    const pin = /** @type {HTMLElement | null} */ (this.#open && this.#pins.querySelector(`[data-comment="${this.#open}"] button`));
    this.#open = null;
    this.#place = null;
    this.#card.hidden = true;
    this.#textarea.value = "";
    this.#markOpen();
    if (returnsFocus) {
      (pin ?? byId("board")).focus();
    }
  }

  #markOpen() {
    for (const pin of this.#pins.children) {
      pin.classList.toggle("open", /** @type {HTMLElement} */ (pin).dataset.comment === this.#open);
    }
  }

  async #save() {
    const content = this.#textarea.value.trim();
    const place = this.#place;
    if (content === "" || !place) {
      return;
    }

    const id = this.#open;
    await this.#try(async () => {
      this.#comments.put(id === null
        ? await api.comment(this.#board, this.#user, content, place)
        : await api.editComment(id, content));
      this.#close(true);
    });
  }

  async #delete() {
    const id = this.#open;
    if (id !== null) {
      await this.#try(async () => {
        await api.deleteComment(id).catch((problem) => {
          // Already deleted: by another client, or by a retried request whose first attempt succeeded before its gateway died.
          if (problem.status !== 404) {
            throw problem;
          }
        });
        this.#comments.remove(id);
        this.#close(true);
      });
    }
  }

  #startMoving() {
    this.#moving = this.#open;
    this.#close();
    toast(t("comments.moving"));
    this.dispatchEvent(new CustomEvent("place"));
  }

  /** @param {Comment} comment @param {Point} place */
  async #move(comment, place) {
    // Shown immediately, and reverted on failure.
    const to = /** @type {Point} */ (place.map(Math.round));
    this.#dragged.set(comment._id, to);
    this.#position();
    await this.#try(async () => this.#comments.put(await api.moveComment(comment._id, to)));
    this.#dragged.delete(comment._id);
    this.#pins.querySelector(`[data-comment="${comment._id}"]`)?.classList.remove("dragging");
    this.#position();
  }

  /** @param {() => Promise<void>} action whose failure keeps the entered text */
  async #try(action) {
    try {
      await action();
    } catch (problem) {
      toast(explain(problem));
    }
  }

  #position() {
    for (const node of this.#pins.children) {
      const id = /** @type {HTMLElement} */ (node).dataset.comment ?? "";
      const place = this.#dragged.get(id) ?? this.#comments.find(id)?.coordinates;
      if (place) {
        const [x, y] = this.#viewport.toView(place);
        /** @type {HTMLElement} */ (node).style.transform = `translate(${x}px, ${y}px)`;
      }
    }

    if (this.#place && !this.#card.hidden) {
      const [x, y] = this.#viewport.toView(this.#place);
      const { offsetWidth: width, offsetHeight: height } = this.#card;
      const left = Math.min(this.#stage.clientWidth - width - 12, Math.max(12, x + 18));
      const top = Math.min(this.#stage.clientHeight - height - 12, Math.max(12, y + 14));
      this.#card.style.transform = `translate(${left}px, ${top}px)`;
    }
  }

  /** @param {Comment} comment */
  #isMine(comment) {
    return comment.user_id === String(this.#user.id);
  }
}
