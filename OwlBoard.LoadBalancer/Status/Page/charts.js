// Line charts and sparklines in SVG.

import { h, s } from './dom.js';
import { period } from './format.js';

const WIDTH = 560, HEIGHT = 170, LEFT = 58, RIGHT = 10, TOP = 10, BOTTOM = 22;

/** Rounds a value up to the next of 1, 2, 2.5, 5, 10, … */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map(step => step * power).find(step => step >= value * 0.999);
}

/**
 * Creates a chart with a line for each series.
 * @param title The title of the chart.
 * @param format Formats a value.
 * @param least The minimum of the top of the scale.
 * @returns The element, and a function that updates the data: times in milliseconds, series of { name, colour, values }.
 */
export function lineChart(title, format, least = 1) {
  const picture = s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'chart' });
  const tip = h('div', { class: 'tip', hidden: true });
  const element = h('figure', { class: 'panel chart-panel' }, h('figcaption', {}, title), picture, tip);
  let data = { times: [], series: [] };
  let at = null;

  // The width is always five minutes: steps without a sample stay empty, so that the lines do not stretch.
  const x = i => WIDTH - RIGHT - (WIDTH - LEFT - RIGHT) * (data.times.length - 1 - i) / Math.max(1, data.capacity - 1);

  function draw() {
    const values = data.series.flatMap(one => one.values).filter(value => value !== null);
    const top = niceAbove(Math.max(...values, least));
    const y = value => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value / top);
    const parts = [];
    for (const part of [0, 0.5, 1]) {
      parts.push(s('line', { class: part ? 'grid' : 'axis', x1: LEFT, x2: WIDTH - RIGHT, y1: y(top * part), y2: y(top * part) }));
      parts.push(s('text', { class: 'tick', x: LEFT - 8, y: y(top * part) + 4, 'text-anchor': 'end' }, format(top * part)));
    }
    for (let minutes = 0; minutes * 60 < data.capacity * data.step; minutes++) {
      const place = WIDTH - RIGHT - (WIDTH - LEFT - RIGHT) * minutes * 60 / (data.capacity * data.step);
      parts.push(s('text', { class: 'tick', x: place, y: HEIGHT - 5, 'text-anchor': minutes ? 'middle' : 'end' }, minutes ? `−${minutes} min` : 'now'));
    }
    for (const one of data.series) {
      parts.push(s('path', { class: 'line', d: linePath(one.values, x, y), style: { stroke: one.colour } }));
    }
    if (at !== null && at < data.times.length) {
      parts.push(s('line', { class: 'cursor', x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM }));
      for (const one of data.series) {
        const value = one.values[at];
        if (value !== null && value !== undefined) parts.push(s('circle', { cx: x(at), cy: y(value), r: 3.5, style: { fill: one.colour } }));
      }
      const ago = data.times.at(-1) - data.times[at];
      tip.replaceChildren(h('strong', {}, ago < 1000 ? 'now' : `${period(ago)} ago`),
        ...data.series.map(one => h('span', {}, swatch(one.colour), ` ${one.name} `, h('b', {}, text(one.values[at])))));
      tip.style.setProperty('left', `${Math.min(64, 100 * x(at) / WIDTH)}%`);
    }
    tip.hidden = at === null;
    picture.replaceChildren(...parts);
    picture.setAttribute('aria-label', `${title}, now: ${data.series.map(one => `${one.name} ${text(one.values.at(-1))}`).join(', ')}`);
  }

  const text = value => value === null || value === undefined ? '–' : format(value);

  picture.addEventListener('pointermove', event => {
    const box = picture.getBoundingClientRect();
    const inside = (event.clientX - box.left) * WIDTH / box.width;
    const back = Math.round((WIDTH - RIGHT - inside) / (WIDTH - LEFT - RIGHT) * (data.capacity - 1));
    at = data.times.length === 0 ? null : Math.max(0, Math.min(data.times.length - 1, data.times.length - 1 - back));
    draw();
  });
  picture.addEventListener('pointerleave', () => {
    at = null;
    draw();
  });

  return {
    element,
    update(next) {
      data = next;
      draw();
    },
  };
}

function linePath(values, x, y) {
  let text = '', open = false;
  values.forEach((value, i) => {
    if (value === null) {
      open = false;
    } else {
      // A single value between gaps is a zero-length line; its round caps draw a dot.
      text += open ? `L${x(i).toFixed(1)} ${y(value).toFixed(1)}` : `M${x(i).toFixed(1)} ${y(value).toFixed(1)}h0`;
      open = true;
    }
  });
  return text;
}

export function swatch(colour) {
  return h('span', { class: 'swatch', style: { background: colour } });
}

/**
 * Creates a sparkline of the whole history.
 * @param capacity The number of values that fill the width.
 * @param series Lines of { kind, values } on one scale.
 * @param least The minimum of the top of the scale.
 */
export function sparkline(capacity, series, least) {
  const top = Math.max(least, ...series.flatMap(one => one.values).map(value => value ?? 0));
  const y = value => 30 - 28 * value / top;
  return s('svg', { viewBox: '0 0 120 32', class: 'spark', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
    s('line', { class: 'floor', x1: 0, x2: 120, y1: 31, y2: 31 }),
    series.map(({ kind, values }) => {
      const x = i => 120 - 120 * (values.length - 1 - i) / Math.max(1, capacity - 1);
      // A line without any value above 0 is not coloured.
      return s('path', { class: values.some(value => value > 0) ? kind : 'idle', d: linePath(values, x, y) });
    }));
}
