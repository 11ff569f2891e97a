// @ts-check
// The format of shapes as stored and sent, and how two states of a shape are merged.
//
// Each change of a shape raises its revision; a deleted shape leaves a tombstone. Of two states of a shape, the higher
// revision wins. All clients therefore converge, whatever the order, delay or duplication of messages.

/**
 * @typedef {[number, number]} Point
 * @typedef {{ id: string, rev: number, at: number, deleted?: false, author: number, color: string, stroke_width: number }} Common
 * @typedef {Common & { type: "pen" | "line" | "arrow", points: Point[] }} Stroke
 * @typedef {Common & { type: "rectangle" | "ellipse", x: number, y: number, width: number, height: number }} Box
 * @typedef {Common & { type: "text", x: number, y: number, text: string, font_size: number }} Text
 * @typedef {Stroke | Box | Text} Shape
 * @typedef {{ id: string, rev: number, at: number, deleted: true }} Tombstone
 * @typedef {Shape | Tombstone} Entry
 */

/** The maximum number of tombstones; the oldest are dropped, as an unsaved change of such a shape is unlikely. */
export const tombstonesKept = 2_000;

/** Only unambiguous colors: `url(…)` would load resources. */
const colour = /^#[0-9a-f]{6}$/i;

export function newId() {
  const random = crypto.getRandomValues(new Uint32Array(3));
  return Array.from(random, (part) => part.toString(36).padStart(7, "0")).join("");
}

/**
 * Returns whether `next` replaces `current`. With equal revisions, after concurrent changes, the deletion wins, else the
 * greater text: any rule works if all clients use the same.
 * @param {Entry | undefined} current @param {Entry} next
 */
export function replaces(current, next) {
  if (!current || next.rev !== current.rev) {
    return !current || next.rev > current.rev;
  }

  if (Boolean(next.deleted) !== Boolean(current.deleted)) {
    return Boolean(next.deleted);
  }

  return JSON.stringify(next) > JSON.stringify(current);
}

/**
 * Returns whether a received value is an entry that can be drawn. Shapes of other programs stay in the canvas, but are not
 * shown.
 * @param {any} entry
 * @returns {entry is Entry}
 */
export function isEntry(entry) {
  return typeof entry?.id === "string" && Number.isSafeInteger(entry.rev) && Number.isFinite(entry.at)
    && (entry.deleted === true || isShape(entry));
}

/** @param {any} shape */
function isShape(shape) {
  const numbers = (/** @type {string[]} */ ...names) => names.every((name) => Number.isFinite(shape[name]));
  if (!colour.test(shape.color) || !numbers("stroke_width")) {
    return false;
  }

  switch (shape.type) {
    case "pen":
    case "line":
    case "arrow":
      return Array.isArray(shape.points) && shape.points.length > 0
        && shape.points.every((/** @type {any} */ point) => Number.isFinite(point?.[0]) && Number.isFinite(point?.[1]));
    case "rectangle":
    case "ellipse":
      return numbers("x", "y", "width", "height");
    case "text":
      return numbers("x", "y", "font_size") && typeof shape.text === "string";
    default:
      return false;
  }
}

/**
 * Returns the entries in the order in which they are drawn and stored, without excess tombstones.
 * @param {Iterable<Entry>} entries
 */
export function inOrder(entries) {
  const sorted = [...entries].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  let surplus = sorted.filter((entry) => entry.deleted).length - tombstonesKept;
  return surplus <= 0 ? sorted : sorted.filter((entry) => !entry.deleted || surplus-- <= 0);
}

/** @param {Entry} entry @returns {Tombstone} */
export const tombstone = (entry) => ({ id: entry.id, rev: entry.rev + 1, at: entry.at, deleted: true });

/** Rounds to a tenth of a pixel, which is invisible and halves the stored size. @param {number} value */
export const round = (value) => Math.round(value * 10) / 10;

/**
 * Simplifies a line without a visible change (Ramer–Douglas–Peucker).
 * @param {Point[]} points @param {number} tolerance
 * @returns {Point[]}
 */
