export function rate(value) {
  if (value >= 1000) return `${(value / 1000).toFixed(1)}k`;
  return value >= 100 || value === 0 ? value.toFixed(0) : value.toFixed(1);
}

/** Milliseconds, as short as they can be read. */
export function milliseconds(value) {
  if (value === null || value === undefined) return '–';
  if (value >= 60_000) return `${(value / 60_000).toFixed(1)} min`;
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  if (value >= 100) return `${value.toFixed(0)} ms`;
  if (value >= 1) return `${value.toFixed(1)} ms`;
  return `${(value * 1000).toFixed(0)} µs`;
}

export function seconds(value) {
  return milliseconds(value === null || value === undefined ? value : value * 1000);
}

/** How long ago, in the two largest units. */
export function uptime(since) {
  const total = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000));
  const days = Math.floor(total / 86400), hours = Math.floor(total / 3600) % 24, minutes = Math.floor(total / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${total % 60} s` : `${total} s`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

export function time(milliseconds) {
  return clock.format(milliseconds);
}

const compact = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, notation: 'compact' });

export function number(value) {
  return value === null || value === undefined ? '–' : compact.format(value);
}

export function percent(part) {
  return `${(part * 100).toFixed(part > 0 && part < 0.1 ? 1 : 0)} %`;
}

/** A value with the unit that an instrument states (UCUM). */
export function withUnit(value, unit) {
  if (unit === 's') return seconds(value);
  if (unit === 'By') return value >= 1 << 20 ? `${(value / (1 << 20)).toFixed(1)} MiB` : `${(value / 1024).toFixed(1)} KiB`;
  const name = unit.replace(/[{}]/g, '');
  return name && name !== '1' ? `${number(value)} ${name}` : number(value);
}
