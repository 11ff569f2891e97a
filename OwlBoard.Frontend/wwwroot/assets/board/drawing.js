// @ts-check
// Renders shapes as SVG elements, on the board and in exports.

import { svg } from "../dom.js";
import { boundsOf } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape @typedef {import("./shapes.js").Entry} Entry @typedef {import("./shapes.js").Point} Point */

const lineHeight = 1.25;

/** @param {Shape} shape */
export function render(shape) {
  const line = { stroke: shape.color, "stroke-width": shape.stroke_width };
  switch (shape.type) {
    case "rectangle":
      return svg("rect", { x: shape.x, y: shape.y, width: shape.width, height: shape.height, rx: 3, ...line });
    case "ellipse":
      return svg("ellipse", {
        cx: shape.x + shape.width / 2, cy: shape.y + shape.height / 2, rx: shape.width / 2, ry: shape.height / 2, ...line,
      });
    case "text": {
      const text = svg("text", { x: shape.x, y: shape.y, "font-size": shape.font_size, fill: shape.color });
      shape.text.split("\n").forEach((words, i) => {
        const row = svg("tspan", { x: shape.x, dy: i === 0 ? 0 : shape.font_size * lineHeight });
        row.textContent = words;
        text.append(row);
      });
      return text;
    }
    default:
      return svg("path", { d: pathOf(shape.points, shape.type === "pen"), ...line });
  }
}

/** @param {Point[]} points @param {boolean} isSmooth */
export function pathOf(points, isSmooth) {
  const [[x, y]] = points;
  if (points.length === 1) {
    // A dot is a line of length zero, which round caps make visible.
    return `M${x} ${y}h0`;
  }

  if (!isSmooth || points.length === 2) {
    return `M${points.map((point) => point.join(" ")).join("L")}`;
  }

  // Quadratic curves through the midpoints between the points.
  let path = `M${x} ${y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [px, py] = points[i];
    const [nx, ny] = points[i + 1];
    path += `Q${px} ${py} ${(px + nx) / 2} ${(py + ny) / 2}`;
  }

  return `${path}L${points[points.length - 1].join(" ")}`;
}

/** The rendered shapes of the board. */
export class Drawing {
  #layer;
  /** @type {Map<string, { node: SVGElement, shape: Shape }>} */
  #drawn = new Map();

  /** @param {SVGGElement} layer */
  constructor(layer) {
    this.#layer = layer;
    layer.replaceChildren();
  }

  get count() {
    return this.#drawn.size;
  }

  /** @param {Entry[]} entries that changed */
  update(entries) {
    for (const entry of entries) {
      this.#drawn.get(entry.id)?.node.remove();
      this.#drawn.delete(entry.id);
      if (!entry.deleted) {
        const node = render(entry);
        node.dataset.id = entry.id;
        this.#layer.insertBefore(node, this.#following(entry));
        this.#drawn.set(entry.id, { node, shape: entry });
      }
    }
  }

  /** @param {(shape: Shape) => boolean} predicate */
  filter(predicate) {
    return [...this.#drawn.values()].map(({ shape }) => shape).filter(predicate);
  }

  /** Dims the shapes that the eraser is about to delete. @param {Set<string>} ids */
  markErased(ids) {
    for (const [id, { node }] of this.#drawn) {
      node.classList.toggle("erasing", ids.has(id));
    }
  }

  /** Returns the element before which a shape is inserted. Most shapes are new: searches from the end. @param {Shape} shape */
  #following(shape) {
    let next = null;
    for (let node = /** @type {SVGElement | null} */ (this.#layer.lastElementChild); node; node = /** @type {SVGElement | null} */ (node.previousElementSibling)) {
      const other = this.#drawn.get(node.dataset.id ?? "")?.shape;
      if (other && (other.at < shape.at || (other.at === shape.at && other.id < shape.id))) {
        break;
      }

      next = node;
    }

    return next;
  }
}

/** Returns the bounding box of shapes: left, top, right, bottom. @param {Shape[]} shapes not empty */
export function boundsOfAll(shapes) {
  return around(shapes.map((shape) => {
    const [left, top, right, bottom] = boundsOf(shape);
    const half = shape.stroke_width / 2;
    return [left - half, top - half, right + half, bottom + half];
  }));
}

/** Returns the bounding box of rectangles. @param {number[][]} all not empty */
export function around(all) {
  return [0, 1, 2, 3].map((i) => all.reduce((found, bounds) => i < 2 ? Math.min(found, bounds[i]) : Math.max(found, bounds[i]), all[0][i]));
}
