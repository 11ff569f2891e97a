// @ts-check
// The board as this browser knows it: what is stored, what others just drew, and what is still to be saved.

import { api, ApiError } from "../api.js";
import { inOrder, isEntry, replaces } from "./shapes.js";

/** @typedef {import("./shapes.js").Entry} Entry @typedef {import("./shapes.js").Shape} Shape */

/** Strokes drawn in quick succession are saved together. */
const saveDelay = 250;

const longestWait = 5_000;

/**
 * A change goes into this browser's storage first and leaves it when the server has it: no lost connection, closed tab
 * or killed gateway takes it along. Saving never overwrites: a save upon an old version is refused, and then both are
 * merged and saved again.
 *
 * Events: `change` (detail: the entries that changed), `state` (saved or not).
 */
export class Canvas extends EventTarget {
  #id;
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** What the server had at `#version`, so that what it no longer has is known to be gone. */
  #stored = new Set();
  /** Shapes of other programs, which are not shown and must not be lost. @type {object[]} */
  #foreign = [];
  #version = -1;
  /** Others have changed something since `#version`: to be read before the next save, which would be refused. */
  #isBehind = false;
  /** To be read in any case. */
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

  /** The changes that the server does not have yet. */
  get unsaved() {
    return [...this.#pending.values()];
  }

  /** Whether this browser knows what the server has stored. */
  get isLoaded() {
    return this.#version >= 0;
  }

  /** @param {string} id */
  find(id) {
    return this.#entries.get(id);
  }

  /** The shapes there are, in the order in which they are drawn. @returns {Shape[]} */
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

  /** A change made here. @param {Entry[]} entries */
  change(entries) {
    for (const entry of entries) {
      this.#pending.set(entry.id, entry);
      this.#keep(entry);
    }

    this.#apply(entries);
    this.#tellState();
    this.#schedule(saveDelay);
  }

  /** A change made elsewhere, which whoever made it saves. @param {unknown[]} entries */
  receive(entries) {
    this.#isBehind = true;
    this.#apply(entries.filter(isEntry));
  }

  /** Reads what is stored, and saves what is not, now: after a lost connection say. */
  catchUp() {
    this.#wantsLoad = true;
    this.#failures = 0;
    this.#schedule(0);
  }

  /** Reads what is stored if it is another version than this browser has: live events can get lost. */
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
      // Whoever is at it looks again when done.
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

  /** @param {unknown} problem @returns {number} when to try again */
  #onFailure(problem) {
    if (problem instanceof ApiError && problem.status === 409) {
      // Somebody else saved in between. With many of those, random waits let one after the other through.
      this.#wantsLoad = true;
      return Math.random() * 50 * Math.min(10, ++this.#failures);
    }

    if (problem instanceof ApiError && problem.status >= 400 && problem.status < 500 && problem.status !== 429) {
      // A canvas that is too large, say: trying again would not help, and the changes stay in this browser.
      this.dispatchEvent(new CustomEvent("refused", { detail: problem }));
      return longestWait;
    }

    const ceiling = Math.min(longestWait, 200 * 2 ** this.#failures++);
    return ceiling * (0.5 + Math.random() / 2);
  }

  async #load() {
    // Before it is asked for: what is said from here on may not be in the answer.
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
    // Was stored and is no longer, not even as a tombstone: those are kept for so long only.
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

  /** One key a change, so that two tabs do not overwrite each other's. @param {Entry} entry */
  #keep(entry) {
    try {
      localStorage.setItem(this.#storageKey + entry.id, JSON.stringify(entry));
    } catch (problem) {
      // The storage is full: the change is still in this page, which is to stay open.
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
