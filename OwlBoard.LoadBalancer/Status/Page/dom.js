// Builds the page without a framework. Nothing is ever parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an HTML element; `on…` are handlers, `style` is an object, false and null leave an attribute out. */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Makes an SVG element. */
export function s(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'style') {
      // Through the object model: the Content-Security-Policy forbids style attributes.
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Changes a text only if it differs, so that a selection in it stays and a live region is not read again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Tells screen readers, without moving the focus. */
export function announce(text) {
  document.getElementById('announcements').textContent = text;
}
