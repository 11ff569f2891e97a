// @ts-check
// The light or dark theme: the system's unless the user has chosen one.

const key = "owlboard.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

const isDark = () => document.documentElement.dataset.theme === "dark";

export function toggleTheme() {
  const chosen = isDark() ? "light" : "dark";
  if ((chosen === "dark") === dark.matches) {
    localStorage.removeItem(key);
  } else {
    localStorage.setItem(key, chosen);
  }

  apply();
}

export function apply() {
  document.documentElement.dataset.theme = localStorage.getItem(key) ?? (dark.matches ? "dark" : "light");
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--surface");
  document.querySelector("meta[name=theme-color]")?.setAttribute("content", colour.trim());
}

dark.addEventListener("change", apply);
