/** What each state of a gateway means: a badge's text and tone, and a sentence. */
export const states = {
  healthy: { badge: 'In rotation', tone: 'good', means: 'takes traffic' },
  unhealthy: { badge: 'Down', tone: 'bad', means: 'does not answer its probes' },
  ejected: { badge: 'Ejected', tone: 'bad', means: 'failed requests and is left alone for a while' },
  draining: { badge: 'Stopping', tone: 'busy', means: 'answers its probes with 503: it is about to stop, or not ready yet' },
  drained: { badge: 'Drained', tone: 'busy', means: 'was taken out by an operator' },
};

/** What the short reasons of failed attempts mean. */
const failures = {
  connect: 'no connection could be opened',
  timeout: 'no response in time',
  reset: 'the connection broke',
  'declared dead': 'declared dead while a request waited',
  502: 'it answered 502 Bad Gateway',
  503: 'it answered 503 Service Unavailable',
  504: 'it answered 504 Gateway Timeout',
};

export function failureText(reason) {
  return failures[reason] ?? reason;
}

/** A colour of its own for each gateway. */
export function colourOf(index) {
  return `var(--c${index % 10})`;
}
