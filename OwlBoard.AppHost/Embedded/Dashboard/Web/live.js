// What the engine says at this moment: one connection for all pages.

import { announce } from './dom.js';

const KEPT = 60;

export const live = Object.assign(new EventTarget(), {
  resources: [],
  traffic: null,
  /** The traffic of the last minute, for small charts. */
  recent: [],
  connected: false,

  /** Calls the function now and at each change of the kind, until the returned function is called. */
  watch(kind, call) {
    this.addEventListener(kind, call);
    call();
    return () => this.removeEventListener(kind, call);
  },
});

function tell(kind) {
  live.dispatchEvent(new Event(kind));
}

export function connect() {
  const events = new EventSource('/api/live');
  events.addEventListener('open', () => {
    live.connected = true;
    tell('connection');
  });
  events.addEventListener('error', () => {
    live.connected = false;
    tell('connection');
    if (events.readyState === EventSource.CLOSED) {
      // Refused rather than interrupted: another run of the engine, with another token, or none.
      setTimeout(connect, 2000);
    }
  });
  events.addEventListener('resources', message => {
    const before = new Map(live.resources.map(view => [view.resource.name, view.label]));
    live.resources = JSON.parse(message.data);
    const changed = live.resources.filter(view => before.has(view.resource.name) && before.get(view.resource.name) !== view.label);
    if (changed.length > 0) announce(changed.map(view => `${view.resource.name}: ${view.label}`).join(', '));
    tell('resources');
  });
  events.addEventListener('traffic', message => {
    live.traffic = JSON.parse(message.data);
    live.recent = [...live.recent, live.traffic].slice(-KEPT);
    tell('traffic');
  });
}

export async function getJson(path) {
  const response = await fetch(path);
  if (!response.ok) {
    const problem = response.headers.get('Content-Type')?.includes('json') ? await response.json() : null;
    throw new Error(problem?.detail ?? `${path}: ${response.status} ${response.statusText}`);
  }
  return response.json();
}

/** Tells a resource to start, stop or restart; what comes of it is seen as its state. */
export async function command(name, verb) {
  try {
    const response = await fetch(`/api/resources/${encodeURIComponent(name)}/${verb}`, { method: 'POST' });
    if (!response.ok) announce(`${name} could not be told to ${verb}: ${response.status}`);
  } catch (failure) {
    announce(`${name} could not be told to ${verb}: ${failure.message}`);
  }
}

/** A colour of its own for each resource, the same on all pages. */
export function colourOf(name) {
  const index = live.resources.findIndex(view => view.resource.name === name);
  return `var(--c${(index < 0 ? 0 : index) % 10})`;
}

/** Calls a function every few seconds while it is wanted and the page is seen; one call at a time. */
export function every(milliseconds, call) {
  let timer, over = false;
  const run = async () => {
    if (!document.hidden) {
      try {
        await call();
      } catch (failure) {
        // The connection's own sign says so; the next call may work.
        if (live.connected) throw failure;
      }
    }
    if (!over) timer = setTimeout(run, milliseconds);
  };
  run();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
