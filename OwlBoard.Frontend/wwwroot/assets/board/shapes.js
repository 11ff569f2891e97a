// @ts-check
// What is drawn, as it is stored and sent, and how two states of it become one.
//
// Each shape has a revision that every change raises; a deleted one leaves a tombstone. Of two states of a shape the
// higher revision holds. So whatever arrives twice, late or in another order ends in the same board everywhere.

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

/** Tombstones beyond this are forgotten, the oldest first: who still has an unsaved change of those has been away for long. */
export const tombstonesKept = 2_000;

/** Only what cannot be anything else: `url(…)` would load things. */
const colour = /^#[0-9a-f]{6}$/i;

export function newId() {
  const random = crypto.getRandomValues(new Uint32Array(3));
  return Array.from(random, (part) => part.toString(36).padStart(7, "0")).join("");
}

/**
 * Whether `next` replaces `current`. With equal revisions, of two people who changed a shape at once, the deletion
 * holds, else the greater text: any rule will do that is the same everywhere.
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
 * Whether something that came over the network is an entry that can be drawn. Other clients' shapes are kept in the
 * canvas as they are, and only not shown.
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
 * The entries in the order in which they are drawn and stored, with no more tombstones than are kept.
 * @param {Iterable<Entry>} entries
 */
export function inOrder(entries) {
  const sorted = [...entries].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  let surplus = sorted.filter((entry) => entry.deleted).length - tombstonesKept;
  return surplus <= 0 ? sorted : sorted.filter((entry) => !entry.deleted || surplus-- <= 0);
}

/** @param {Entry} entry @returns {Tombstone} */
export const tombstone = (entry) => ({ id: entry.id, rev: entry.rev + 1, at: entry.at, deleted: true });

/** To a tenth of a pixel, which nobody sees and which halves what is stored. @param {number} value */
export const round = (value) => Math.round(value * 10) / 10;

/**
 * The points that a line needs to look the same (Ramer–Douglas–Peucker).
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
 * An arrow as one line: there, and both sides of its head. So whatever draws strokes draws arrows.
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
 * The rectangle around a shape: left, top, right, bottom.
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
 * Whether a line from one point to another touches a shape, as an eraser of that size does.
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

  // Sampled along the eraser's way: a fast hand moves far between two events.
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
