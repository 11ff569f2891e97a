// @ts-check
// The view of one board: the drawing and the controls around it.

import { announce, byId, element, icon, label, toast } from "./dom.js";
import { api, ApiError } from "./api.js";
import { confirm } from "./confirm.js";
import { explain, onLanguage, t } from "./text.js";
import { rememberShared } from "./session.js";
import { Canvas } from "./board/canvas.js";
import { Chat } from "./board/chat.js";
import { ChatView } from "./board/chat-view.js";
import { Comments } from "./board/comments.js";
import { CommentsView } from "./board/comments-view.js";
import { Connection } from "./board/connection.js";
import { around, boundsOfAll, Drawing } from "./board/drawing.js";
import { exportPng, exportSvg } from "./board/export.js";
import { History } from "./board/history.js";
import { Input } from "./board/input.js";
import { LiveSocket } from "./board/live-socket.js";
import { Peers } from "./board/peers.js";
import { tombstone } from "./board/shapes.js";
import { colours, Tools, tools, widths } from "./board/tools.js";
import { Viewport } from "./board/viewport.js";

/** @typedef {import("./board/shapes.js").Entry} Entry @typedef {import("./board/shapes.js").Point} Point */

/** The interval at which the stored version is compared with the one shown, because events can be lost. */
const checkPeriod = 10_000;

/** The time after a reconnect that other clients have to save their last changes. */
const settleTime = 1_500;

/** Below the limit of 256 KiB per message. */
const messageSize = 150_000;

const zoomStep = 1.25;

/** Returns the id of a board's canvas, with a prefix because other programs may have canvases too. @param {number} board */
export const canvasOf = (board) => `board-${board}`;

/** @type {OpenBoard | null} */
let current = null;

export function closeBoard() {
  current?.close();
  current = null;
}

/**
 * @param {number} owner @param {number} id @param {import("./session.js").Person} user
 */
export async function openBoard(owner, id, user) {
  closeBoard();
  const board = new OpenBoard(id, user);
  current = board;
  // Opened before its name is known, so that it works offline too.
  board.open();
  try {
    const found = (await api.boards(owner)).find((one) => one.id === id);
    if (current !== board) {
      return;
    }

    if (!found) {
      throw new ApiError(404, "board.gone");
    }

    board.title = found.title;
    if (owner !== user.id) {
      rememberShared(found);
    }
  } catch (problem) {
    if (current === board && problem instanceof ApiError && problem.status === 404) {
      closeBoard();
      toast(t("board.gone"));
      location.hash = "#/";
    }
  }
}

class OpenBoard {
  #user;
  #title = "";
  #listening = new AbortController();
  #board = byId("board");
  #canvas;
  #history;
  #viewport;
  #drawing;
  #tools;
  #input;
  #socket;
  #peers;
  #comments;
  #commentsView;
  #chat;
  #chatView;
  #connection;
  #checker = 0;
  /** The changes to send to other clients as soon as the socket is open. @type {Entry[]} */
  #untold = [];
  #hasFitted = false;
  #toldRefused = false;

