// Text from anywhere goes into the page as text only: no markup is ever made from data.

export const byId = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

export function show(id, visible) {
  byId(id).hidden = !visible;
}
