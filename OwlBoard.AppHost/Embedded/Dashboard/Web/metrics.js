import { h, select, setOptions, setText } from './dom.js';
import { lineChart, swatch } from './charts.js';
import { colourOf, every, getJson, live } from './live.js';
import { number, percent, rate, seconds, withUnit } from './format.js';

/** The gateways beside each other, and every instrument there is. */
export function open() {
  const charts = {
    requests: lineChart('Requests per second', rate),
    errors: lineChart('Errors per second', rate),
    p50: lineChart('Latency, p50', seconds),
    p99: lineChart('Latency, p99', seconds),
    active: lineChart('Requests in flight, open WebSockets included', number),
    retries: lineChart('Retried and refused requests per second', rate),
  };
  const balance = h('div', { class: 'balance' });
  const health = h('div', { class: 'health' });
  const body = h('tbody');
  const rows = new Map();

  async function load() {
    const history = await getJson('/api/traffic');
    const { times } = history;
    const each = pick => ({ times, series: history.gateways.map(gateway => ({ name: gateway.name, colour: colourOf(gateway.name), values: gateway.steps.map(pick) })) });
    charts.requests.update(each(step => step.requestsPerSecond));
    charts.errors.update(each(step => step.errorsPerSecond));
    charts.p50.update(each(step => step.p50));
    charts.p99.update(each(step => step.p99));
    charts.active.update(each(step => step.active));
    charts.retries.update({ times, series: [
      { name: 'passed on to another gateway', colour: 'var(--c1)', values: history.retries },
      { name: 'over the rate limit', colour: 'var(--c6)', values: history.rateLimited },
    ] });
    health.replaceChildren(...history.gateways.map(gateway => strip(gateway)));
  }

  const showNow = () => {
    const gateways = live.traffic?.gateways ?? [];
    const hasTraffic = gateways.some(gateway => gateway.share > 0);
    balance.replaceChildren(...gateways.map(gateway => h('span', {
      class: 'part', title: `${gateway.name}: ${percent(gateway.share)}`,
      style: { 'flex-grow': String(hasTraffic ? gateway.share : 1), background: hasTraffic ? colourOf(gateway.name) : 'var(--line)' },
    }, hasTraffic && gateway.share >= 0.06 ? percent(gateway.share) : '')));
    for (const gateway of gateways) {
      if (!rows.has(gateway.name)) {
        const cells = Array.from({ length: 7 }, () => h('td', { class: 'number' }));
        rows.set(gateway.name, cells);
        body.append(h('tr', {}, h('th', { scope: 'row' }, swatch(colourOf(gateway.name)), ` ${gateway.name}`), cells));
      }
      [gateway.isHealthy ? 'in rotation' : 'out', percent(gateway.share), rate(gateway.requestsPerSecond), rate(gateway.errorsPerSecond),
        seconds(gateway.p50), seconds(gateway.p99), number(gateway.active)].forEach((text, i) => setText(rows.get(gateway.name)[i], text));
    }
  };

  const stops = [every(2000, load), live.watch('traffic', showNow), live.watch('resources', showNow)];
  const instruments = instrumentBrowser();
  const note = h('p', { class: 'panel note', hidden: true });
  getJson('/api/about').then(({ chosenEndpoint }) => {
    note.hidden = !chosenEndpoint;
    note.textContent = `The programs report to ${chosenEndpoint}, as OTEL_EXPORTER_OTLP_ENDPOINT says, and not to this dashboard.`;
  });

  return {
    element: h('div', {}, note,
      h('section', { class: 'panel' }, h('h2', {}, 'Balance now'), balance,
        h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Gateways now' }, h('table', {},
          h('thead', {}, h('tr', {}, ['Gateway', 'State', 'Share', 'Requests/s', 'Errors/s', 'p50', 'p99', 'In flight'].map((name, i) => h('th', { scope: 'col', class: i > 0 ? 'number' : null }, name)))),
          body))),
      h('div', { class: 'charts' }, Object.values(charts).map(chart => chart.element)),
      h('section', { class: 'panel' }, h('h2', {}, 'Health, the last five minutes'), health),
      instruments.element),
    close() {
      stops.forEach(stop => stop());
      instruments.close();
    },
  };
}

