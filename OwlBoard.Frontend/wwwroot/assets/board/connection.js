// @ts-check
// The connection indicator: one word, and on request the gateways in use.

import { onAnswer } from "../api.js";
import { byId, element } from "../dom.js";
import { t } from "../text.js";

/** @typedef {import("./live-socket.js").LiveSocket} LiveSocket */

/** The number of responses per gateway since the page was opened, for all boards. @type {Map<string, number>} */
const answers = new Map();
let latest = { gateway: "", loadBalancer: "" };

/** @type {(() => void) | null} */
let onChange = null;

onAnswer((answer) => {
  latest = answer;
  answers.set(answer.gateway, (answers.get(answer.gateway) ?? 0) + 1);
  onChange?.();
});

export class Connection {
  #canvas;
  #sockets;
  #wasLive = false;

  /** @param {import("./canvas.js").Canvas} canvas @param {Record<"drawing" | "comments" | "chat", LiveSocket>} sockets */
  constructor(canvas, sockets) {
    this.#canvas = canvas;
    this.#sockets = sockets;
    for (const socket of Object.values(sockets)) {
      socket.addEventListener("state", () => this.render());
    }

    canvas.addEventListener("state", () => this.render());
    onChange = () => this.render();
    this.render();
  }

  close() {
    onChange = null;
  }

  render() {
    const isOpen = Object.values(this.#sockets).every((socket) => socket.isOpen);
    const unsaved = this.#canvas.unsaved.length;
    const isLive = isOpen && this.#canvas.isLoaded;
    this.#wasLive ||= isLive;
    const button = byId("connection");
    button.dataset.state = isLive ? "live" : this.#wasLive ? "away" : "connecting";
    button.dataset.unsaved = String(unsaved);
    const text = isLive ? t(unsaved > 0 ? "connection.saving" : "connection.live")
      : `${t(this.#wasLive ? "connection.away" : "connection.connecting")}${unsaved > 0 ? ` · ${t("connection.unsaved", { count: unsaved })}` : ""}`;
    const node = byId("connection-text");
    if (node.textContent !== text) {
      node.textContent = text;
    }

    this.#renderDetails(unsaved);
  }

  /** @param {number} unsaved */
  #renderDetails(unsaved) {
    const state = (/** @type {LiveSocket} */ socket) => t(socket.isOpen ? "connection.open" : "connection.closed");
    const rows = [
      ["connection.gateway", latest.gateway],
      ["connection.loadBalancer", latest.loadBalancer],
      ["connection.drawing", state(this.#sockets.drawing)],
      ["connection.comments", state(this.#sockets.comments)],
      ["connection.chat", state(this.#sockets.chat)],
      ["connection.pending", String(unsaved)],
    ];
    byId("connection-list").replaceChildren(...rows.flatMap(([key, value]) => [
      element("dt", {}, t(key)), element("dd", {}, value),
    ]));
    const most = Math.max(...answers.values());
    byId("answers").replaceChildren(...[...answers].sort().map(([gateway, count]) => {
      const bar = element("span", { className: "bar-of-answers" });
      bar.style.width = `${Math.round(90 * count / most)}px`;
      return element("li", { className: gateway === latest.gateway ? "latest" : "" },
        element("span", {}, gateway), bar, element("span", {}, String(count)));
    }));
  }
}
