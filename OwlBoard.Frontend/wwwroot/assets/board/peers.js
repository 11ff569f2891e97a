// @ts-check
// The other users on the board: their cursors, and their strokes while they are drawn.

import { element, svg } from "../dom.js";
import { colourOf } from "../people.js";
import { pathOf, render } from "./drawing.js";
import { isEntry, newId } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape @typedef {import("./shapes.js").Point} Point */

/** The interval at which a moving cursor or a growing stroke is sent. */
const period = 50;

/** The time after which a silent cursor is removed. */
const cursorLife = 10_000;

const longestName = 40;

export class Peers {
  #socket;
  #viewport;
  #cursorsNode;
  #layer;
  #user;
  /** The id of this page, since a user may have several open. */
  #client = newId();
  /** @type {Map<string, { node: HTMLElement, place: Point, seen: number }>} */
  #cursors = new Map();
  /** @type {Map<string, { shape: Shape, node: SVGElement, seen: number }>} */
  #drafts = new Map();
  /** @type {Point | null} */
  #place = null;
  #placeIsNew = false;
  /** @type {Shape | null} */
  #draft = null;
  #sentPoints = 0;
  #draftIsNew = false;
  #timer = 0;
  #sweeper = 0;

  /**
   * @param {import("./live-socket.js").LiveSocket} socket @param {import("./viewport.js").Viewport} viewport
   * @param {HTMLElement} cursors @param {SVGGElement} layer @param {{ id: number, name: string }} user
   */
  constructor(socket, viewport, cursors, layer, user) {
    this.#socket = socket;
    this.#viewport = viewport;
    this.#cursorsNode = cursors;
    this.#layer = layer;
    this.#user = user;
    viewport.addEventListener("change", () => this.#cursors.forEach((cursor) => this.#position(cursor)));
    this.#sweeper = window.setInterval(() => this.#sweep(), 1_000);
  }

  close() {
    this.moved(null);
    this.#flush();
    clearInterval(this.#sweeper);
    clearTimeout(this.#timer);
    this.#cursorsNode.replaceChildren();
    this.#layer.replaceChildren();
  }

  /** Handles a move of the local pointer. @param {Point | null} place */
  moved(place) {
    this.#place = place;
    this.#placeIsNew = true;
    this.#plan();
  }

  /** Handles a change of the local stroke; null if it was canceled. @param {Shape | null} shape */
  drew(shape) {
    if (!shape) {
      this.#drop();
      return;
    }

    if (shape.id !== this.#draft?.id) {
      this.#sentPoints = 0;
    }

    this.#draft = shape;
    this.#draftIsNew = true;
    this.#plan();
  }

  /** Handles the end of the local stroke, whose draft is no longer sent. */
  finished() {
    this.#draft = null;
    this.#draftIsNew = false;
  }

  /** @param {string} type @param {any} data */
  receive(type, data) {
    if (type === "cursor" && typeof data.client === "string") {
      this.#onCursor(data);
    } else if (type === "stroke" && isEntry(data.draft) && !data.draft.deleted) {
      this.#onDraft(data.draft, Number(data.offset) || 0);
    } else if (type === "stroke" && typeof data.dropped === "string") {
      this.#remove(data.dropped);
    }
  }

  /** Removes the drafts of finished strokes. @param {import("./shapes.js").Entry[]} entries */
  settle(entries) {
    entries.forEach((entry) => this.#remove(entry.id));
  }

  #drop() {
    if (this.#draft) {
      this.#socket.send("stroke", { dropped: this.#draft.id });
      this.finished();
    }
  }

  #plan() {
    this.#timer ||= window.setTimeout(() => {
      this.#timer = 0;
      this.#flush();
    }, period);
  }

  #flush() {
    if (this.#placeIsNew) {
      this.#placeIsNew = false;
      this.#socket.send("cursor", {
        client: this.#client,
        user: this.#user.id,
        name: this.#user.name.slice(0, longestName),
        place: this.#place?.map(Math.round) ?? null,
      });
    }

    if (this.#draftIsNew && this.#draft) {
      this.#draftIsNew = false;
      const draft = this.#draft;
      // Only the new points of a pen stroke are sent.
      const offset = draft.type === "pen" ? this.#sentPoints : 0;
      const isSent = this.#socket.send("stroke", {
        draft: draft.type === "pen" ? { ...draft, points: draft.points.slice(offset) } : draft,
        offset,
      });
      if (isSent && draft.type === "pen") {
        this.#sentPoints = draft.points.length;
      }
    }
  }

  /** @param {any} data */
  #onCursor({ client, user, name, place }) {
    const known = this.#cursors.get(client);
    if (!Array.isArray(place) || !place.every(Number.isFinite) || place.length !== 2) {
      known?.node.remove();
      this.#cursors.delete(client);
      return;
    }

    const cursor = known ?? { node: cursorNode(user, String(name).slice(0, longestName)), place: [0, 0], seen: 0 };
    cursor.place = /** @type {Point} */ (place);
    cursor.seen = performance.now();
    this.#position(cursor);
    if (!known) {
      this.#cursorsNode.append(cursor.node);
      this.#cursors.set(client, cursor);
    }
  }

  /** @param {{ node: HTMLElement, place: Point }} cursor */
  #position({ node, place }) {
    const [x, y] = this.#viewport.toView(place);
    node.style.transform = `translate(${x}px, ${y}px)`;
  }

  /** @param {Shape} draft @param {number} offset */
  #onDraft(draft, offset) {
    const known = this.#drafts.get(draft.id);
    if (draft.type === "pen" && offset > 0) {
      // After a gap the new points would not connect; the finished stroke arrives complete.
      if (known?.shape.type === "pen" && known.shape.points.length === offset) {
        known.shape.points.push(...draft.points);
        known.node.setAttribute("d", pathOf(known.shape.points, true));
        known.seen = performance.now();
      }

      return;
    }

    known?.node.remove();
    const node = render(draft);
    this.#layer.append(node);
    this.#drafts.set(draft.id, { shape: draft, node, seen: performance.now() });
  }

  /** @param {string} id */
  #remove(id) {
    this.#drafts.get(id)?.node.remove();
    this.#drafts.delete(id);
  }

  #sweep() {
    const oldest = performance.now() - cursorLife;
    for (const [client, cursor] of this.#cursors) {
      if (cursor.seen < oldest) {
        cursor.node.remove();
        this.#cursors.delete(client);
      }
    }

    for (const [id, draft] of this.#drafts) {
      if (draft.seen < oldest) {
        this.#remove(id);
      }
    }
  }
}

/** @param {string | number} user @param {string} name */
function cursorNode(user, name) {
  const colour = colourOf(user);
  const arrow = svg("svg", { viewBox: "0 0 20 22", fill: colour });
  arrow.append(svg("path", { d: "M2 2l6 17 3.5-6.5 6.5-2.5z" }));
  const tag = element("span", {}, name);
  tag.style.backgroundColor = colour;
  return element("div", { className: "cursor" }, arrow, tag);
}
