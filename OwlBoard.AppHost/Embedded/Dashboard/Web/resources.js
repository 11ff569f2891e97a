import { h, setText } from './dom.js';
import { colourOf, command, live } from './live.js';
import { rate, seconds, uptime } from './format.js';
import { sparkline } from './charts.js';

/** All resources: what each is doing, where it is, and what it can be told. */
export function open() {
  const tiles = h('div', { class: 'tiles' });
  const body = h('tbody');
  const rows = new Map();

  const stopResources = live.watch('resources', () => {
    const views = [...live.resources].sort((a, b) =>
      b.level - a.level || a.resource.name.localeCompare(b.resource.name, 'en', { numeric: true }));
    for (const view of views) {
      let row = rows.get(view.resource.name);
      if (!row) {
        rows.set(view.resource.name, row = makeRow(view.resource.name));
        body.append(row.element);
      }
      row.update(view);
    }
    showTiles();
  });
  const stopTraffic = live.watch('traffic', showTiles);
  const clock = setInterval(() => rows.forEach(row => row.tick()), 1000);

  function showTiles() {
    const ready = live.resources.filter(view => view.resource.isReady).length;
    const traffic = live.traffic;
    const recent = pick => live.recent.map(pick);
    const total = traffic?.total;
    const failing = total ? total.errorsPerSecond : 0;
    tiles.replaceChildren(
      tile('Running', `${ready} of ${live.resources.length}`, ready === live.resources.length ? 'good' : 'bad'),
      tile('Requests per second', total ? rate(total.requestsPerSecond) : '–', '', sparkline(recent(t => t.total.requestsPerSecond), 'var(--accent)')),
      tile('Errors per second', total ? rate(failing) : '–', failing > 0 ? 'bad' : '', sparkline(recent(t => t.total.errorsPerSecond), 'var(--bad)')),
      tile('p99 latency', total ? seconds(total.p99) : '–', '', sparkline(recent(t => t.total.p99 ?? 0), 'var(--c3)')),
      tile('Retries per second', traffic ? rate(traffic.retriesPerSecond) : '–', '', sparkline(recent(t => t.retriesPerSecond), 'var(--c2)')));
  }

  return {
    element: h('div', {}, tiles, h('div', { class: 'panel scroll', tabindex: 0, role: 'region', 'aria-label': 'Resources' },
      h('table', { class: 'resources' },
        h('thead', {}, h('tr', {}, ['Name', 'State', 'Uptime', 'Pid', 'Restarts', 'Endpoints', 'Actions'].map(name => h('th', { scope: 'col' }, name)))),
        body))),
    close() {
      stopResources();
      stopTraffic();
      clearInterval(clock);
    },
  };
}

function tile(name, value, tone, chart) {
  return h('div', { class: `panel tile ${tone}` }, h('div', {}, h('span', { class: 'tile-name' }, name), h('span', { class: 'tile-value' }, value)), chart);
}

/** Whether a resource is well, on its way, or not. */
export function toneOf(view) {
  if (view.resource.isReady) return 'good';
  if (view.label === 'Stopped' || view.label === 'Not started') return 'off';
  return view.label === 'Unhealthy' || view.label === 'Restarting' ? 'bad' : 'busy';
}

function makeRow(name) {
  const state = h('span', { class: 'badge' });
  const since = h('span', {}), pid = h('span', {}), restarts = h('span', {}), urls = h('td', { class: 'urls' });
  // One button, so that the keyboard's place is where it was once it has been used.
  const startStop = button('Stop'), restart = button('Restart');
  let view;

  function button(verb) {
    return h('button', { type: 'button', 'aria-label': `${verb} ${name}`, onclick: event => {
      const { currentTarget } = event;
      if (currentTarget.getAttribute('aria-disabled') !== 'true') command(name, currentTarget.textContent.toLowerCase());
    } }, verb);
  }

  const row = {
    element: h('tr', { 'data-resource': name },
      h('th', { scope: 'row' }, h('span', { class: 'stripe', style: { background: colourOf(name) } }), name),
      h('td', {}, state), h('td', { class: 'number' }, since), h('td', { class: 'number' }, pid), h('td', { class: 'number' }, restarts), urls,
      h('td', { class: 'actions' }, startStop, restart,
        h('a', { class: 'button', href: `#/console?resource=${encodeURIComponent(name)}`, 'aria-label': `Console of ${name}` }, 'Console'))),

    update(next) {
      view = next;
      const { resource } = view;
      const ended = resource.processId === null && resource.exitCode !== null ? ` (exit code ${resource.exitCode})` : '';
      setText(state, view.label + ended);
      state.dataset.tone = toneOf(view);
      setText(pid, resource.processId === null ? '–' : String(resource.processId));
      setText(restarts, String(resource.restarts));
      if (urls.childElementCount !== resource.urls.length) {
        urls.replaceChildren(...resource.urls.map(url => h('a', { href: url.url, target: '_blank', rel: 'noopener noreferrer' },
          resource.urls.length > 1 ? `${url.endpointName} ` : '', h('span', { class: 'address' }, url.url.replace(/^https?:\/\//, '')))));
      }
      const isOff = view.label === 'Stopped' || view.label === 'Not started';
      setText(startStop, isOff ? 'Start' : 'Stop');
      startStop.setAttribute('aria-label', `${isOff ? 'Start' : 'Stop'} ${name}`);
      setEnabled(startStop, view.label !== 'Stopping');
      setEnabled(restart, !isOff && view.label !== 'Stopping');
      row.tick();
    },

    tick() {
      setText(since, view?.resource.startedAt ? uptime(view.resource.startedAt) : '–');
    },
  };
  return row;
}

/** Not `disabled`: a button that is loses the keyboard's place. */
function setEnabled(button, isEnabled) {
  button.setAttribute('aria-disabled', String(!isEnabled));
}
