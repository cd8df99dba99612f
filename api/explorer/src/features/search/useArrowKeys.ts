import type { KeyboardEvent, RefObject } from "react";

const stops = "#search-input, [data-stop]";

/** Up and down move the focus between the search box, the results and what follows them; Escape goes back to the box. */
export function useArrowKeys(page: RefObject<HTMLElement | null>) {
  return (event: KeyboardEvent) => {
    const all = [...(page.current?.querySelectorAll<HTMLElement>(stops) ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1, Escape: -at }[event.key];
    const next = step === undefined ? undefined : all[at + step];
    if (!next || next === all[at]) return;
    event.preventDefault();
    next.focus();
    next.closest("li")?.scrollIntoView({ block: "nearest" });
  };
}
