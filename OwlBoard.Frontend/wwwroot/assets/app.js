import { api } from "./api.js";
import { ChatView } from "./chat-view.js";
import { byId, element, show } from "./dom.js";
import { showGateways } from "./gateways.js";
import { currentUser, forget, remember } from "./session.js";

const chat = new ChatView(showProblem);
let isNew = false;

showGateways();
byId("switch").addEventListener("click", () => setNew(!isNew));
byId("log-in").addEventListener("submit", submit(logIn));
byId("create-board").addEventListener("submit", submit(createBoard));
byId("log-out").addEventListener("click", () => { forget(); start(); });
byId("back").addEventListener("click", closeBoard);
start();

function start() {
  const user = currentUser();
  closeBoard();
  showProblem("");
  show("welcome", !user);
  show("workspace", Boolean(user));
  show("who", Boolean(user));
  show("log-out", Boolean(user));
  byId("who").textContent = user?.name ?? "";
  if (user) {
    listBoards().catch((problem) => showProblem(problem.message));
  }
}

function setNew(value) {
  isNew = value;
  const form = byId("log-in");
  show("full-name", isNew);
  form.elements.full_name.required = isNew;
  form.elements.password.autocomplete = isNew ? "new-password" : "current-password";
  form.querySelector("[type=submit]").textContent = isNew ? "Sign up" : "Log in";
  byId("switch").textContent = isNew ? "I have an account" : "I am new here";
}

async function logIn({ email, full_name: fullName, password }) {
  if (isNew) {
    await api.register(email.value, fullName.value, password.value);
  }

  const { id } = await api.logIn(email.value, password.value);
  const user = await api.user(id);
  remember({ id, name: user.full_name });
  password.value = "";
  setNew(false);
  start();
}

async function listBoards() {
  const boards = await api.boards(currentUser().id);
  show("no-boards", boards.length === 0);
  byId("board-list").replaceChildren(...boards.map((board) => {
    const button = element("button", { type: "button" }, board.title);
    if (board.description) {
      button.append(element("small", {}, board.description));
    }

    button.addEventListener("click", () => openBoard(board, button));
    return element("li", {}, button);
  }));
}

async function createBoard({ title }) {
  await api.createBoard(currentUser().id, title.value.trim());
  title.value = "";
  await listBoards();
}

function openBoard(board, button) {
  byId("board-list").querySelector("[aria-current]")?.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  document.body.classList.add("chatting");
  showProblem("");
  chat.open(board, currentUser());
}

function closeBoard() {
  byId("board-list").querySelector("[aria-current]")?.removeAttribute("aria-current");
  document.body.classList.remove("chatting");
  chat.close();
}

/** Runs what a form does, once at a time, and shows why it failed. */
function submit(action) {
  return async (event) => {
    event.preventDefault();
    const form = event.target;
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    showProblem("");
    try {
      await action(form.elements);
    } catch (problem) {
      showProblem(problem.message);
    } finally {
      button.disabled = false;
    }
  };
}

function showProblem(message) {
  byId("problem").textContent = message;
  show("problem", Boolean(message));
}
