import { h, setText } from './dom.js';
import { connect, live } from './live.js';
import * as resources from './resources.js';
import * as graph from './graph.js';
import * as console from './console.js';
import * as records from './records.js';
import * as traces from './traces.js';
import * as trace from './trace.js';
import * as metrics from './metrics.js';

const pages = [
  { path: '', name: 'Resources', icon: '▦', open: resources.open },
  { path: 'graph', name: 'Graph', icon: '⌥', open: graph.open },
  { path: 'console', name: 'Console', icon: '›_', open: console.open },
  { path: 'logs', name: 'Logs', icon: '≡', open: records.open },
  { path: 'traces', name: 'Traces', icon: '⋔', open: traces.open },
  { path: 'metrics', name: 'Metrics', icon: '∿', open: metrics.open },
];

const main = document.getElementById('main');
const nav = document.getElementById('nav');
let close = () => {};
let shown;

nav.append(h('ul', {}, pages.map(page => h('li', {}, h('a', { href: `#/${page.path}`, id: `nav-${page.path}` },
  h('span', { class: 'icon', 'aria-hidden': 'true' }, page.icon), h('span', {}, page.name))))));

/** `#/traces/4bf9…?key=value`: the page, what of it, and how. */
function route() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [first, id] = path.split('/');
  return { page: pages.find(page => page.path === first) ?? pages[0], id, query: new URLSearchParams(query) };
}

function show() {
  if (location.hash === '#main') return;
  const { page, id, query } = route();
  close();
  for (const link of nav.querySelectorAll('a')) {
    link.toggleAttribute('aria-current', false);
  }
  document.getElementById(`nav-${page.path}`).setAttribute('aria-current', 'page');
  const view = page.path === 'traces' && id ? trace.open(id) : page.open(query);
  close = view.close ?? (() => {});
  const title = view.title ?? page.name;
  document.title = `${title} · OwlBoard`;
  main.replaceChildren(h('div', { class: 'head' }, h('h1', {}, title), view.tools ?? null), view.element);
  if (shown && shown !== `${page.path}/${id}`) main.focus({ preventScroll: true });
  shown = `${page.path}/${id}`;
  scrollTo(0, 0);
}

const themes = ['auto', 'light', 'dark'];
const themeButton = document.getElementById('theme');

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  themeButton.textContent = `Theme: ${theme}`;
  localStorage.setItem('theme', theme);
}

themeButton.addEventListener('click', () =>
  applyTheme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length]));
applyTheme(themes.includes(localStorage.getItem('theme')) ? localStorage.getItem('theme') : 'auto');

const connection = document.getElementById('connection');
live.watch('connection', () => {
  connection.dataset.on = live.connected;
  setText(connection, live.connected ? 'Live' : 'Not connected. If the AppHost runs, open the link that it printed.');
});

connect();
addEventListener('hashchange', show);
show();
