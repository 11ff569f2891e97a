// The dialog that drains and activates gateways. The token is kept in the page's memory, and only on request.

import { announce, h } from './dom.js';

let remembered = '';

/** @param done Called after a gateway was drained or activated. */
export function drainDialog(done) {
  const title = h('h2', { id: 'drain-title' });
  const what = h('p', { id: 'drain-what' });
  const token = h('input', { type: 'password', id: 'token', autocomplete: 'off', required: true, 'aria-describedby': 'drain-problem' });
  const keep = h('input', { type: 'checkbox', id: 'keep-token', checked: true });
  const problem = h('p', { class: 'problem', id: 'drain-problem', role: 'alert' });
  const go = h('button', { class: 'primary' });
  const cancel = h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel');
  const form = h('form', { method: 'dialog', onsubmit: submit }, title, what,
    h('label', { for: 'token' }, 'Management token'), token,
    h('label', { class: 'check' }, keep, ' Remember the token until this page is closed'),
    problem, h('div', { class: 'buttons' }, cancel, go));
  const dialog = h('dialog', { 'aria-labelledby': 'drain-title', 'aria-describedby': 'drain-what' }, form);
  let gateway, verb;

  async function submit(event) {
    event.preventDefault();
    problem.textContent = '';
    go.disabled = true;
    try {
      const refusal = await send(gateway.name, verb, token.value);
      if (refusal) {
        problem.textContent = refusal;
        token.select();
        token.focus();
        return;
      }
      remembered = keep.checked ? token.value : '';
      dialog.close();
      announce(verb === 'drain' ? `${gateway.name} is drained.` : `${gateway.name} is activated.`);
      done();
    } finally {
      go.disabled = false;
    }
  }

  return {
    element: dialog,
    open(which, how, inRotation) {
      [gateway, verb] = [which, how];
      title.textContent = `${verb === 'drain' ? 'Drain' : 'Activate'} ${gateway.name}`;
      const isLast = gateway.state === 'healthy' && inRotation === 1;
      what.textContent = verb === 'activate' ? 'The gateway gets traffic again as soon as its health probes succeed.'
        : `The gateway completes its active requests and gets no new ones until it is activated.${isLast
          ? ' It is the last gateway in rotation: without it, requests go to all gateways, regardless of their state.' : ''}`;
      go.textContent = verb === 'drain' ? 'Drain' : 'Activate';
      problem.textContent = '';
      token.value = remembered;
      dialog.showModal();
      if (remembered) go.focus();
    },
  };
}

/** @returns The reason of a refusal; null on success. */
async function send(name, verb, token) {
  // Field values are bytes (RFC 9110 section 5.5): fetch throws on other characters, which no valid token has.
  if (/[^\x21-\x7e]/.test(token)) return 'The management token must consist of ASCII characters without spaces.';
  let response;
  try {
    response = await fetch(`gateways/${encodeURIComponent(name)}/${verb}`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
  } catch {
    return 'The load balancer does not respond.';
  }
  if (response.ok) return null;
  if (response.status === 401) return 'Wrong token. Enter the value of LoadBalancer:ManagementToken.';
  if (response.status === 429) return `Too many wrong tokens from this address. Try again in ${response.headers.get('Retry-After')} s.`;
  const body = response.headers.get('Content-Type')?.includes('json') ? await response.json() : null;
  return body?.detail ?? `The load balancer responded with ${response.status}.`;
}
