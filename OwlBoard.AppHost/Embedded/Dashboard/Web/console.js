import { announce, checkbox, h, select, setOptions, soon, textField } from './dom.js';
import { colourOf, live } from './live.js';
import { time } from './format.js';

const KEPT = 5000, SHOWN = 1500;
const LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical'];
const TERMINAL_COLOURS = /\u001b\[[0-9;]*m/g;

/** What the programs write, as they write it. */
export function open(query) {
  let resource = query.get('resource') ?? '', search = '', level = 'trace', follow = true;
  let lines = [], waiting = [], frame = 0;
  const list = h('ol', { class: 'console' });
  const view = h('div', { class: 'panel console-panel', tabindex: 0, role: 'log', 'aria-live': 'off', 'aria-label': 'Console lines' }, list);
  const count = h('span', { class: 'hint', role: 'status' });
  let events;

  function connect() {
    events?.close();
    lines = [];
    waiting = [];
    showAll();
    events = new EventSource(`/api/console?resource=${encodeURIComponent(resource)}`);
    events.addEventListener('line', message => {
      const line = JSON.parse(message.data);
      line.text = line.text.replace(TERMINAL_COLOURS, '');
      waiting.push(line);
      frame ||= requestAnimationFrame(showWaiting);
    });
  }

  const matches = line => LEVELS.indexOf(line.level) >= LEVELS.indexOf(level)
    && (search === '' || line.text.toLowerCase().includes(search) || line.resource.includes(search));

  function showWaiting() {
    frame = 0;
    lines = lines.concat(waiting).slice(-KEPT);
    append(waiting.filter(matches));
    waiting = [];
  }

  function showAll() {
    list.replaceChildren();
    append(lines.filter(matches));
  }

  function append(some) {
    list.append(...some.slice(-SHOWN).map(row));
    while (list.childElementCount > SHOWN) list.firstElementChild.remove();
    count.textContent = list.childElementCount === SHOWN ? `the last ${SHOWN} lines` : `${list.childElementCount} lines`;
    if (follow) view.scrollTop = view.scrollHeight;
  }

  function row(line) {
    return h('li', { 'data-level': line.level },
      h('time', {}, time(Date.parse(line.time))),
      h('span', { class: 'who', style: { color: colourOf(line.resource) } }, line.resource),
      h('span', { class: 'text' }, ...marked(line.text)));
  }

  function marked(text) {
    if (search === '') return [text];
    const parts = [], lower = text.toLowerCase();
    let from = 0;
    for (let i = lower.indexOf(search); i >= 0; i = lower.indexOf(search, from)) {
      parts.push(text.slice(from, i), h('mark', {}, text.slice(i, i + search.length)));
      from = i + search.length;
    }
    return [...parts, text.slice(from)];
  }

  const refilter = soon(() => {
    showAll();
    announce(count.textContent);
  });
  const followBox = checkbox('Follow', follow, on => {
    follow = on;
    if (follow) view.scrollTop = view.scrollHeight;
  });
  view.addEventListener('scroll', () => {
    const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 40;
    if (atEnd !== follow) followBox.querySelector('input').checked = follow = atEnd;
  });

  const names = () => [['', 'All resources'], ...live.resources.map(one => [one.resource.name, one.resource.name])];
  const who = select('Resource', names(), resource, value => {
    resource = value;
    connect();
  });
  const stop = live.watch('resources', () => {
    if (who.list.options.length !== live.resources.length + 1) setOptions(who.list, names(), resource);
    // Colours are known now.
    if (list.childElementCount > 0 && !list.dataset.coloured) {
      list.dataset.coloured = 'yes';
      showAll();
    }
  });
  connect();

  return {
    tools: h('div', { class: 'tools' }, who.element,
      select('Level', LEVELS.map(name => [name, name === 'trace' ? 'all levels' : `${name} and worse`]), level, value => {
        level = value;
        refilter();
      }).element,
      textField('Search', 'text or resource', '', value => {
        search = value.trim().toLowerCase();
        refilter();
      }), followBox, count),
    element: view,
    close() {
      events.close();
      cancelAnimationFrame(frame);
      stop();
    },
  };
}
