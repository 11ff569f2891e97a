import { onAnswer } from "./api.js";
import { byId, element } from "./dom.js";

const counts = new Map();

/** Shows which gateway answered last, and how many answers came from each. */
export function showGateways() {
  onAnswer((gateway) => {
    counts.set(gateway, (counts.get(gateway) ?? 0) + 1);
    byId("answered").textContent = `Answered by ${gateway}`;
    byId("gateways").replaceChildren(...[...counts].sort().map(([name, count]) =>
      element("li", { className: name === gateway ? "latest" : "" }, `${name} · ${count}`)));
  });
}
