// Every call to the gateways. Says which of them answered, and turns failures into one kind of error.

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const listeners = new Set();

/** Calls back with the name of the gateway behind each answer. */
export function onAnswer(listener) {
  listeners.add(listener);
}

export const api = {
  register: (email, fullName, password) =>
    call("POST", "/api/users/register", { email, full_name: fullName, password }),
  logIn: (email, password) => call("POST", "/api/users/login", { email, password }),
  user: (id) => call("GET", `/api/users/${encodeURIComponent(id)}`),
  boards: (userId) => call("GET", `/api/users/${encodeURIComponent(userId)}/dashboards`),
  createBoard: (userId, title) => call("POST", `/api/users/${encodeURIComponent(userId)}/dashboards`, { title }),
  messages: (boardId) => call("GET", `/api/chat/messages/${encodeURIComponent(boardId)}?limit=50`),
};

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "This page's server cannot be reached. Are you online?");
  }

  const gateway = response.headers.get("X-Gateway") ?? response.headers.get("X-Upstream-Server");
  if (gateway) {
    listeners.forEach((listener) => listener(gateway));
  }

  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) {
    throw new ApiError(response.status, explain(response, answer));
  }

  return answer;
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function explain(response, answer) {
  if (response.status === 429) {
    const seconds = response.headers.get("Retry-After");
    return seconds ? `Too many requests. Try again in ${seconds} s.` : "Too many requests. Try again in a moment.";
  }

  const detail = typeof answer?.detail === "string" ? answer.detail : answer?.title;
  return detail ?? `The server answered ${response.status}.`;
}