export function simplify(points, tolerance) {
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const ranges = [[0, points.length - 1]];
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    const [first, last] = range;
    let farthest = tolerance;
    let index = -1;
    for (let i = first + 1; i < last; i++) {
      const distance = distanceToSegment(points[i], points[first], points[last]);
      if (distance > farthest) {
        farthest = distance;
        index = i;
      }
    }

    if (index > 0) {
      keep[index] = 1;
      ranges.push([first, index], [index, last]);
    }
  }

  return points.filter((_, i) => keep[i]);
}

/** @param {Point} point @param {Point} a @param {Point} b */
export function distanceToSegment([x, y], [ax, ay], [bx, by]) {
  const dx = bx - ax;
  const dy = by - ay;
  const along = dx || dy ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/**
 * Returns an arrow as one line, including its head, so that any program that draws strokes can draw it.
 * @param {Point} from @param {Point} to @param {number} width
 * @returns {Point[]}
 */
export function arrow(from, to, width) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const length = Math.min(10 + 3 * width, Math.hypot(to[0] - from[0], to[1] - from[1]));
  const side = (/** @type {number} */ turn) => /** @type {Point} */ (
    [round(to[0] - length * Math.cos(angle + turn)), round(to[1] - length * Math.sin(angle + turn))]);
  return [from, to, side(0.45), to, side(-0.45)];
}

/**
 * Returns the bounding box of a shape: left, top, right, bottom.
 * @param {Shape} shape
 */
export function boundsOf(shape) {
  switch (shape.type) {
    case "rectangle":
    case "ellipse":
      return [shape.x, shape.y, shape.x + shape.width, shape.y + shape.height];
    case "text": {
      const lines = shape.text.split("\n");
      const width = Math.max(...lines.map((line) => line.length)) * shape.font_size * 0.6;
      return [shape.x, shape.y - shape.font_size, shape.x + width, shape.y + (lines.length - 1) * shape.font_size * 1.25];
    }
    default: {
      const xs = shape.points.map((point) => point[0]);
      const ys = shape.points.map((point) => point[1]);
      return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    }
  }
}

/**
 * Returns whether an eraser of the given size that moves from one point to another touches a shape.
 * @param {Shape} shape @param {Point} from @param {Point} to @param {number} size
 */
export function touches(shape, from, to, size) {
  const reach = size + shape.stroke_width / 2;
  const [left, top, right, bottom] = boundsOf(shape);
  if (Math.max(from[0], to[0]) < left - reach || Math.min(from[0], to[0]) > right + reach
    || Math.max(from[1], to[1]) < top - reach || Math.min(from[1], to[1]) > bottom + reach) {
    return false;
  }

  const outline = shape.type === "text" ? null : outlineOf(shape);
  if (!outline) {
    return true;
  }

  // Sampled along the path, because a fast pointer moves far between two events.
  const steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / Math.max(1, reach)));
  for (let step = 0; step <= steps; step++) {
    const point = /** @type {Point} */ ([from[0] + (to[0] - from[0]) * step / steps, from[1] + (to[1] - from[1]) * step / steps]);
    for (let i = 0; i < outline.length; i++) {
      if (distanceToSegment(point, outline[Math.max(0, i - 1)], outline[i]) <= reach) {
        return true;
      }
    }
  }

  return false;
}

/** @param {Stroke | Box} shape @returns {Point[]} */
function outlineOf(shape) {
  if (shape.type === "rectangle") {
    const [left, top, right, bottom] = boundsOf(shape);
    return [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
  }

  if (shape.type === "ellipse") {
    return Array.from({ length: 33 }, (_, i) => /** @type {Point} */ ([
      shape.x + shape.width / 2 * (1 + Math.cos(i * Math.PI / 16)),
      shape.y + shape.height / 2 * (1 + Math.sin(i * Math.PI / 16))]));
  }

  return /** @type {Stroke} */ (shape).points;
}
