// @ts-check
// Creates DOM elements. Data is inserted as text only, never as markup.

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * Returns the element with an id, which must exist.
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
 * Returns a decorative icon from icons.svg.
 * @param {string} name
 */
export function icon(name) {
  const picture = svg("svg", { class: "icon", "aria-hidden": "true" });
  picture.append(svg("use", { href: `#icon-${name}` }));
  return picture;
}

/** Sets the accessible name of a node. @param {Element} node @param {string} label */
export function label(node, label) {
  node.setAttribute("aria-label", label);
  if (node instanceof HTMLButtonElement || node instanceof HTMLAnchorElement) {
    node.title = label;
  }
}

let toastTimer = 0;

/**
 * Shows a short notification and announces it to screen readers.
 * @param {string} text
 */
export function toast(text) {
  const node = byId("toast");
  node.textContent = text;
  node.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => node.classList.remove("shown"), 5_000);
}

/** Announces a text to screen readers. @param {string} text */
export function announce(text) {
  byId("announcer").textContent = text;
}
