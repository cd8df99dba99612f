import { useSyncExternalStore } from "react";

const dark = () => window.matchMedia("(prefers-color-scheme: dark)");

const subscribe = (listener: () => void) => {
  const query = dark();
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
};

/** Light or dark; what is painted with the colours of the one is painted anew with those of the other. */
export const useScheme = (): "dark" | "light" =>
  useSyncExternalStore(subscribe, () => (dark().matches ? "dark" : "light"));
