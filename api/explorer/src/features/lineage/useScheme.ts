import { useSyncExternalStore } from "react";

const dark = () => window.matchMedia("(prefers-color-scheme: dark)");

const subscribe = (listener: () => void) => {
  const query = dark();
  const chosen = new MutationObserver(listener);
  query.addEventListener("change", listener);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    query.removeEventListener("change", listener);
    chosen.disconnect();
  };
};

function current(): "dark" | "light" {
  const { theme } = document.documentElement.dataset;
  if (theme === "dark" || theme === "light") return theme;
  return dark().matches ? "dark" : "light";
}

/** Light or dark, as the reader or the system chose; what is painted with the colours of the one is painted anew with the other's. */
export const useScheme = (): "dark" | "light" => useSyncExternalStore(subscribe, current);