/** When a gateway was in rotation, when it was out, and when nothing is known. */
function strip(gateway) {
  const stateOf = step => step.isHealthy === null ? 'unknown' : step.isHealthy ? 'in' : 'out';
  const runs = [];
  for (const step of gateway.steps) {
    if (runs.at(-1)?.state === stateOf(step)) runs.at(-1).length++;
    else runs.push({ state: stateOf(step), length: 1 });
  }
  const outages = runs.filter(run => run.state === 'out').length;
  return h('div', { class: 'health-row' }, h('span', {}, gateway.name),
    h('span', { class: 'strip', role: 'img', 'aria-label': `${gateway.name}: ${outages === 0 ? 'never out' : `${outages} times out`}, now ${runs.at(-1)?.state ?? 'unknown'}` },
      runs.map(run => h('span', { 'data-state': run.state, style: { 'flex-grow': String(run.length) } }))));
}

function instrumentBrowser() {
  let all = [], resource = '', name = '', stop = () => {};
  const place = h('div', {});
  const description = h('p', { class: 'hint' });
  const who = select('Resource', [], '', value => {
    resource = value;
    offerInstruments();
  });
  const what = select('Instrument', [], '', value => {
    name = value;
    watch();
  });

  function offerInstruments() {
    const names = all.filter(one => one.resource === resource).map(one => one.instrument.name);
    if (!names.includes(name)) name = names.includes('http.server.request.duration') ? 'http.server.request.duration' : names[0] ?? '';
    setOptions(what.list, names, name);
    watch();
  }

  function watch() {
    stop();
    const instrument = all.find(one => one.resource === resource && one.instrument.name === name)?.instrument;
    if (!instrument) return;
    const isHistogram = instrument.kind === 'histogram';
    const first = lineChart(isHistogram ? `${name}: values per second` : instrument.kind === 'counter' ? `${name}: growth per second` : name,
      value => isHistogram ? rate(value) : withUnit(value, instrument.unit));
    const second = isHistogram ? lineChart(`${name}: p99`, value => withUnit(value, instrument.unit)) : null;
    place.replaceChildren(first.element, second?.element ?? '');
    description.textContent = instrument.description;
    stop = every(2000, async () => {
      const found = await getJson(`/api/series?${new URLSearchParams({ resource, instrument: name })}`);
      const times = Array.from({ length: found.window }, (_, i) => found.now - found.window + 1 + i);
      const lines = pick => found.series.slice(0, 20).map((series, i) => {
        const points = new Map(series.points.map(point => [point.second, pick(point)]));
        const missing = instrument.kind === 'value' || pick === p99 ? null : 0;
        return { name: nameOf(series), colour: `var(--c${i % 10})`, values: times.map(time => points.get(time) ?? missing) };
      });
      const p99 = point => point.p99;
      first.update({ times, series: lines(isHistogram ? point => point.count : point => point.value) });
      second?.update({ times, series: lines(p99) });
    });
  }

  const stopLoading = every(5000, async () => {
    const found = await getJson('/api/instruments');
    all = found.list;
    const names = [...new Set(all.map(one => one.resource))];
    if (names.join() !== [...who.list.options].map(option => option.value).join()) {
      if (!names.includes(resource)) resource = names.includes('load-balancer') ? 'load-balancer' : names[0] ?? '';
      setOptions(who.list, names, resource);
      offerInstruments();
    }
  });

  return {
    element: h('section', { class: 'panel' }, h('h2', {}, 'All instruments'), h('div', { class: 'tools' }, who.element, what.element, description),
      h('div', { class: 'instrument' }, place)),
    close() {
      stop();
      stopLoading();
    },
  };
}

function nameOf(series) {
  return series.attributes.filter(one => !['network.protocol.version', 'url.scheme'].includes(one.key)).map(one => one.value).join(' ') || 'all';
}
