// The table of recent state changes.

import { h } from './dom.js';
import { timeOfDay } from './format.js';
import { states } from './states.js';

export function changeList() {
  const body = h('tbody');
  const empty = h('p', { class: 'empty' }, 'No state changes since the start.');
  const table = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': 'changes-heading' }, h('table', {},
    h('thead', {}, h('tr', {}, ['Time', 'Gateway', 'State', 'Reason'].map(name => h('th', { scope: 'col' }, name)))), body));
  let shown = '';

  return {
    element: h('section', { class: 'panel changes' }, h('h2', { id: 'changes-heading' }, 'State changes'), empty, table),
    update(changes) {
      empty.hidden = changes.length > 0;
      table.hidden = changes.length === 0;
      const key = changes.map(change => `${change.at}${change.gateway}`).join();
      if (key === shown) return;
      shown = key;
      body.replaceChildren(...changes.map(change => h('tr', {},
        h('td', { class: 'number' }, h('time', { datetime: change.at }, timeOfDay(change.at))),
        h('th', { scope: 'row' }, change.gateway),
        h('td', {}, h('span', { class: 'badge', 'data-tone': states[change.after].tone }, states[change.after].badge)),
        h('td', {}, change.reason))));
    },
  };
}

