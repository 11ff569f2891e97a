// @ts-check
// The drawing tools between pen down and pen up, independent of the input device.

import { render, pathOf } from "./drawing.js";
import { arrow, newId, round, simplify, tombstone, touches } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape @typedef {import("./shapes.js").Point} Point */

export const tools = /** @type {const} */ ([
  { name: "hand", key: "h" },
  { name: "pen", key: "p" },
  { name: "line", key: "l" },
  { name: "arrow", key: "a" },
  { name: "rectangle", key: "r" },
  { name: "ellipse", key: "o" },
  { name: "text", key: "t" },
  { name: "eraser", key: "e" },
  { name: "comment", key: "c" },
]);

/** @typedef {typeof tools[number]["name"]} ToolName */

/** The pen colors. All except ink are visible on light and dark paper. */
export const colours = [
  { name: "ink", value: "#1d1b2e" },
  { name: "grey", value: "#8a85a3" },
  { name: "violet", value: "#7a5cf0" },
  { name: "blue", value: "#2f7de1" },
  { name: "teal", value: "#0e9aa7" },
  { name: "green", value: "#2e9e5b" },
  { name: "amber", value: "#f0a030" },
  { name: "red", value: "#e0394f" },
];

export const widths = [2, 4, 8, 16];

const fontSizes = new Map([[2, 16], [4, 24], [8, 36], [16, 56]]);

/** The radius of the eraser in screen pixels. */
const eraserSize = 8;

/**
 * Events: `choice` when tool, color or width changes; `draft` (detail: the unfinished shape, or null); `text` and
 * `comment` (detail: the position) when text is to be entered.
 */
export class Tools extends EventTarget {
  #author;
  #history;
  #canvas;
  #drawing;
  #layer;
  #viewport;
  /** @type {ToolName} */
  tool = "pen";
  colour = colours[0].value;
  width = 4;
  /** @type {Shape | null} */
  #draft = null;
  /** @type {SVGElement | null} */
  #node = null;
  /** @type {Point} */
  #start = [0, 0];
  /** @type {Point} */
  #last = [0, 0];
  #erased = new Set();

  /**
   * @param {{ author: number, history: import("./history.js").History, canvas: import("./canvas.js").Canvas,
   *   drawing: import("./drawing.js").Drawing, layer: SVGGElement, viewport: import("./viewport.js").Viewport }} board
   */
  constructor({ author, history, canvas, drawing, layer, viewport }) {
    super();
    this.#author = author;
    this.#history = history;
    this.#canvas = canvas;
    this.#drawing = drawing;
    this.#layer = layer;
    this.#viewport = viewport;
  }

  /** @param {{ tool?: ToolName, colour?: string, width?: number }} choice */
  choose(choice) {
    this.cancel();
    Object.assign(this, choice);
    this.dispatchEvent(new CustomEvent("choice"));
  }

  get fontSize() {
    return fontSizes.get(this.width) ?? 24;
  }

  /** @param {Point} place on the board */
  begin(place) {
    const point = /** @type {Point} */ (place.map(round));
    this.#start = this.#last = point;
    switch (this.tool) {
      case "pen":
        this.#show({ ...this.#common(), type: "pen", points: [point] });
        break;
      case "eraser":
        this.#erase(point);
        break;
    }
  }

  /** @param {Point} place on the board @param {boolean} isRegular for squares, circles and lines along the grid */
  move(place, isRegular = false) {
    const point = /** @type {Point} */ (place.map(round));
    switch (this.tool) {
      case "pen":
        this.#extend(point);
        break;
      case "line":
      case "arrow":
      case "rectangle":
      case "ellipse":
        this.#show(this.#stretched(this.tool, isRegular ? regular(this.#start, point, this.tool) : point));
        break;
      case "eraser":
        this.#erase(point);
        break;
    }

    this.#last = point;
  }

  end() {
    switch (this.tool) {
      case "text":
      case "comment":
        this.dispatchEvent(new CustomEvent(this.tool, { detail: this.#last }));
        break;
      case "eraser":
        this.#history.make([...this.#erased].flatMap((id) => {
          const entry = this.#canvas.find(id);
          return entry && !entry.deleted ? [tombstone(entry)] : [];
        }));
        break;
      default:
        this.#finish();
    }

    this.#reset();
  }

  cancel() {
    if (this.#draft) {
      this.dispatchEvent(new CustomEvent("draft", { detail: null }));
    }

    this.#reset();
  }

  /** Adds a text. @param {string} text @param {Point} place of its top left corner */
  write(text, [x, y]) {
    const size = this.fontSize;
    this.#history.make([{
      ...this.#common(), type: "text", text, x: round(x), y: round(y + size), font_size: size,
    }]);
  }

  #common() {
    return { id: newId(), rev: 1, at: Date.now(), author: this.#author, color: this.colour, stroke_width: this.width };
  }

  /** @param {Point} point */
  #extend(point) {
    if (this.#draft?.type === "pen" && Math.hypot(point[0] - this.#last[0], point[1] - this.#last[1]) > 0.6 / this.#viewport.scale) {
      this.#draft.points.push(point);
      this.#node?.setAttribute("d", pathOf(this.#draft.points, true));
      this.dispatchEvent(new CustomEvent("draft", { detail: this.#draft }));
    }
  }

  /** @param {"line" | "arrow" | "rectangle" | "ellipse"} type @param {Point} to @returns {Shape} */
  #stretched(type, to) {
    const common = { ...this.#common(), id: this.#draft?.id ?? newId() };
    const from = this.#start;
    switch (type) {
      case "line":
        return { ...common, type, points: [from, to] };
      case "arrow":
        return { ...common, type, points: arrow(from, to, this.width) };
      default:
        return {
          ...common,
          type,
          x: Math.min(from[0], to[0]),
          y: Math.min(from[1], to[1]),
          width: round(Math.abs(to[0] - from[0])),
          height: round(Math.abs(to[1] - from[1])),
        };
    }
  }

  /** @param {Shape} shape */
  #show(shape) {
    this.#draft = shape;
    const node = render(shape);
    this.#node?.remove();
    this.#node = node;
    this.#layer.append(node);
    this.dispatchEvent(new CustomEvent("draft", { detail: shape }));
  }

  /** @param {Point} point */
  #erase(point) {
    for (const shape of this.#drawing.filter((one) => touches(one, this.#last, point, eraserSize / this.#viewport.scale))) {
      this.#erased.add(shape.id);
    }

    this.#drawing.markErased(this.#erased);
  }

  #finish() {
    const shape = this.#draft;
    if (shape) {
      this.#history.make([shape.type === "pen"
        ? { ...shape, points: simplify(shape.points, 0.35 / this.#viewport.scale) }
        : shape]);
    }
  }

  #reset() {
    this.#node?.remove();
    this.#node = null;
    this.#draft = null;
    if (this.#erased.size > 0) {
      this.#erased.clear();
      this.#drawing.markErased(this.#erased);
    }
  }
}

/** @param {Point} from @param {Point} to @param {string} type @returns {Point} */
function regular(from, to, type) {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  if (type === "line" || type === "arrow") {
    const angle = Math.round(Math.atan2(dy, dx) / (Math.PI / 12)) * (Math.PI / 12);
    const length = Math.hypot(dx, dy);
    return [round(from[0] + length * Math.cos(angle)), round(from[1] + length * Math.sin(angle))];
  }

  const side = Math.max(Math.abs(dx), Math.abs(dy));
  return [round(from[0] + side * (Math.sign(dx) || 1)), round(from[1] + side * (Math.sign(dy) || 1))];
}
