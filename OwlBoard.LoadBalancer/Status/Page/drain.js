// Drains and activates gateways. The token stays in this page's memory, and only if the reader wants that.

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
    h('label', { class: 'check' }, keep, ' Remember it until this page is closed'),
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
      what.textContent = verb === 'activate' ? 'It gets traffic again as soon as it answers its probes.'
        : `It finishes the requests that it is serving and gets no new ones until it is activated.${isLast
          ? ' It is the last gateway in rotation: without it, requests go to all gateways, whatever their state.' : ''}`;
      go.textContent = verb === 'drain' ? 'Drain' : 'Activate';
      problem.textContent = '';
      token.value = remembered;
      dialog.showModal();
      if (remembered) go.focus();
    },
  };
}

/** @returns Why it was refused; nothing if it was done. */
async function send(name, verb, token) {
  // The field's value is bytes (RFC 9110 section 5.5): a token of other characters cannot be right, and fetch would throw.
  if (/[^\x21-\x7e]/.test(token)) return 'A management token has no spaces and no characters outside ASCII.';
  let response;
  try {
    response = await fetch(`gateways/${encodeURIComponent(name)}/${verb}`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
  } catch {
    return 'The load balancer does not answer. Nothing was changed.';
  }
  if (response.ok) return null;
  if (response.status === 401) return 'This token is wrong. It is the value of LoadBalancer:ManagementToken.';
  if (response.status === 429) return `Too many wrong tokens from this address. Try again in ${response.headers.get('Retry-After')} s.`;
  const body = response.headers.get('Content-Type')?.includes('json') ? await response.json() : null;
  return body?.detail ?? `The load balancer answered ${response.status}.`;
}
