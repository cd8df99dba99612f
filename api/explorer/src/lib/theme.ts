const KEY = "fabric.theme";

export type Theme = "light" | "dark";

/** The reader's own choice, undefined where the system decides. */
export function chosenTheme(storage: Storage = localStorage): Theme | undefined {
  const kept = storage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : undefined;
}

/** Shows the page in the reader's choice, if there is one. */
export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** From light to dark or back, whatever decided so far; kept in this browser. */
export function toggleTheme(): Theme {
  const dark = chosenTheme() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const next = dark === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, next);
  applyTheme();
  return next;
}

/** Back to what the system prefers. */
export function followSystem(): void {
  localStorage.removeItem(KEY);
  applyTheme();
}
