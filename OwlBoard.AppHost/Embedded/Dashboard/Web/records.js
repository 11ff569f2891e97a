import { h, select, setOptions, soon, textField } from './dom.js';
import { colourOf, every, getJson, live } from './live.js';
import { time } from './format.js';

const SEVERITIES = [['1', 'all levels'], ['5', 'debug and worse'], ['9', 'information and worse'], ['13', 'warning and worse'], ['17', 'error and worse']];

/** What the programs logged, with its parts and the trace that it belongs to. */
export function open(query) {
  const filter = { resource: query.get('resource') ?? '', text: '', severity: '1', trace: query.get('trace') ?? '' };
  const body = h('tbody');
  const empty = h('p', { class: 'empty' });
  let shown = '';

  async function load() {
    const records = await getJson(`/api/records?${new URLSearchParams(filter)}`);
    const key = records.map(record => record.number).join();
    empty.textContent = records.length > 0 ? '' : 'Nothing was logged that matches.';
    if (key === shown) return;
    shown = key;
    body.replaceChildren(...records.map(recordRow));
  }

  const reload = soon(load);
  const set = name => value => {
    filter[name] = value;
    reload();
  };
  const names = () => [['', 'All resources'], ...live.resources.map(one => [one.resource.name, one.resource.name])];
  const who = select('Resource', names(), filter.resource, set('resource'));
  const stopResources = live.watch('resources', () => {
    if (who.list.options.length !== live.resources.length + 1) setOptions(who.list, names(), filter.resource);
  });
  const stopLoading = every(2000, load);

  return {
    tools: h('div', { class: 'tools' }, who.element, select('Level', SEVERITIES, filter.severity, set('severity')).element,
      textField('Search', 'message, logger, value', '', set('text')),
      filter.trace ? h('span', { class: 'hint' }, 'Of one trace. ', h('a', { href: '#/logs' }, 'Show all')) : null),
    element: h('div', { class: 'panel scroll', tabindex: 0, role: 'region', 'aria-label': 'Log records' },
      h('table', { class: 'records' },
        h('thead', {}, h('tr', {}, ['Time', 'Resource', 'Level', 'Message', 'Trace'].map(name => h('th', { scope: 'col' }, name)))), body), empty),
    close() {
      stopResources();
      stopLoading();
    },
  };
}

export function levelOf(severity) {
  return ['trace', 'debug', 'information', 'warning', 'error', 'critical'][Math.max(0, Math.floor((severity - 1) / 4))];
}

function recordRow(record) {
  const level = levelOf(record.severity);
  return h('tr', {},
    h('td', { class: 'number' }, time(record.time)),
    h('td', { class: 'who', style: { color: colourOf(record.resource) } }, record.resource),
    h('td', {}, h('span', { class: 'level', 'data-level': level }, level)),
    h('td', {}, h('details', {}, h('summary', {}, record.text),
      attributeList([{ key: 'category', value: record.category }, ...record.attributes]))),
    h('td', {}, record.traceId ? h('a', { href: `#/traces/${record.traceId}`, 'aria-label': `Trace ${record.traceId.slice(0, 8)}` }, record.traceId.slice(0, 8)) : ''));
}

export function attributeList(attributes) {
  return h('dl', { class: 'attributes' }, attributes.map(({ key, value }) => h('div', {}, h('dt', {}, key), h('dd', {}, value))));
}
