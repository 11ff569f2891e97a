// @ts-check
// Undo and redo of local changes. Changes of other clients stay.

import { tombstone } from "./shapes.js";

/**
 * @typedef {import("./shapes.js").Entry} Entry
 * @typedef {{ before: Entry | undefined, after: Entry }} Step
 */

const longest = 200;

/** Events: `change` of the steps to undo or redo, `made` (detail: the changed entries, also after undo and redo). */
export class History extends EventTarget {
  #canvas;
  /** @type {Step[][]} */
  #done = [];
  /** @type {Step[][]} */
  #undone = [];

  /** @param {import("./canvas.js").Canvas} canvas */
  constructor(canvas) {
    super();
    this.#canvas = canvas;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Makes an undoable change. @param {Entry[]} entries */
  make(entries) {
    if (entries.length > 0) {
      this.#done.push(entries.map((after) => ({ before: this.#canvas.find(after.id), after })));
      this.#done.splice(0, this.#done.length - longest);
      this.#undone = [];
      this.#change(entries);
    }
  }

  undo() {
    this.#turn(this.#done, this.#undone, (step) => step.before);
  }

  redo() {
    this.#turn(this.#undone, this.#done, (step) => step.after);
  }

  /** @param {Step[][]} from @param {Step[][]} to @param {(step: Step) => Entry | undefined} wanted */
  #turn(from, to, wanted) {
    const steps = from.pop();
    if (!steps) {
      return;
    }

    to.push(steps);
    const entries = steps.flatMap(/** @returns {Entry[]} */ (step) => {
      const current = this.#canvas.find(step.after.id) ?? step.after;
      const entry = wanted(step);
      if (!entry || entry.deleted) {
        return current.deleted ? [] : [tombstone(current)];
      }

      return [{ ...entry, rev: current.rev + 1 }];
    });
    this.#change(entries);
  }

  /** @param {Entry[]} entries */
  #change(entries) {
    this.#canvas.change(entries);
    this.dispatchEvent(new CustomEvent("made", { detail: entries }));
    this.dispatchEvent(new CustomEvent("change"));
  }
}
