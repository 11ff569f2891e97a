// The overview: the health of all gateways and the total traffic.

import { h, setText } from './dom.js';
import { sparkline } from './charts.js';
import { milliseconds, number, rate } from './format.js';
import { states } from './states.js';

/** The number of steps in the average of current values: ten seconds. */
const RECENT = 5;

/** Returns the mean of the recent values that are not null. */
export function recent(values) {
  const last = values.slice(-RECENT).filter(value => value !== null);
  return last.length === 0 ? 0 : last.reduce((sum, value) => sum + value, 0) / last.length;
}

function latest(values) {
  return values.slice(-RECENT).findLast(value => value !== null) ?? null;
}

export function overview() {
  const heading = h('h2', { id: 'verdict-heading' });
  const reasons = h('ul', { class: 'reasons' });
  const verdict = h('section', { class: 'verdict', id: 'verdict', role: 'status' }, heading, reasons);
  const tiles = h('dl', { class: 'tiles' });
  const element = h('div', {}, verdict, tiles);

  function showVerdict(status) {
    const out = status.gateways.filter(gateway => gateway.state !== 'healthy');
    const total = status.gateways.length;
    const lines = [];
    if (status.draining) lines.push(['The load balancer is shutting down: it completes active requests.']);
    if (total > 0 && out.length === total) lines.push(['No gateway is in rotation. Requests go to all of them, since one may still respond.']);
    for (const gateway of out) {
      lines.push([h('a', { href: `#gateway-${gateway.name}` }, gateway.name), gateway.state === 'drained' ? ` ${states.drained.means}.` : ` ${states[gateway.state].means} (${gateway.reason}).`]);
    }
    const tones = out.map(gateway => states[gateway.state].tone);
    verdict.dataset.tone = total === 0 || tones.includes('bad') || out.length === total ? 'bad' : tones.length > 0 || status.draining ? 'busy' : 'good';
    setText(heading, total === 0 ? 'There are no gateways'
      : out.length === 0 ? (total === 1 ? 'The gateway is in rotation' : `All ${total} gateways are in rotation`)
      : `${total - out.length} of ${total} gateways are in rotation`);
    const text = lines.map(line => line.map(part => part.textContent ?? part).join('')).join('\n');
    if (reasons.dataset.text !== text) {
      reasons.dataset.text = text;
      reasons.replaceChildren(...lines.map(line => h('li', {}, line)));
    }
    reasons.hidden = lines.length === 0;
  }

  function tile(name, value, chart, tone) {
    return h('div', { class: 'panel tile', 'data-tone': tone }, h('dt', {}, name), h('dd', {}, value), chart);
  }

  function showTiles(status, history, capacity) {
    const { total } = history;
    const spark = (values, kind, least = 1) => sparkline(capacity, [{ kind, values }], least);
    const errors = recent(total.errorsPerSecond), retries = recent(history.retriesPerSecond), refusals = recent(history.refusalsPerSecond);
    tiles.replaceChildren(
      tile('Requests/s', rate(recent(total.requestsPerSecond)), spark(total.requestsPerSecond, 'plain')),
      tile('5xx to clients/s', rate(errors), spark(total.errorsPerSecond, 'error'), errors > 0 ? 'bad' : null),
      tile('Latency p50 · p99', latest(total.p50) === null ? '–' : `${milliseconds(latest(total.p50))} · ${milliseconds(latest(total.p99))}`,
        sparkline(capacity, [{ kind: 'high', values: total.p99 }, { kind: 'plain', values: total.p50 }], 1)),
      tile('Active requests', number(status.gateways.reduce((sum, gateway) => sum + gateway.activeRequests, 0)), spark(total.active, 'plain')),
      tile('Retried/s', rate(retries), spark(history.retriesPerSecond, 'warning'), retries > 0 ? 'busy' : null),
      tile('Refused/s (limits)', rate(refusals), spark(history.refusalsPerSecond, 'warning'), refusals > 0 ? 'busy' : null));
  }

  return {
    element,
    update(status, history, capacity) {
      showVerdict(status);
      showTiles(status, history, capacity);
    },
  };
}
