// @ts-check
// The visible part of the board, and its scale.

/** @typedef {import("./shapes.js").Point} Point */

const smallest = 0.1;
const largest = 8;
const gridSize = 24;

/** Events: `change`. */
export class Viewport extends EventTarget {
  #board;
  #view;
  scale = 1;
  /** The position of the board's origin on the screen. @type {Point} */
  origin = [0, 0];

  /** @param {HTMLElement} board @param {SVGGElement} view */
  constructor(board, view) {
    super();
    this.#board = board;
    this.#view = view;
  }

  get size() {
    return /** @type {Point} */ ([this.#board.clientWidth, this.#board.clientHeight]);
  }

  /** Converts a screen position to a board position. @param {{ clientX: number, clientY: number }} event @returns {Point} */
  toBoard({ clientX, clientY }) {
    const { left, top } = this.#board.getBoundingClientRect();
    return this.fromView([clientX - left, clientY - top]);
  }

  /** @param {Point} place relative to the board's element @returns {Point} */
  fromView([x, y]) {
    return [(x - this.origin[0]) / this.scale, (y - this.origin[1]) / this.scale];
  }

  /** @param {Point} place on the board @returns {Point} relative to the board's element */
  toView([x, y]) {
    return [x * this.scale + this.origin[0], y * this.scale + this.origin[1]];
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.#show([this.origin[0] + dx, this.origin[1] + dy], this.scale);
  }

  /** Zooms around a fixed position. @param {number} factor @param {Point} [about] relative to the board's element */
  zoom(factor, about) {
    const [x, y] = about ?? [this.size[0] / 2, this.size[1] / 2];
    const scale = Math.min(largest, Math.max(smallest, this.scale * factor));
    const [boardX, boardY] = this.fromView([x, y]);
    this.#show([x - boardX * scale, y - boardY * scale], scale);
  }

  /** Centers a board position. @param {Point} place @param {number} [scale] */
  centre([x, y], scale = this.scale) {
    this.#show([this.size[0] / 2 - x * scale, this.size[1] / 2 - y * scale], scale);
  }

  /** Fits a rectangle of the board into the view, without enlarging it. @param {number[]} bounds left, top, right, bottom */
  fit([left, top, right, bottom]) {
    const [width, height] = this.size;
    const margin = Math.min(90, width / 8);
    const scale = Math.min(1, (width - 2 * margin) / Math.max(1, right - left), (height - 2 * margin) / Math.max(1, bottom - top));
    this.centre([(left + right) / 2, (top + bottom) / 2], Math.max(smallest, scale));
  }

  /** @param {Point} origin @param {number} scale */
  #show(origin, scale) {
    this.origin = origin;
    this.scale = scale;
    this.#view.setAttribute("transform", `translate(${origin[0]} ${origin[1]}) scale(${scale})`);
    // Keeps the dots of the grid at a readable distance.
    let step = gridSize * scale;
    while (step < 14) {
      step *= 2;
    }

    while (step > 56) {
      step /= 2;
    }

    this.#board.style.backgroundSize = `${step}px ${step}px`;
    this.#board.style.backgroundPosition = `${origin[0] - step / 2}px ${origin[1] - step / 2}px`;
    this.dispatchEvent(new CustomEvent("change"));
  }
}
