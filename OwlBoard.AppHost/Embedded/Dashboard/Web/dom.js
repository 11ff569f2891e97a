// The few lines that a framework would be used for here.

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
      // Through the object model: a style attribute would be against the page's Content-Security-Policy.
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

/** Changes a text, and nothing if it is the same: a selection in it stays. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A drop-down list of texts or of [value, text] pairs. */
export function select(label, options, value, onchange) {
  const list = h('select', { onchange: () => onchange(list.value) });
  setOptions(list, options, value);
  return { element: h('label', { class: 'field' }, h('span', {}, label), list), list };
}

export function setOptions(list, options, value) {
  const pairs = options.map(option => Array.isArray(option) ? option : [option, option]);
  list.replaceChildren(...pairs.map(([key, text]) => h('option', { value: key, selected: key === value }, text)));
  list.value = value;
}

export function textField(label, placeholder, value, oninput, type = 'search') {
  const input = h('input', { type, placeholder, value, oninput: () => oninput(input.value), min: type === 'number' ? 0 : null });
  return h('label', { class: 'field' }, h('span', {}, label), input);
}

export function checkbox(label, checked, onchange) {
  const box = h('input', { type: 'checkbox', checked, onchange: () => onchange(box.checked) });
  return h('label', { class: 'check' }, box, ` ${label}`);
}

/** Calls a function soon, and once however often it is asked for. */
export function soon(call, milliseconds = 200) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, milliseconds);
  };
}

export function announce(text) {
  document.getElementById('announcements').textContent = text;
}
