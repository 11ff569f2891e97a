// @ts-check
// Sends all requests to the gateways. Reports which gateway responded, and converts failures to ApiError.

/**
 * @typedef {{ id: number, email: string, full_name: string }} User
 * @typedef {{ id: number, title: string, description?: string, owner_id: number }} Board
 * @typedef {{ _id: string, user_id: string, user_name: string, content: string, coordinates: [number, number],
 *   created_at: string, updated_at: string }} Comment
 * @typedef {{ id: string, user_id: string, username: string, content: string, timestamp: string }} Message
 * @typedef {{ canvas_id: string, version: number, checksum: string }} CanvasState
 * @typedef {{ gateway: string, loadBalancer: string }} Answer
 */

export class ApiError extends Error {
  /** @param {number} status @param {string} key of the text to show @param {Record<string, string>} [values] */
  constructor(status, key, values = {}) {
    super(values.detail ?? key);
    this.status = status;
    this.key = key;
    this.values = values;
  }
}

/** @type {Set<(answer: Answer) => void>} */
const listeners = new Set();

/** Calls the listener for each response with the gateway that sent it. @param {(answer: Answer) => void} listener */
export function onAnswer(listener) {
  listeners.add(listener);
}

/** @param {string | number} part */
const path = (part) => encodeURIComponent(part);

export const api = {
  /** @param {string} email @param {string} fullName @param {string} password @returns {Promise<{ id: number }>} */
  register: (email, fullName, password) => call("POST", "users/register", { email, full_name: fullName, password }),
  /** @param {string} email @param {string} password @returns {Promise<{ id: number }>} */
  logIn: (email, password) => call("POST", "users/login", { email, password }),
  /** @param {number} id @returns {Promise<User>} */
  user: (id) => call("GET", `users/${path(id)}`),

  /** @param {number} owner @returns {Promise<Board[]>} */
  boards: (owner) => call("GET", `users/${path(owner)}/dashboards`),
  /** @param {number} owner @param {string} title @returns {Promise<Board>} */
  createBoard: (owner, title) => call("POST", `users/${path(owner)}/dashboards`, { title }),
  /** @param {Board} board @returns {Promise<null>} */
  deleteBoard: (board) => call("DELETE", `users/${path(board.owner_id)}/dashboards/${path(board.id)}`),

  /** @param {string} id @returns {Promise<CanvasState & { shapes: object[] }>} */
  canvas: (id) => call("GET", `canvas?id=${path(id)}`),
  /** @param {string} id @returns {Promise<CanvasState>} */
  canvasState: (id) => call("GET", `canvas/checksum?id=${path(id)}`),
  /** @param {string} id @param {object[]} shapes @returns {Promise<CanvasState>} */
  createCanvas: (id, shapes) => call("POST", "canvas", { id, shapes }),
  /** @param {string} id @param {object[]} shapes @param {number} base @returns {Promise<CanvasState>} */
  saveCanvas: (id, shapes, base) => call("POST", "canvas/save", { canvas_id: id, shapes, base_version: base }),
  /** @param {string} id @returns {Promise<null>} */
  deleteCanvas: (id) => call("DELETE", `canvas?id=${path(id)}`),

  /** @param {string} board @returns {Promise<Comment[]>} */
  comments: (board) => call("GET", `comments/dashboards/${path(board)}`),
  /** @param {string} board @param {{ id: number, name: string }} user @param {string} content @param {[number, number]} place */
  comment: (board, user, content, place) =>
    call("POST", `comments/dashboards/${path(board)}/users/${path(user.id)}/comments`,
      { content, coordinates: place.join(","), user_name: user.name }),
  /** @param {string} id @param {string} content @returns {Promise<Comment>} */
  editComment: (id, content) => call("PUT", `comments/${path(id)}`, { content }),
  /** @param {string} id @param {[number, number]} place @returns {Promise<Comment>} */
  moveComment: (id, place) => call("PUT", `comments/${path(id)}/coordinates`, place),
  /** @param {string} id @returns {Promise<null>} */
  deleteComment: (id) => call("DELETE", `comments/${path(id)}`),

  /** Returns messages, oldest first, and their total number. @param {string} board @param {number} skip @param {number} limit */
  messages: async (board, skip, limit) => {
    const response = await request("GET", `chat/messages/${path(board)}?skip=${skip}&limit=${limit}`);
    return {
      messages: /** @type {Message[]} */ (await response.json()),
      total: Number(response.headers.get("X-Total-Count") ?? 0),
    };
  },
  /** @param {string} board @returns {Promise<{ user_id: string, username: string }[]>} */
  people: (board) => call("GET", `chat/users/${path(board)}`),
};

/** @param {string} method @param {string} target @param {object} [body] */
async function call(method, target, body) {
  const response = await request(method, target, body);
  return response.status === 204 ? null : response.json();
}

/** @param {string} method @param {string} target @param {object} [body] */
async function request(method, target, body) {
  let response;
  try {
    response = await fetch(`/api/${target}`, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
      // A frozen server keeps the connection open without responding.
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    throw new ApiError(0, "error.offline");
  }

  const gateway = response.headers.get("X-Gateway");
  if (gateway) {
    listeners.forEach((listener) => listener({ gateway, loadBalancer: response.headers.get("X-Load-Balancer") ?? "" }));
  }

  if (!response.ok) {
    throw await explain(response);
  }

  return response;
}

/** @param {Response} response */
async function explain(response) {
  if (response.status === 429) {
    return new ApiError(429, "error.tooMany");
  }

  let detail;
  try {
    detail = (await response.json()).detail;
  } catch {
    // A proxy's error response may have no JSON body.
  }

  return response.status < 500 && typeof detail === "string"
    ? new ApiError(response.status, "error.detail", { detail })
    : new ApiError(response.status, "error.status", { status: String(response.status) });
}
