// One row for each gateway: state and reason, traffic, recent health, and the button to drain it.

import { h, setText } from './dom.js';
import { sparkline } from './charts.js';
import { milliseconds, number, percent, period, rate } from './format.js';
import { colourOf, failureText, states } from './states.js';
import { recent } from './overview.js';

/** @param act Called with a gateway and `drain` or `activate` when a button is pressed. */
export function gatewayList(act) {
  const balance = h('div', { class: 'balance', role: 'img' });
  const list = h('ul', { class: 'gateways' });
  const note = h('p', { class: 'panel note', id: 'draining-is-off', hidden: true },
    'Draining is disabled because no management token is configured. Set ', h('code', {}, 'LoadBalancer:ManagementToken'),
    ' (environment: ', h('code', {}, 'LoadBalancer__ManagementToken'), ') to a secret of at least 16 characters to enable it.');
  const rows = new Map();

  return {
    element: h('section', { 'aria-labelledby': 'gateways-heading' },
      h('div', { class: 'heading' }, h('h2', { id: 'gateways-heading' }, 'Gateways'), h('p', {}, 'Share of traffic, last 10 seconds')), balance, list, note),
    update(status, history, shares, capacity) {
      note.hidden = status.canDrain;
      showBalance(balance, shares);
      const names = status.gateways.map(gateway => gateway.name);
      for (const name of rows.keys()) {
        if (!names.includes(name)) rows.delete(name);
      }
      status.gateways.forEach((gateway, i) => {
        if (!rows.has(gateway.name)) rows.set(gateway.name, row(gateway.name, act));
        const past = history.gateways.find(one => one.name === gateway.name) ?? nothing;
        rows.get(gateway.name).update({ gateway, past, status, share: shares[i].share, colour: colourOf(i), capacity, stepSeconds: history.stepSeconds });
      });
      const elements = names.map(name => rows.get(name).element);
      if (elements.length !== list.children.length || elements.some((element, i) => list.children[i] !== element)) list.replaceChildren(...elements);
    },
  };
}

/** The history of a gateway without samples. */
const nothing = { traffic: { requestsPerSecond: [], errorsPerSecond: [], active: [], p50: [], p99: [] }, states: [] };

