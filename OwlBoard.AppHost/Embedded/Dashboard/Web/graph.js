import { h, s, setText } from './dom.js';
import { live } from './live.js';
import { rate, seconds } from './format.js';
import { toneOf } from './resources.js';

const NODE_WIDTH = 182, NODE_HEIGHT = 54, COLUMN = 256, ROW = 78, MARGIN = 16;
const CLIENTS = 'clients';

/** The parts of the system, and the requests between them as they flow. */
export function open() {
  const picture = s('svg', { class: 'graph', role: 'group', 'aria-label': 'Topology with live traffic; the table below says the same' });
  const body = h('tbody');
  const nodes = new Map(), edges = new Map(), rows = new Map();
  let drawn = '';

  /** Draws anew when parts come or go; else only what changes is changed, so that nothing jumps. */
  function layOut() {
    const key = live.resources.map(view => view.resource.name).join();
    if (key === drawn || live.resources.length === 0) return;
    drawn = key;
    nodes.clear();
    edges.clear();
    const deepest = Math.max(...live.resources.map(view => view.level));
    const columns = [[CLIENTS], ...Array.from({ length: deepest + 1 }, (_, i) => live.resources
      .filter(view => view.level === deepest - i).map(view => view.resource.name)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true })))];
    const tallest = Math.max(...columns.map(column => column.length));
    const width = MARGIN * 2 + COLUMN * (columns.length - 1) + NODE_WIDTH, height = MARGIN * 2 + ROW * tallest;
    const places = new Map();
    columns.forEach((column, i) => column.forEach((name, j) =>
      places.set(name, { x: MARGIN + i * COLUMN, y: MARGIN + ROW * (tallest - column.length) / 2 + j * ROW + (ROW - NODE_HEIGHT) / 2 })));

    const pairs = [
      ...live.resources.filter(view => view.resource.urls.some(url => url.isExternal)).map(view => [CLIENTS, view.resource.name]),
      ...live.resources.flatMap(view => view.dependsOn.map(to => [view.resource.name, to])),
    ].filter(([from, to]) => places.has(from) && places.has(to));
    for (const [from, to] of pairs) edges.set(`${from}→${to}`, makeEdge(places.get(from), places.get(to), labelPlace(pairs, from, to)));
    for (const [name, place] of places) nodes.set(name, makeNode(name, place));
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    picture.style.setProperty('min-width', `${Math.min(width, 760)}px`);
    picture.replaceChildren(...[...edges.values()].map(edge => edge.element), ...[...nodes.values()].map(node => node.element),
      ...[...edges.values()].map(edge => edge.label));
  }

  const update = () => {
    layOut();
    for (const view of live.resources) nodes.get(view.resource.name)?.setState(view);
    const traffic = (live.traffic?.edges ?? []).toSorted((a, b) => `${a.from} ${a.to}`.localeCompare(`${b.from} ${b.to}`, 'en', { numeric: true }));
    for (const [key, edge] of edges) edge.setTraffic(traffic.find(one => `${one.from}→${one.to}` === key));
    for (const [name, node] of nodes) node.setTraffic(traffic.filter(one => one.to === name), traffic.filter(one => one.from === name));
    for (const edge of traffic) showRow(edge);
    for (const [key, row] of rows) row.element.hidden = !traffic.some(one => `${one.from}→${one.to}` === key);
  };

  function showRow(edge) {
    const key = `${edge.from}→${edge.to}`;
    if (!rows.has(key)) {
      const cells = [0, 1, 2, 3].map(() => h('td', { class: 'number' }));
      rows.set(key, { cells, element: h('tr', {}, h('th', { scope: 'row' }, edge.from), h('td', {}, edge.to), cells) });
      body.append(rows.get(key).element);
    }
    [rate(edge.requestsPerSecond), rate(edge.errorsPerSecond), seconds(edge.p50), seconds(edge.p99)]
      .forEach((text, i) => setText(rows.get(key).cells[i], text));
  }

  const stops = [live.watch('resources', update), live.watch('traffic', update)];
  return {
    element: h('div', {},
      h('div', { class: 'panel scroll graph-panel', tabindex: 0, role: 'region', 'aria-label': 'Graph' }, picture),
      h('p', { class: 'hint' }, 'Averages of the last five seconds. The wider and faster a line, the more requests; red ones fail.'),
      h('details', { class: 'panel', open: true }, h('summary', {}, 'The same as a table'),
        h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Traffic as a table' }, h('table', {},
          h('thead', {}, h('tr', {}, ['From', 'To', 'Requests/s', 'Errors/s', 'p50', 'p99'].map((name, i) => h('th', { scope: 'col', class: i > 1 ? 'number' : null }, name)))),
          body)))),
    close: () => stops.forEach(stop => stop()),
  };
}

