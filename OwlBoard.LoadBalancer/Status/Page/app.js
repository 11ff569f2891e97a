import { h, setText } from './dom.js';
import { lineChart, swatch } from './charts.js';
import { changeList } from './changes.js';
import { drainDialog } from './drain.js';
import { gatewayList } from './gateways.js';
import { milliseconds, number, period, rate, timeOfDay } from './format.js';
import { overview, recent } from './overview.js';
import { colourOf } from './states.js';

const PERIOD = 2000;

/** The timeout of a request, in milliseconds. */
const PATIENCE = 5000;

/** The length of the history, in seconds. */
const KEPT = 300;

const main = document.getElementById('main');
const connection = document.getElementById('connection');
const facts = document.getElementById('facts');
const summary = overview();
const dialog = drainDialog(refresh);
const gateways = gatewayList((gateway, verb) => dialog.open(gateway, verb, last.activeBackends));
const charts = {
  requests: lineChart('Requests per second', rate, 1),
  errors: lineChart('Failed attempts per second', rate, 1),
  p50: lineChart('Latency, p50', milliseconds, 1),
  p99: lineChart('Latency, p99', milliseconds, 1),
};
const legend = h('ul', { class: 'legend', 'aria-hidden': 'true' });
const changes = changeList();
let last = null;
let lastAt = 0;

async function getJson(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** Fetches the status and the history, and shows them. */
async function refresh() {
  let answers;
  try {
    answers = await Promise.all([getJson('lb-status'), getJson('status/history')]);
  } catch {
    connection.dataset.on = 'false';
    setText(connection, lastAt ? `No response. Last update: ${timeOfDay(lastAt)}.` : 'No response from the load balancer.');
    return;
  }
  lastAt = Date.now();
  show(...answers);
  connection.dataset.on = 'true';
  setText(connection, 'Live');
}

function show(status, history) {
  const isFirst = last === null;
  last = status;
  const capacity = KEPT / history.stepSeconds;
  const rates = status.gateways.map(gateway => recent(history.gateways.find(one => one.name === gateway.name)?.traffic.requestsPerSecond ?? []));
  const total = rates.reduce((sum, value) => sum + value, 0);
  const shares = status.gateways.map((gateway, i) => ({ name: gateway.name, share: total > 0 ? rates[i] / total : 0 }));

  setText(facts, [status.algorithm, `up ${period(Date.parse(status.now) - Date.parse(status.startedAt))}`,
    status.accessLogDropped > 0 && `${number(status.accessLogDropped)} access log lines dropped`].filter(Boolean).join(' · '));
  summary.update(status, history, capacity);
  gateways.update(status, history, shares, capacity);
  showCharts(status, history, capacity);
  changes.update(history.changes);
  document.title = `${status.activeBackends}/${status.gateways.length} in rotation · OwlBoard load balancer`;
  if (isFirst) main.append(summary.element, gateways.element, h('section', { 'aria-labelledby': 'charts-heading' },
    h('div', { class: 'heading' }, h('h2', { id: 'charts-heading' }, 'The last five minutes'), legend),
    h('div', { class: 'charts' }, Object.values(charts).map(chart => chart.element))), changes.element, dialog.element);
}

function showCharts(status, history, capacity) {
  const order = new Map(status.gateways.map((gateway, i) => [gateway.name, i]));
  const series = history.gateways.map(one => ({ name: one.name, colour: colourOf(order.get(one.name) ?? 0), traffic: one.traffic }));
  const each = pick => ({ capacity, step: history.stepSeconds, times: history.times, series: series.map(one => ({ ...one, values: pick(one.traffic) })) });
  charts.requests.update(each(traffic => traffic.requestsPerSecond));
  charts.errors.update(each(traffic => traffic.errorsPerSecond));
  charts.p50.update(each(traffic => traffic.p50));
  charts.p99.update(each(traffic => traffic.p99));
  const names = series.map(one => one.name).join();
  if (legend.dataset.names !== names) {
    legend.dataset.names = names;
    legend.replaceChildren(...series.map(one => h('li', {}, swatch(one.colour), ` ${one.name}`)));
  }
}

const themes = ['auto', 'light', 'dark'];
const themeButton = document.getElementById('theme');

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  themeButton.replaceChildren(h('span', { 'aria-hidden': 'true' }, '◐'), h('span', { class: 'theme-name' }, ` ${theme}`));
  themeButton.setAttribute('aria-label', `Theme: ${theme}`);
}

themeButton.addEventListener('click', () => {
  const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
  applyTheme(next);
  localStorage.setItem('theme', next);
});
applyTheme(themes.includes(localStorage.getItem('theme')) ? localStorage.getItem('theme') : 'auto');

let isRefreshing = false;

/** Refreshes while the page is visible; refreshes never overlap. */
async function tick() {
  if (document.hidden || isRefreshing) return;
  isRefreshing = true;
  try {
    await refresh();
  } finally {
    isRefreshing = false;
  }
}

document.addEventListener('visibilitychange', tick);
setInterval(tick, PERIOD);
tick();
