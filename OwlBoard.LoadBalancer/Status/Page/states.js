/** The text and tone of the badge for each state of a gateway, and a description. */
export const states = {
  healthy: { badge: 'In rotation', tone: 'good', means: 'gets traffic' },
  unhealthy: { badge: 'Down', tone: 'bad', means: 'fails its health probes' },
  ejected: { badge: 'Ejected', tone: 'bad', means: 'failed requests and gets no traffic for the ejection time' },
  draining: { badge: 'Stopping', tone: 'busy', means: 'responds to health probes with 503: it is about to stop, or not ready yet' },
  drained: { badge: 'Drained', tone: 'busy', means: 'was drained by an operator' },
};

/** The descriptions of the reasons of failed attempts. */
const failures = {
  connect: 'connecting failed',
  timeout: 'response timed out',
  reset: 'connection reset',
  'declared dead': 'health probes failed while a request waited',
  502: '502 Bad Gateway',
  503: '503 Service Unavailable',
  504: '504 Gateway Timeout',
};

export function failureText(reason) {
  return failures[reason] ?? reason;
}

/** Returns the colour of a gateway. */
export function colourOf(index) {
  return `var(--c${index % 10})`;
}