/** Lines that meet at one end are labelled at the other; where many cross many there is no room. */
function labelPlace(pairs, from, to) {
  const leaving = pairs.filter(pair => pair[0] === from).length, arriving = pairs.filter(pair => pair[1] === to).length;
  if (leaving > 1 && arriving > 1) return from === CLIENTS ? 0.3 : null;
  return leaving > 1 ? 0.72 : 0.35;
}

function makeNode(name, { x, y }) {
  const isClients = name === CLIENTS;
  const state = s('circle', { class: 'node-state', cx: 17, cy: 19, r: 5 });
  const detail = s('text', { class: 'node-detail', x: 16, y: 42 });
  const box = [s('rect', { class: 'node-box', width: NODE_WIDTH, height: NODE_HEIGHT, rx: 10 }), isClients ? null : state,
    s('text', { class: 'node-name', x: isClients ? 16 : 28, y: 24 }, isClients ? 'browsers, clients' : name), detail];
  const element = isClients
    ? s('g', { class: 'node', transform: `translate(${x} ${y})` }, box)
    : s('a', { class: 'node', href: `#/console?resource=${encodeURIComponent(name)}`, transform: `translate(${x} ${y})` }, s('title', {}, `Console of ${name}`), box);
  let trouble = '';
  return {
    element,
    setState(view) {
      state.setAttribute('data-tone', toneOf(view));
      element.setAttribute('data-tone', toneOf(view));
      trouble = view.resource.isReady ? '' : `${view.label} · `;
    },
    setTraffic(arriving, leaving) {
      const shown = isClients ? leaving : arriving;
      const requests = shown.reduce((sum, edge) => sum + edge.requestsPerSecond, 0);
      const errors = shown.reduce((sum, edge) => sum + edge.errorsPerSecond, 0);
      const slowest = Math.max(...shown.map(edge => edge.p99 ?? 0), 0);
      setText(detail, `${trouble}${rate(requests)}/s${errors > 0 ? ` · ${rate(errors)} errors/s` : ''}${slowest > 0 ? ` · p99 ${seconds(slowest)}` : ''}`);
    },
  };
}

function makeEdge(from, to, labelAt) {
  const x1 = from.x + NODE_WIDTH, y1 = from.y + NODE_HEIGHT / 2, x2 = to.x, y2 = to.y + NODE_HEIGHT / 2;
  const bend = Math.min(90, (x2 - x1) / 2);
  const d = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  const wire = s('path', { class: 'wire', d }), flow = s('path', { class: 'flow', d });
  const text = s('text', { class: 'edge-text', 'text-anchor': 'middle' });
  // On the curve: cubic Bézier at labelAt.
  const t = labelAt ?? 0.5, u = 1 - t;
  const lx = u ** 3 * x1 + 3 * u * u * t * (x1 + bend) + 3 * u * t * t * (x2 - bend) + t ** 3 * x2;
  const ly = u ** 3 * y1 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t ** 3 * y2;
  text.setAttribute('x', lx);
  text.setAttribute('y', ly + 4);
  return {
    element: s('g', { class: 'edge' }, wire, flow),
    label: text,
    setTraffic(traffic) {
      const requests = traffic?.requestsPerSecond ?? 0, errors = traffic?.errorsPerSecond ?? 0;
      flow.setAttribute('class', requests === 0 ? 'flow idle' : errors > 0 ? 'flow failing' : 'flow');
      // Ten times the traffic is a little wider and faster: from 1 to 1,000 all can be told apart.
      const strength = Math.log10(1 + requests);
      flow.style.setProperty('stroke-width', String(1.5 + 1.6 * strength));
      const seconds = (2.2 / (0.4 + strength)).toFixed(1);
      if (flow.dataset.seconds !== seconds) {
        flow.dataset.seconds = seconds;
        flow.style.setProperty('animation-duration', `${seconds}s`);
      }
      setText(text, requests > 0 && labelAt !== null ? `${rate(requests)}/s` : '');
    },
  };
}
