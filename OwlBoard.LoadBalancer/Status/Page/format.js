/** Formats a rate. */
export function rate(value) {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)}k`;
  return value >= 100 || value === 0 ? value.toFixed(0) : value.toFixed(1);
}

/** Formats a duration in milliseconds. */
export function milliseconds(value) {
  if (value === null || value === undefined) return '–';
  if (value >= 60_000) return `${(value / 60_000).toFixed(1)} min`;
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  if (value >= 100) return `${value.toFixed(0)} ms`;
  if (value >= 1 || value === 0) return `${value.toFixed(1)} ms`;
  return `${(value * 1000).toFixed(0)} µs`;
}

/** Formats a period in its two largest units. */
export function period(milliseconds) {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const days = Math.floor(total / 86400), hours = Math.floor(total / 3600) % 24, minutes = Math.floor(total / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${total % 60} s` : `${total} s`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Formats the local time of day. */
export function timeOfDay(date) {
  return clock.format(new Date(date));
}

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'compact' });

export function number(value) {
  if (value === null || value === undefined) return '–';
  return value < 10_000 ? whole.format(value) : compact.format(value);
}

export function percent(part) {
  return `${(part * 100).toFixed(part > 0 && part < 0.1 ? 1 : 0)} %`;
}
