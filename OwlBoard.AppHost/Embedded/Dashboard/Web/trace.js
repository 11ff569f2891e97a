import { h, s } from './dom.js';
import { swatch } from './charts.js';
import { colourOf, getJson, live } from './live.js';
import { milliseconds, time } from './format.js';
import { attributeList, levelOf } from './records.js';

/** One trace as a waterfall: who did what when, and for how long. */
export function open(id) {
  const element = h('div', {}, h('p', { class: 'empty' }, 'Loading…'));
  let stop = () => {};

  Promise.all([getJson(`/api/traces/${encodeURIComponent(id)}`), getJson(`/api/records?trace=${encodeURIComponent(id)}`)])
    .then(([trace, records]) => {
      // Colours are known once the resources are.
      let drawn = false;
      stop = live.watch('resources', () => {
        if (drawn || live.resources.length === 0) return;
        drawn = true;
        element.replaceChildren(...show(trace, records));
      });
    }, failure => element.replaceChildren(h('p', { class: 'empty' }, failure.message)));

  return { title: 'Trace', tools: h('a', { class: 'button', href: '#/traces' }, 'All traces'), element, close: () => stop() };
}

function show(trace, records) {
  const names = [...new Set(trace.spans.map(span => span.resource))];
  const errors = trace.spans.filter(span => span.isError).length;
  return [
    h('dl', { class: 'panel facts' }, [
      ['Request', trace.name], ['Began', time(trace.start)], ['Duration', milliseconds(trace.duration)],
      ['Spans', trace.spans.length + (trace.isCut ? ' (more were not kept)' : '')], ['Errors', errors], ['Trace id', trace.id],
    ].map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, String(value))))),
    h('ul', { class: 'legend' }, names.map(name => h('li', {}, swatch(colourOf(name)), ` ${name}`))),
    h('div', { class: 'panel scroll', tabindex: 0, role: 'region', 'aria-label': 'Waterfall' },
      h('div', { class: 'waterfall' }, ruler(trace), h('ol', {}, trace.spans.map(span => spanRow(span, trace))))),
    records.length > 0 ? h('section', { class: 'panel' }, h('h2', {}, 'Logged meanwhile'), h('ol', { class: 'console inline' }, records.reverse().map(record =>
      h('li', { 'data-level': levelOf(record.severity) }, h('time', {}, time(record.time)),
        h('span', { class: 'who', style: { color: colourOf(record.resource) } }, record.resource), h('span', { class: 'text' }, record.text))))) : null,
  ].filter(part => part !== null);
}

function ruler(trace) {
  return h('div', { class: 'ruler', 'aria-hidden': 'true' }, h('span', { class: 'span-name' }, 'Span'),
    h('span', { class: 'span-time' }, [0, 0.25, 0.5, 0.75, 1].map(part =>
      h('span', { class: 'mark', style: { left: `${part * 100}%` } }, part === 0 ? '0' : milliseconds(trace.duration * part)))));
}

function spanRow(span, trace) {
  const colour = colourOf(span.resource);
  const left = 100 * span.offset / Math.max(trace.duration, 0.001), width = 100 * span.duration / Math.max(trace.duration, 0.001);
  const details = h('div', { class: 'span-details', hidden: true });
  const button = h('button', {
    type: 'button', class: 'span-row', 'aria-expanded': 'false',
    onclick: () => {
      details.hidden = !details.hidden;
      button.setAttribute('aria-expanded', String(!details.hidden));
      if (details.childElementCount === 0) details.append(...describe(span));
    },
  },
  h('span', { class: 'span-name', style: { '--depth': String(Math.min(span.depth, 12)) } },
    h('span', { class: 'stripe', style: { background: colour } }),
    h('span', { class: 'span-who' }, span.resource), ' ', h('span', { class: 'span-what' }, span.name), span.isError ? h('span', { class: 'badge', 'data-tone': 'bad' }, 'error') : null),
  h('span', { class: 'span-time' },
    h('span', { class: `span-bar${span.kind === 'client' ? ' outline' : ''}`, style: { left: `${left}%`, width: `${Math.max(width, 0.3)}%`, '--colour': colour } }),
    h('span', placeOf(left, width, span.kind), milliseconds(span.duration))),
  // Who listens hears what the bar shows.
  h('span', { class: 'visually-hidden' }, `, ${span.kind}, after ${milliseconds(span.offset)}`));
  return h('li', {}, button, details);
}

/** Behind the bar, else in front of it, else in it. */
function placeOf(left, width, kind) {
  if (left + width < 85) return { class: 'span-duration', style: { left: `${left + Math.max(width, 0.3) + 0.8}%` } };
  if (left > 15) return { class: 'span-duration', style: { right: `${100 - left + 0.8}%` } };
  return { class: `span-duration${kind === 'client' ? '' : ' inside'}`, style: { right: `${100 - left - width + 0.8}%` } };
}

function describe(span) {
  return [
    span.message ? h('p', { class: 'span-message' }, span.message) : null,
    attributeList([{ key: 'kind', value: span.kind }, { key: 'source', value: span.source }, { key: 'span id', value: span.id }, ...span.attributes]),
    ...span.events.map(event => h('div', {}, h('h3', {}, `${event.name}, after ${milliseconds(event.offset)}`), attributeList(event.attributes))),
  ].filter(part => part !== null);
}
