// Builds DOM elements without a framework. No text is parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** Creates an HTML element; `on…` are event handlers, `style` is an object, false and null omit the attribute. */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Creates an SVG element. */
export function s(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'style') {
      // Set by script, since the Content-Security-Policy forbids style attributes.
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

/** Sets the text only if it differs, to keep the selection and not to repeat the announcement of a live region. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Announces a text to screen readers without moving the focus. */
export function announce(text) {
  document.getElementById('announcements').textContent = text;
}