  /** @param {number} id @param {import("./session.js").Person} user */
  constructor(id, user) {
    this.#user = user;
    const canvasId = canvasOf(id);
    const drafts = /** @type {SVGGElement} */ (/** @type {unknown} */ (byId("drafts")));
    this.#canvas = new Canvas(canvasId);
    this.#history = new History(this.#canvas);
    this.#viewport = new Viewport(this.#board, /** @type {SVGGElement} */ (/** @type {unknown} */ (byId("view"))));
    this.#drawing = new Drawing(/** @type {SVGGElement} */ (/** @type {unknown} */ (byId("shapes"))));
    this.#tools = new Tools({
      author: user.id, history: this.#history, canvas: this.#canvas, drawing: this.#drawing, layer: drafts, viewport: this.#viewport,
    });
    this.#input = new Input(this.#board, byId("pen-cursor"), this.#tools, this.#viewport);
    this.#socket = new LiveSocket(`canvas/ws/${encodeURIComponent(canvasId)}`);
    this.#peers = new Peers(this.#socket, this.#viewport, byId("cursors"), drafts, user);
    this.#comments = new Comments(String(id));
    this.#commentsView = new CommentsView(String(id), user, this.#comments, this.#viewport);
    this.#chat = new Chat(String(id), user);
    this.#chatView = new ChatView(this.#chat, user);
    this.#connection = new Connection(this.#canvas, {
      drawing: this.#socket, comments: this.#comments.socket, chat: this.#chat.socket,
    });
    this.#wireDrawing();
    this.#wireControls();
  }

  /** @param {string} title */
  set title(title) {
    this.#title = title;
    byId("board-title").textContent = title;
    document.title = `${title} · OwlBoard`;
  }

  open() {
    byId("board-title").textContent = "";
    this.#viewport.centre([0, 0], 1);
    this.#canvas.open();
    this.#socket.open();
    this.#comments.open();
    this.#chat.open();
    this.#comments.dispatchEvent(new CustomEvent("change"));
    this.#showChoice();
    this.#checker = window.setInterval(() => this.#check(), checkPeriod);
  }

  close() {
    clearInterval(this.#checker);
    this.#listening.abort();
    this.#input.close();
    this.#tools.cancel();
    this.#peers.close();
    this.#canvas.close();
    this.#socket.close();
    this.#comments.close();
    this.#commentsView.close();
    this.#chat.close();
    this.#chatView.close();
    this.#connection.close();
    this.#showPanel(null);
    document.title = "OwlBoard";
  }

  #wireDrawing() {
    this.#canvas.addEventListener("change", (event) => this.#onChange(/** @type {CustomEvent<Entry[]>} */ (event).detail));
    this.#canvas.addEventListener("state", () => this.#onCanvasState());
    this.#canvas.addEventListener("saved", () => {
      this.#toldRefused = false;
    });
    this.#canvas.addEventListener("unkept", () => toast(t("board.unkept")));
    this.#canvas.addEventListener("refused", (event) => {
      if (!this.#toldRefused) {
        this.#toldRefused = true;
        toast(t("board.refused", { detail: explain(/** @type {CustomEvent} */ (event).detail) }));
      }
    });
    this.#history.addEventListener("change", () => this.#showHistory());
    this.#history.addEventListener("made", (event) => this.#send(/** @type {CustomEvent<Entry[]>} */ (event).detail));
    this.#socket.addEventListener("open", () => this.#onConnected());
    this.#socket.addEventListener("message", (event) => {
      const { type, data } = /** @type {CustomEvent} */ (event).detail;
      if (Array.isArray(data.shapes)) {
        this.#canvas.receive(data.shapes);
      }

      if (type === "clear") {
        announce(t("board.cleared", { name: String(data.name ?? "") }));
      }

      this.#peers.receive(type, data);
    });
    this.#input.addEventListener("pointer", (event) => this.#peers.moved(/** @type {CustomEvent<Point | null>} */ (event).detail));
    this.#tools.addEventListener("draft", (event) => this.#peers.drew(/** @type {CustomEvent} */ (event).detail));
    this.#tools.addEventListener("choice", () => this.#showChoice());
    this.#tools.addEventListener("text", (event) => this.#writeText(/** @type {CustomEvent<Point>} */ (event).detail));
    this.#tools.addEventListener("comment", (event) => this.#commentsView.tapped(/** @type {CustomEvent<Point>} */ (event).detail));
    this.#commentsView.addEventListener("place", () => this.#tools.choose({ tool: "comment" }));
    this.#viewport.addEventListener("change", () => this.#showZoom());
  }

  #wireControls() {
    const { signal } = this.#listening;
    /** @param {string} id @param {() => void} action */
    const onClick = (id, action) => byId(id).addEventListener("click", action, { signal });
    onClick("undo", () => this.#history.undo());
    onClick("redo", () => this.#history.redo());
    onClick("zoom-in", () => this.#viewport.zoom(zoomStep));
    onClick("zoom-out", () => this.#viewport.zoom(1 / zoomStep));
    onClick("zoom-reset", () => this.#viewport.zoom(1 / this.#viewport.scale));
    onClick("zoom-fit", () => this.#fit());
    onClick("share", () => this.#share());
    onClick("clear", () => this.#clear());
    onClick("export-svg", () => this.#export(exportSvg));
    onClick("export-png", () => this.#export(exportPng));
    onClick("show-chat", () => this.#showPanel(byId("chat").hidden || byId("panel").hidden ? "chat" : null));
    onClick("show-comments", () => this.#showPanel(byId("comments").hidden || byId("panel").hidden ? "comments" : null));
    byId("close-panel").addEventListener("click", (event) => this.#closePanel(event.detail === 0), { signal });
    onClick("show-styles", () => this.#showStyles(!byId("styles").classList.contains("open")));
    this.#board.addEventListener("pointerdown", () => {
      this.#showStyles(false);
      if (this.#tools.tool !== "comment") {
        this.#commentsView.dismiss();
      }
    }, { signal });
    byId("menu").addEventListener("click", () => byId("menu").hidePopover(), { signal });
    byId("panel").addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.#closePanel(true);
      }
    }, { signal });
    document.addEventListener("keydown", (event) => this.#onShortcut(event), { signal });
    onLanguage(() => this.#translate(), signal);
    this.#showChoices();
    this.#showHistory();
  }

  #onConnected() {
    this.#canvas.catchUp();
    this.#send([...this.#untold, ...this.#canvas.unsaved]);
    // A client that drew while this page was disconnected may save after this page has loaded.
    setTimeout(() => this.#check(), settleTime);
  }

  #check() {
    if (!document.hidden && !this.#listening.signal.aborted) {
      this.#canvas.check().catch(() => {
        // Offline: the sockets report it, and reload everything when they reconnect.
      });
    }
  }

  /** @param {Entry[]} entries */
  #onChange(entries) {
    this.#drawing.update(entries);
    this.#peers.settle(entries);
    this.#describe();
    if (!this.#hasFitted && this.#canvas.isLoaded) {
      this.#hasFitted = true;
      this.#fit();
    }
  }

  #onCanvasState() {
    // The view is fitted to the drawing once, also if the board is empty.
    this.#hasFitted ||= this.#canvas.isLoaded;
    this.#describe();
  }

  #describe() {
    const { count } = this.#drawing;
    label(this.#board, t("board.count", { count }));
    byId("empty-hint").hidden = count > 0 || !this.#canvas.isLoaded;
  }

  /** Sends changes to other clients. Lost messages are recovered from the stored canvas. @param {Entry[]} entries */
  #send(entries) {
    this.#peers.finished();
    if (!this.#socket.isOpen) {
      this.#untold.push(...entries);
      return;
    }

    this.#untold = [];
    let shapes = [];
    let size = 0;
    for (const entry of entries) {
      const length = JSON.stringify(entry).length;
      if (size + length > messageSize) {
        this.#socket.send("stroke", { shapes });
        shapes = [];
        size = 0;
      }

      if (length <= messageSize) {
        shapes.push(entry);
        size += length;
      }
    }

    this.#socket.send("stroke", { shapes });
  }

  #fit() {
    const { shapes } = this.#canvas;
    const places = this.#comments.all.map(({ coordinates: [x, y] }) => [x, y, x, y]);
    if (shapes.length + places.length > 0) {
      this.#viewport.fit(around([...places, ...shapes.length > 0 ? [boundsOfAll(shapes)] : []]));
    } else {
      this.#viewport.centre([0, 0], 1);
    }
  }

  async #share() {
    try {
      if (matchMedia("(pointer: coarse)").matches && navigator.share) {
        await navigator.share({ title: this.#title, url: location.href });
        return;
      }

      await navigator.clipboard.writeText(location.href);
      toast(t("board.shared"));
    } catch (problem) {
      if (/** @type {Error} */ (problem).name !== "AbortError") {
        // Without HTTPS the page cannot write to the clipboard, so the link is shown for copying.
        toast(location.href);
      }
    }
  }

  async #clear() {
    const { shapes } = this.#canvas;
    if (shapes.length > 0 && await confirm(t("board.confirmClear"), t("board.clear"))) {
      this.#history.make(this.#canvas.shapes.map(tombstone));
      this.#socket.send("clear", { name: this.#user.name });
    }
  }

  /** @param {(shapes: import("./board/shapes.js").Shape[], name: string) => void | Promise<void>} write */
  async #export(write) {
    const { shapes } = this.#canvas;
    if (shapes.length === 0) {
      toast(t("export.empty"));
      return;
    }

    try {
      await write(shapes, this.#title || "board");
    } catch (problem) {
      toast(explain(problem));
    }
  }

  /** @param {Point} place */
  #writeText(place) {
    const input = element("textarea", { className: "text-input", rows: 1, maxLength: 2_000 });
    label(input, t("tools.textLabel"));
    input.style.color = this.#tools.colour;
    if (this.#tools.colour === colours[0].value) {
      input.style.color = "var(--text)";
    }

    const position = () => {
      const [x, y] = this.#viewport.toView(place);
      input.style.transform = `translate(${x}px, ${y}px)`;
      input.style.fontSize = `${this.#tools.fontSize * this.#viewport.scale}px`;
    };
    position();
    this.#viewport.addEventListener("change", position);
    let isDone = false;
    const finish = (/** @type {boolean} */ isKept) => {
      if (isDone) {
        return;
      }

      isDone = true;
      this.#viewport.removeEventListener("change", position);
      const text = input.value.replace(/\s+$/, "");
      input.remove();
      if (isKept && text !== "") {
        this.#tools.write(text, place);
      }
    };
    input.addEventListener("blur", () => finish(true));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
        event.preventDefault();
        finish(event.key === "Enter");
        this.#board.focus();
      }
    });
    this.#board.append(input);
    // Deferred, because the pointerup event would take the focus.
    setTimeout(() => input.focus());
  }

  /** @param {KeyboardEvent} event */
  #onShortcut(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.matches("textarea, input:not([type=radio])") || document.querySelector("dialog[open]")) {
      return;
    }

    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === "z" || key === "y") {
        event.preventDefault();
        (key === "y" || event.shiftKey) ? this.#history.redo() : this.#history.undo();
      }

      return;
    }

    // Letters are shortcuts on the board and in the toolbar only, so that they do not conflict with screen readers elsewhere.
    if (event.altKey || !(target === document.body || byId("stage").contains(target))) {
      return;
    }

    const tool = tools.find((one) => one.key === key);
    if (tool) {
      this.#tools.choose({ tool: tool.name });
      this.#board.focus();
    } else if (key === "+" || key === "=") {
      this.#viewport.zoom(zoomStep);
    } else if (key === "-") {
      this.#viewport.zoom(1 / zoomStep);
    } else if (key === "0") {
      this.#fit();
    } else if (key === "?") {
      byId("show-keys").click();
    }
  }

  #showZoom() {
    const percent = `${Math.round(this.#viewport.scale * 100)} %`;
    byId("zoom-reset").textContent = percent;
    label(byId("zoom-reset"), t("zoom.reset", { percent }));
  }

  #showHistory() {
    /** @type {HTMLButtonElement} */ (byId("undo")).disabled = !this.#history.canUndo;
    /** @type {HTMLButtonElement} */ (byId("redo")).disabled = !this.#history.canRedo;
  }

  #showChoices() {
    byId("tools").replaceChildren(...tools.map(({ name, key }) =>
      this.#choice("tool", name, `${t(`tool.${name}`)} (${key.toUpperCase()})`, icon(name), () => this.#tools.choose({ tool: name }))));
    byId("colours").replaceChildren(...colours.map(({ name, value }) => {
      const swatch = element("span", { className: name === "ink" ? "swatch ink" : "swatch" });
      swatch.style.backgroundColor = value;
      return this.#choice("colour", value, t(`colour.${name}`), swatch, () => this.#tools.choose({ colour: value, ...this.#drawingTool() }));
    }));
    byId("widths").replaceChildren(...widths.map((value) => {
      const dot = element("span", { className: "width" });
      dot.style.width = dot.style.height = `${4 + value * 0.9}px`;
      return this.#choice("width", String(value), t(`width.${value}`), dot, () => this.#tools.choose({ width: value, ...this.#drawingTool() }));
    }));
  }

  /** Returns the tool to draw with after a color is chosen. @returns {{ tool?: import("./board/tools.js").ToolName }} */
  #drawingTool() {
    return ["hand", "eraser", "comment"].includes(this.#tools.tool) ? { tool: "pen" } : {};
  }

  /** @param {string} group @param {string} value @param {string} name @param {Element} picture @param {() => void} choose */
  #choice(group, value, name, picture, choose) {
    const input = element("input", { type: "radio", name: group, value });
    input.setAttribute("aria-label", name);
    input.addEventListener("change", choose);
    return element("label", { className: "choice", title: name }, input, picture);
  }

  #showChoice() {
    const { tool, colour, width } = this.#tools;
    this.#board.dataset.tool = tool;
    for (const [group, value] of [["tool", tool], ["colour", colour], ["width", String(width)]]) {
      for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(`.choice input[name=${group}]`))) {
        input.checked = input.value === value;
      }
    }

    const sample = byId("style-sample");
    sample.style.backgroundColor = colour;
    sample.classList.toggle("ink", colour === colours[0].value);
    sample.style.width = sample.style.height = `${12 + width * 0.75}px`;
  }

  /** @param {boolean} isShown */
  #showStyles(isShown) {
    byId("styles").classList.toggle("open", isShown);
    byId("show-styles").setAttribute("aria-expanded", String(isShown));
  }

  /** @param {"chat" | "comments" | null} name */
  #showPanel(name) {
    byId("panel").hidden = name === null;
    for (const section of ["chat", "comments"]) {
      byId(section).hidden = section !== name;
      byId(`show-${section}`).setAttribute("aria-expanded", String(section === name));
    }

    if (name) {
      byId("panel-title").textContent = t(`${name}.title`);
      byId("close-panel").focus();
    }

    this.#chatView.isShown = false;
    if (name === "chat") {
      this.#chatView.shown();
    }
  }

  /** @param {boolean} isByKey returns the focus to the panel's button for keyboard users, else to the board */
  #closePanel(isByKey) {
    const name = byId("chat").hidden ? "comments" : "chat";
    this.#showPanel(null);
    (isByKey ? byId(`show-${name}`) : this.#board).focus();
  }

  #translate() {
    this.#showChoices();
    this.#showChoice();
    this.#showZoom();
    this.#describe();
    this.#connection.render();
    this.#commentsView.render();
    this.#chatView.translate();
    byId("panel-title").textContent = t(byId("chat").hidden ? "comments.title" : "chat.title");
  }
}
