// Light or dark: what was chosen here goes before what the system says; theme.js sets it early.
const root = document.documentElement;

export const isDark = () => getComputedStyle(root).colorScheme === "dark"
  || (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);

export function startScheme() {
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}
