// @ts-check
// The local state of a board: stored shapes, changes received from other clients, and unsaved changes.

import { api, ApiError } from "../api.js";
import { inOrder, isEntry, replaces } from "./shapes.js";

/** @typedef {import("./shapes.js").Entry} Entry @typedef {import("./shapes.js").Shape} Shape */

/** The delay that combines changes in quick succession into one save. */
const saveDelay = 250;

const longestWait = 5_000;

/**
 * A change is written to the browser's storage first and removed once the server has saved it, so that no lost connection,
 * closed tab or killed gateway loses it. A save never overwrites: one that is based on an old version is refused, then both
 * versions are merged and saved again.
 *
 * Events: `change` (detail: the changed entries), `state` (saved or not).
 */
export class Canvas extends EventTarget {
  #id;
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** The ids that the server had at `#version`, by which deleted shapes are recognized. */
  #stored = new Set();
  /** Shapes of other programs, which are kept but not shown. @type {object[]} */
  #foreign = [];
  #version = -1;
  /** Indicates that the server has changes since `#version`, so a save without loading them would be refused. */
  #isBehind = false;
  /** Indicates that the stored canvas must be loaded. */
  #wantsLoad = true;
  /** @type {Map<string, Entry>} */
  #pending = new Map();
  #storageKey;
  #saving = false;
  #timer = 0;
  #failures = 0;
  #closed = false;

  /** @param {string} id */
  constructor(id) {
    super();
    this.#id = id;
    this.#storageKey = `owlboard.pending.${id}.`;
    for (const entry of this.#kept()) {
      this.#pending.set(entry.id, entry);
    }
  }

  /** The changes that are not saved on the server. */
  get unsaved() {
    return [...this.#pending.values()];
  }

  /** Indicates whether the stored canvas has been loaded. */
  get isLoaded() {
    return this.#version >= 0;
  }

  /** @param {string} id */
  find(id) {
    return this.#entries.get(id);
  }

  /** The shapes in drawing order. @returns {Shape[]} */
  get shapes() {
    return /** @type {Shape[]} */ (inOrder(this.#entries.values()).filter((entry) => !entry.deleted));
  }

  open() {
    this.#apply([...this.#pending.values()]);
    this.#schedule(0);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Applies a local change. @param {Entry[]} entries */
  change(entries) {
    for (const entry of entries) {
      this.#pending.set(entry.id, entry);
      this.#keep(entry);
    }

    this.#apply(entries);
    this.#tellState();
    this.#schedule(saveDelay);
  }

  /** Applies a change of another client, which that client saves. @param {unknown[]} entries */
  receive(entries) {
    this.#isBehind = true;
    this.#apply(entries.filter(isEntry));
  }

  /** Loads the stored canvas and saves local changes immediately, for example after a reconnect. */
  catchUp() {
    this.#wantsLoad = true;
    this.#failures = 0;
    this.#schedule(0);
  }

  /** Loads the stored canvas if its version differs, because live events can be lost. */
  async check() {
    const state = await api.canvasState(this.#id);
    if (state.version !== this.#version) {
      this.catchUp();
    }
  }

  /** @param {number} delay */
  #schedule(delay) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#synchronise(), delay);
  }

  async #synchronise() {
    if (this.#saving || this.#closed) {
      // The running save checks for further changes when it completes.
      return;
    }

    this.#saving = true;
    let delay = -1;
    try {
      if (this.#wantsLoad || (this.#isBehind && this.#pending.size > 0)) {
        await this.#load();
      }

      if (this.#pending.size > 0) {
        await this.#save();
      }

      this.#failures = 0;
      delay = this.#pending.size > 0 || this.#wantsLoad ? 0 : -1;
    } catch (problem) {
      delay = this.#onFailure(problem);
    } finally {
      this.#saving = false;
      this.#tellState();
    }

    if (delay >= 0 && !this.#closed) {
      this.#schedule(delay);
    }
  }

  /** @param {unknown} problem @returns {number} the delay until the next attempt */
  #onFailure(problem) {
    if (problem instanceof ApiError && problem.status === 409) {
      // A concurrent save won. With many clients, random delays let the saves succeed one after another.
      this.#wantsLoad = true;
      return Math.random() * 50 * Math.min(10, ++this.#failures);
    }

    if (problem instanceof ApiError && problem.status >= 400 && problem.status < 500 && problem.status !== 429) {
      // For example, the canvas is too large: retrying soon would not help, and the changes stay in the browser.
      this.dispatchEvent(new CustomEvent("refused", { detail: problem }));
      return longestWait;
    }

    const ceiling = Math.min(longestWait, 200 * 2 ** this.#failures++);
    return ceiling * (0.5 + Math.random() / 2);
  }

  async #load() {
    // Reset before the request: the response may lack changes that arrive from here on.
    this.#wantsLoad = this.#isBehind = false;
    let answer;
    try {
      answer = await this.#read();
    } catch (problem) {
      this.#wantsLoad = true;
      throw problem;
    }

    this.#version = answer.version;
    const entries = answer.shapes.filter(isEntry);
    this.#foreign = answer.shapes.filter((shape) => !isEntry(shape));
    const ids = new Set(entries.map((entry) => entry.id));
    // Deleted on the server, and its tombstone has expired.
    const gone = [...this.#stored].filter((id) => !ids.has(id) && !this.#pending.has(id));
    this.#stored = ids;
    this.#apply([...gone.flatMap((id) => this.#forget(id)), ...entries]);
  }

  async #read() {
    try {
      return await api.canvas(this.#id);
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 404) {
        return { ...await api.createCanvas(this.#id, []), shapes: [] };
      }

      throw problem;
    }
  }

  async #save() {
    const sent = new Map(this.#pending);
    const entries = inOrder(this.#entries.values());
    const state = await api.saveCanvas(this.#id, [...this.#foreign, ...entries], this.#version);
    this.#version = state.version;
    this.#stored = new Set(entries.map((entry) => entry.id));
    for (const [id, entry] of sent) {
      if (this.#pending.get(id) === entry) {
        this.#pending.delete(id);
        localStorage.removeItem(this.#storageKey + id);
      }
    }

    this.dispatchEvent(new CustomEvent("saved"));
  }

  /** @param {Entry[]} entries */
  #apply(entries) {
    const changed = entries.filter((entry) => {
      const holds = replaces(this.#entries.get(entry.id), entry);
      if (holds) {
        this.#entries.set(entry.id, entry);
      }

      return holds;
    });
    if (changed.length > 0) {
      this.dispatchEvent(new CustomEvent("change", { detail: changed }));
    }
  }

  /** @param {string} id @returns {Entry[]} */
  #forget(id) {
    const entry = this.#entries.get(id);
    return entry && !entry.deleted ? [{ id, rev: entry.rev + 1, at: entry.at, deleted: true }] : [];
  }

  #tellState() {
    this.dispatchEvent(new CustomEvent("state"));
  }

  /** Stores a change under a key of its own, so that two tabs do not overwrite each other's. @param {Entry} entry */
  #keep(entry) {
    try {
      localStorage.setItem(this.#storageKey + entry.id, JSON.stringify(entry));
    } catch (problem) {
      // The storage is full: the change exists in this page only, which must stay open.
      this.dispatchEvent(new CustomEvent("unkept", { detail: problem }));
    }
  }

  #kept() {
    const kept = [];
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(this.#storageKey)) {
        try {
          const entry = JSON.parse(localStorage.getItem(key) ?? "");
          if (isEntry(entry)) {
            kept.push(entry);
          }
        } catch {
          localStorage.removeItem(key);
        }
      }
    }

    return kept;
  }
}
