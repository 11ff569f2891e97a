import { checkbox, h, select, setOptions, soon, textField } from './dom.js';
import { swatch } from './charts.js';
import { colourOf, every, getJson, live } from './live.js';
import { milliseconds, time } from './format.js';

/** The latest requests, and the way each took. */
export function open(query) {
  const filter = { resource: query.get('resource') ?? '', text: '', milliseconds: '', errors: 'false' };
  const body = h('tbody');
  const empty = h('p', { class: 'empty' });
  const count = h('span', { class: 'hint' });
  let shown = '', isLive = true;

  async function load() {
    const found = await getJson(`/api/traces?${new URLSearchParams(filter)}`);
    count.textContent = `${found.traces} traces, ${found.spans} spans kept`;
    empty.textContent = found.list.length > 0 ? '' : 'No trace matches. Send a request through the load balancer.';
    const key = JSON.stringify(found.list);
    if (key === shown) return;
    shown = key;
    const longest = Math.max(...found.list.map(trace => trace.duration), 0.001);
    body.replaceChildren(...found.list.map(trace => row(trace, longest)));
  }

  const reload = soon(load);
  const set = name => value => {
    filter[name] = String(value);
    reload();
  };
  const names = () => [['', 'All resources'], ...live.resources.map(one => [one.resource.name, one.resource.name])];
  const who = select('Resource', names(), filter.resource, set('resource'));
  const stopResources = live.watch('resources', () => {
    if (who.list.options.length !== live.resources.length + 1) setOptions(who.list, names(), filter.resource);
  });
  const stopLoading = every(2000, () => isLive ? load() : null);

  return {
    tools: h('div', { class: 'tools' }, who.element, textField('Search', 'name or trace id', '', set('text')),
      textField('At least, ms', '0', '', set('milliseconds'), 'number'), checkbox('Only errors', false, set('errors')),
      checkbox('Live', true, on => {
        isLive = on;
      }), count),
    element: h('div', { class: 'panel scroll', tabindex: 0, role: 'region', 'aria-label': 'Traces' },
      h('table', { class: 'traces' },
        h('thead', {}, h('tr', {}, ['Time', 'Request', 'Way', 'Spans', 'Duration'].map(name => h('th', { scope: 'col' }, name)))), body), empty),
    close() {
      stopResources();
      stopLoading();
    },
  };
}

function row(trace, longest) {
  return h('tr', { class: trace.errors > 0 ? 'failed' : null },
    h('td', { class: 'number' }, time(trace.start)),
    h('td', {}, h('a', { href: `#/traces/${trace.id}` }, trace.name),
      trace.errors > 0 ? h('span', { class: 'badge', 'data-tone': 'bad' }, `${trace.errors} ${trace.errors === 1 ? 'error' : 'errors'}`) : null),
    h('td', {}, h('span', { class: 'way' }, trace.resources.map(name => h('span', { class: 'chip' }, swatch(colourOf(name)), ` ${name}`)))),
    h('td', { class: 'number' }, String(trace.spans)),
    h('td', { class: 'duration' }, h('span', { class: 'number' }, milliseconds(trace.duration)),
      h('span', { class: 'bar', 'aria-hidden': 'true' }, h('span', { style: { width: `${Math.max(1, 100 * trace.duration / longest)}%` } }))));
}
