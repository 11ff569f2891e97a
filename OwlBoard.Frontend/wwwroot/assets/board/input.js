// @ts-check
// Handles mouse, pen, touch and keyboard input on the board.

/** @typedef {import("./shapes.js").Point} Point */

const step = 10;
const farStep = 60;

/** The distance from the edge at which the keyboard's pen scrolls the board. */
const edge = 40;

/** Events: `pointer` (detail: the pointer's position on the board, or null after it has left). */
export class Input extends EventTarget {
  #board;
  #tools;
  #viewport;
  #penCursor;
  /** The pressed pointers. @type {Map<number, Point>} */
  #pointers = new Map();
  #drawingWith = -1;
  #panningWith = -1;
  /** The position of the keyboard's pen, relative to the board's element. @type {Point | null} */
  #keyPlace = null;
  #isKeyDown = false;
  #listening = new AbortController();

  /**
   * @param {HTMLElement} board @param {HTMLElement} penCursor
   * @param {import("./tools.js").Tools} tools @param {import("./viewport.js").Viewport} viewport
   */
  constructor(board, penCursor, tools, viewport) {
    super();
    this.#board = board;
    this.#penCursor = penCursor;
    this.#tools = tools;
    this.#viewport = viewport;
    const { signal } = this.#listening;
    board.addEventListener("pointerdown", (event) => this.#onDown(event), { signal });
    board.addEventListener("pointermove", (event) => this.#onMove(event), { signal });
    board.addEventListener("pointerup", (event) => this.#onUp(event), { signal });
    board.addEventListener("pointercancel", (event) => this.#onUp(event), { signal });
    board.addEventListener("pointerleave", () => this.#tell(null), { signal });
    board.addEventListener("wheel", (event) => this.#onWheel(event), { signal, passive: false });
    board.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    board.addEventListener("blur", () => this.#hideKeyPen(), { signal });
    // A long press draws a dot instead of opening a menu.
    board.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  }

  close() {
    this.#hideKeyPen();
    this.#listening.abort();
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.target instanceof HTMLTextAreaElement) {
      return;
    }

    this.#hideKeyPen();
    this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
    this.#board.setPointerCapture(event.pointerId);
    if (this.#pointers.size > 1) {
      // A second finger starts a pinch, so the stroke is canceled.
      this.#tools.cancel();
      this.#drawingWith = this.#panningWith = -1;
    } else if (event.button === 1 || this.#tools.tool === "hand") {
      event.preventDefault();
      this.#panningWith = event.pointerId;
      this.#board.classList.add("panning");
    } else if (event.button === 0) {
      this.#drawingWith = event.pointerId;
      this.#tools.begin(this.#viewport.toBoard(event));
    }
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const before = this.#pointers.get(event.pointerId);
    if (before && this.#pointers.size === 2) {
      this.#pinch(event, before);
    } else if (before && event.pointerId === this.#panningWith) {
      this.#viewport.pan(event.clientX - before[0], event.clientY - before[1]);
    } else if (event.pointerId === this.#drawingWith) {
      // Coalesced events contain all positions since the last frame, which keeps fast curves round.
      const places = event.getCoalescedEvents?.() ?? [];
      for (const place of places.length > 0 ? places : [event]) {
        this.#tools.move(this.#viewport.toBoard(place), event.shiftKey);
      }
    }

    if (before) {
      this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
    }

    this.#tell(this.#viewport.toBoard(event));
  }

  /** @param {PointerEvent} event */
  #onUp(event) {
    this.#pointers.delete(event.pointerId);
    if (event.pointerId === this.#drawingWith) {
      this.#drawingWith = -1;
      this.#tools.end();
    }

    if (event.pointerId === this.#panningWith) {
      this.#panningWith = -1;
      this.#board.classList.remove("panning");
    }
  }

  /** Pans and zooms the board with two fingers. @param {PointerEvent} event @param {Point} before */
  #pinch(event, before) {
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) {
      return;
    }

    const { left, top } = this.#board.getBoundingClientRect();
    const now = /** @type {Point} */ ([event.clientX, event.clientY]);
    const distance = (/** @type {Point} */ point) => Math.max(1, Math.hypot(point[0] - other[0], point[1] - other[1]));
    this.#viewport.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    this.#viewport.zoom(distance(now) / distance(before), [(now[0] + other[0]) / 2 - left, (now[1] + other[1]) / 2 - top]);
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
    if (event.ctrlKey || event.metaKey) {
      const { left, top } = this.#board.getBoundingClientRect();
      this.#viewport.zoom(Math.exp(-event.deltaY * unit * 0.004), [event.clientX - left, event.clientY - top]);
    } else {
      const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      this.#viewport.pan(-dx * unit, -dy * unit);
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.target !== this.#board || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }

    const distance = event.shiftKey ? farStep : step;
    /** @type {Record<string, Point>} */
    const moves = { ArrowLeft: [-distance, 0], ArrowRight: [distance, 0], ArrowUp: [0, -distance], ArrowDown: [0, distance] };
    const by = moves[event.key];
    if (by && this.#tools.tool === "hand") {
      this.#viewport.pan(-by[0], -by[1]);
    } else if (by) {
      this.#moveKeyPen(by);
    } else if (event.key === " " || event.key === "Enter") {
      this.#pressKeyPen();
    } else if (event.key === "Escape") {
      this.#tools.cancel();
      this.#hideKeyPen();
    } else {
      return;
    }

    event.preventDefault();
  }

  /** @param {Point} by */
  #moveKeyPen([dx, dy]) {
    const [width, height] = this.#viewport.size;
    const [x, y] = this.#keyPlace ?? [width / 2 - dx, height / 2 - dy];
    const wanted = [x + dx, y + dy];
    const place = /** @type {Point} */ ([
      Math.min(width - edge, Math.max(edge, wanted[0])), Math.min(height - edge, Math.max(edge, wanted[1]))]);
    this.#viewport.pan(place[0] - wanted[0], place[1] - wanted[1]);
    this.#showKeyPen(place);
    if (this.#isKeyDown) {
      this.#tools.move(this.#viewport.fromView(place));
    }

    this.#tell(this.#viewport.fromView(place));
  }

  #pressKeyPen() {
    const [width, height] = this.#viewport.size;
    const place = this.#keyPlace ?? /** @type {Point} */ ([width / 2, height / 2]);
    this.#showKeyPen(place);
    if (this.#isKeyDown) {
      this.#isKeyDown = false;
      this.#tools.end();
    } else {
      this.#tools.begin(this.#viewport.fromView(place));
      // The text and comment tools do not drag.
      this.#isKeyDown = this.#tools.tool !== "text" && this.#tools.tool !== "comment";
      if (!this.#isKeyDown) {
        this.#tools.end();
      }
    }

    this.#penCursor.classList.toggle("down", this.#isKeyDown);
  }

  /** @param {Point} place */
  #showKeyPen(place) {
    this.#keyPlace = place;
    this.#penCursor.hidden = false;
    this.#penCursor.style.transform = `translate(${place[0]}px, ${place[1]}px)`;
  }

  #hideKeyPen() {
    if (this.#isKeyDown) {
      this.#isKeyDown = false;
      this.#tools.cancel();
    }

    this.#keyPlace = null;
    this.#penCursor.hidden = true;
    this.#penCursor.classList.remove("down");
  }

  /** @param {Point | null} place */
  #tell(place) {
    this.dispatchEvent(new CustomEvent("pointer", { detail: place }));
  }
}
