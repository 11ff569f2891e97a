// @ts-check
// Text from anywhere goes into the page as text only: no markup is ever made from data.

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * The element with an id, which the page has.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export const byId = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Partial<HTMLElementTagNameMap[K]>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | number>} [attributes]
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(name, attributes = {}) {
  const node = document.createElementNS(svgNamespace, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    node.setAttribute(attribute, String(value));
  }

  return node;
}

/**
 * A picture from icons.svg, for the eye only.
 * @param {string} name
 */
export function icon(name) {
  const picture = svg("svg", { class: "icon", "aria-hidden": "true" });
  picture.append(svg("use", { href: `#icon-${name}` }));
  return picture;
}

/** What the page says about `node` to those who do not see it. @param {Element} node @param {string} label */
export function label(node, label) {
  node.setAttribute("aria-label", label);
  if (node instanceof HTMLButtonElement || node instanceof HTMLAnchorElement) {
    node.title = label;
  }
}

let toastTimer = 0;

/**
 * Tells everybody, also those who listen, something that just happened.
 * @param {string} text
 */
export function toast(text) {
  const node = byId("toast");
  node.textContent = text;
  node.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => node.classList.remove("shown"), 5_000);
}

/** Tells those who listen what others see. @param {string} text */
export function announce(text) {
  byId("announcer").textContent = text;
}