function row(name, act) {
  const id = `gateway-${name}`;
  const colour = h('span', { class: 'swatch' });
  const badge = h('span', { class: 'badge' });
  const address = h('p', { class: 'address' });
  const since = h('p', { class: 'since' });
  const traffic = metric('Requests/s'), errors = metric('Failed/s'), latency = metric('p50 · p99, last minute'), active = metric('Active');
  const probe = h('dd', {}), failure = h('dd', {});
  const button = h('button', { type: 'button', onclick: () => act(current, button.dataset.verb) });
  const strip = h('div', { class: 'strip', role: 'img' });
  let current;

  const element = h('li', { class: 'panel gateway', id, tabindex: -1 },
    h('div', { class: 'who' }, h('h3', {}, colour, ` ${name} `), badge, address, since),
    h('dl', { class: 'metrics' }, traffic.element, errors.element, latency.element, active.element),
    h('dl', { class: 'last' }, h('div', {}, h('dt', {}, 'Last probe '), probe), h('div', {}, h('dt', {}, 'Last error '), failure)),
    h('div', { class: 'actions' }, button),
    h('div', { class: 'health' }, h('span', { 'aria-hidden': 'true' }, '−5 min'), strip, h('span', { 'aria-hidden': 'true' }, 'now')));

  function showState({ gateway, status, colour: background }) {
    const { badge: text, tone } = states[gateway.state];
    element.dataset.tone = tone;
    element.dataset.state = gateway.state;
    badge.dataset.tone = tone;
    setText(badge, text);
    colour.style.setProperty('background', background);
    setText(address, [gateway.address, gateway.zone && `zone ${gateway.zone}`, gateway.weight !== 1 && `weight ${gateway.weight}`].filter(Boolean).join(' · '));
    setText(since, gateway.since
      ? `for ${period(Date.parse(status.now) - Date.parse(gateway.since))}: ${gateway.reason}`
      : `for ${period(Date.parse(status.now) - Date.parse(status.startedAt))}, since the start`);
  }

  function showButton({ gateway, status }) {
    const verb = gateway.state === 'drained' ? 'activate' : 'drain';
    button.hidden = !status.canDrain;
    button.dataset.verb = verb;
    setText(button, verb === 'drain' ? 'Drain' : 'Activate');
    button.setAttribute('aria-label', `${button.textContent} ${name}`);
  }

  function showTraffic({ gateway, past, share, capacity }) {
    const { requestsPerSecond, errorsPerSecond, active: inFlight, p50, p99 } = past.traffic;
    const failed = recent(errorsPerSecond);
    traffic.show(rate(recent(requestsPerSecond)), `${percent(share)} of all`, sparkline(capacity, [{ kind: 'plain', values: requestsPerSecond }], 1));
    errors.show(rate(failed), `${number(gateway.failures)} in all`, sparkline(capacity, [{ kind: 'error', values: errorsPerSecond }], 1), failed > 0 ? 'bad' : null);
    const { p50: half, p99: most } = gateway.latencyLastMinute;
    latency.show(half === null ? '–' : `${milliseconds(half)} · ${milliseconds(most)}`, '', sparkline(capacity, [{ kind: 'high', values: p99 }, { kind: 'plain', values: p50 }], 1));
    active.show(number(gateway.activeRequests), `${number(gateway.requests)} served`, sparkline(capacity, [{ kind: 'plain', values: inFlight }], 1));
  }

  function showLast({ gateway, status }) {
    const now = Date.parse(status.now);
    setText(probe, gateway.lastProbe ? `${gateway.lastProbe.result}, ${period(now - Date.parse(gateway.lastProbe.at))} ago`
      : status.isProbing ? 'none yet' : 'probing is disabled');
    setText(failure, gateway.lastFailure ? `${failureText(gateway.lastFailure.reason)}, ${period(now - Date.parse(gateway.lastFailure.at))} ago` : 'none');
  }

  function showHealth({ past, capacity, stepSeconds }) {
    const known = past.states.reduce((sum, run) => sum + run.steps, 0);
    const runs = known < capacity ? [{ state: null, steps: capacity - known }, ...past.states] : past.states;
    strip.replaceChildren(...runs.map(run => h('span', {
      'data-tone': run.state ? states[run.state].tone : 'unknown',
      title: `${run.state ? states[run.state].badge : 'Unknown'} for ${period(run.steps * stepSeconds * 1000)}`,
      style: { 'flex-grow': String(run.steps) },
    })));
    const out = past.states.filter(run => run.state !== null && run.state !== 'healthy');
    strip.setAttribute('aria-label', `Health over the last five minutes: ${out.length === 0 ? 'always in rotation'
      : `out of rotation ${period(1000 * stepSeconds * out.reduce((sum, run) => sum + run.steps, 0))} in all`}`);
  }

  return {
    element,
    update(view) {
      current = view.gateway;
      for (const show of [showState, showButton, showTraffic, showLast, showHealth]) show(view);
    },
  };
}

/** Creates a metric: a name, a number with a remark, and a sparkline. */
function metric(name) {
  const value = h('span', {}), remark = h('small', {}), chart = h('div', { class: 'small-chart' });
  const element = h('div', { class: 'metric' }, h('dt', {}, name), h('dd', {}, h('div', { class: 'value' }, value, ' ', remark), chart));
  return {
    element,
    show(text, beside, picture, tone = null) {
      setText(value, text);
      setText(remark, beside);
      chart.replaceChildren(picture);
      if (tone) element.dataset.tone = tone;
      else delete element.dataset.tone;
    },
  };
}

/** Shows a bar with one part for each gateway, as wide as its share. */
function showBalance(balance, shares) {
  const hasTraffic = shares.some(({ share }) => share > 0);
  balance.setAttribute('aria-label', hasTraffic
    ? shares.map(({ name, share }) => `${name} ${percent(share)}`).join(', ')
    : 'No traffic.');
  while (balance.children.length < shares.length) balance.append(h('span', { class: 'part' }));
  while (balance.children.length > shares.length) balance.lastChild.remove();
  shares.forEach(({ name, share }, i) => {
    const part = balance.children[i];
    part.title = `${name}: ${percent(share)}`;
    part.style.setProperty('flex-grow', String(hasTraffic ? share : 1));
    part.style.setProperty('background', hasTraffic ? colourOf(i) : 'var(--raised)');
    setText(part, hasTraffic && share >= 0.05 ? percent(share) : '');
  });
}
