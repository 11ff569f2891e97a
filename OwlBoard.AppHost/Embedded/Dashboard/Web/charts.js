// Line charts in plain SVG.

import { h, s } from './dom.js';

const WIDTH = 560, HEIGHT = 190, LEFT = 58, RIGHT = 10, TOP = 10, BOTTOM = 22;

/** The next of 1, 2, 5, 10, … above a value. */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map(step => step * power).find(step => step >= value * 0.999);
}

/**
 * A chart with a line for each series.
 * @param title What it shows.
 * @param format Makes a text of a value.
 * @returns The element, and a function that shows other data: times in seconds, series of { name, colour, values }.
 */
export function lineChart(title, format) {
  const picture = s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'chart' });
  const legend = h('ul', { class: 'legend' });
  const tip = h('div', { class: 'tip', hidden: true });
  const element = h('figure', { class: 'panel chart-panel' }, h('figcaption', {}, title), picture, legend, tip);
  let data = { times: [], series: [] };
  let at = null;

  const x = i => LEFT + (WIDTH - LEFT - RIGHT) * (data.times.length < 2 ? 1 : i / (data.times.length - 1));

  function draw() {
    const values = data.series.flatMap(one => one.values).filter(value => value !== null);
    const top = niceAbove(Math.max(...values, 0) || 1);
    const y = value => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value / top);
    const parts = [];
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      parts.push(s('line', { class: part ? 'grid' : 'axis', x1: LEFT, x2: WIDTH - RIGHT, y1: y(top * part), y2: y(top * part) }));
      if (part * 4 % 2 === 0) parts.push(s('text', { class: 'tick', x: LEFT - 8, y: y(top * part) + 4, 'text-anchor': 'end' }, format(top * part)));
    }
    const last = data.times.at(-1) ?? 0;
    data.times.forEach((time, i) => {
      const ago = last - time;
      if (ago % 60 < (data.times[1] - data.times[0]) / 2 || i === data.times.length - 1) {
        const text = ago < 1 ? 'now' : `−${Math.round(ago / 60)} min`;
        parts.push(s('text', { class: 'tick', x: x(i), y: HEIGHT - 6, 'text-anchor': ago < 1 ? 'end' : 'middle' }, text));
      }
    });
    for (const one of data.series) {
      parts.push(s('path', { class: 'line', d: path(one.values, y), style: { stroke: one.colour } }));
      one.values.forEach((value, i) => {
        // Alone between gaps a value would be a line without length.
        if (value !== null && (one.values[i - 1] ?? null) === null && (one.values[i + 1] ?? null) === null) {
          parts.push(s('circle', { cx: x(i), cy: y(value), r: 1.8, style: { fill: one.colour } }));
        }
      });
    }
    if (at !== null && at < data.times.length) {
      parts.push(s('line', { class: 'cursor', x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM }));
      for (const one of data.series) {
        const value = one.values[at];
        if (value !== null && value !== undefined) parts.push(s('circle', { cx: x(at), cy: y(value), r: 3.5, style: { fill: one.colour } }));
      }
      const ago = last - data.times[at];
      tip.replaceChildren(h('strong', {}, ago < 1 ? 'now' : `${ago} s ago`),
        ...data.series.map(one => h('span', {}, swatch(one.colour), ` ${one.name} `, h('b', {}, one.values[at] === null ? '–' : format(one.values[at])))));
      tip.style.setProperty('left', `${Math.min(70, 100 * x(at) / WIDTH)}%`);
    }
    tip.hidden = at === null;
    picture.replaceChildren(...parts);
    picture.setAttribute('aria-label', `${title}, now: ${data.series.map(one => `${one.name} ${one.values.at(-1) === null ? 'nothing' : format(one.values.at(-1) ?? 0)}`).join(', ')}`);
  }

  function path(values, y) {
    let text = '', open = false;
    values.forEach((value, i) => {
      if (value === null) {
        open = false;
      } else {
        text += `${open ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
        open = true;
      }
    });
    return text;
  }

  picture.addEventListener('pointermove', event => {
    const box = picture.getBoundingClientRect();
    const inside = (event.clientX - box.left) * WIDTH / box.width;
    at = Math.max(0, Math.min(data.times.length - 1, Math.round((inside - LEFT) / (WIDTH - LEFT - RIGHT) * (data.times.length - 1))));
    draw();
  });
  picture.addEventListener('pointerleave', () => {
    at = null;
    draw();
  });

  return {
    element,
    update(next) {
      const names = next.series.map(one => one.name).join('\n');
      if (legend.dataset.names !== names) {
        legend.dataset.names = names;
        legend.replaceChildren(...next.series.map(one => h('li', {}, swatch(one.colour), ` ${one.name}`)));
      }
      data = next;
      draw();
    },
  };
}

export function swatch(colour) {
  return h('span', { class: 'swatch', style: { background: colour } });
}

/** A line without axes, as large as a word. */
export function sparkline(values, colour) {
  const top = Math.max(...values, 0.001);
  const points = values.map((value, i) => `${(120 * i / Math.max(1, values.length - 1)).toFixed(1)},${(30 - 28 * value / top).toFixed(1)}`);
  return s('svg', { viewBox: '0 0 120 32', class: 'spark', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
    points.length > 1 ? s('polyline', { points: points.join(' '), style: { stroke: colour } }) : null);
}
