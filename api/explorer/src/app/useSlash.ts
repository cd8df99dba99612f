import { useEffect, useEffectEvent } from "react";

const isEditable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `/` focuses the search box of the page; where the page has none, it goes to the page that has. */
export function useSlash(goToSearch: () => void) {
  const onSlash = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isEditable(event.target)) return;
    event.preventDefault();
    const box = document.querySelector<HTMLInputElement>("#search-input");
    if (box) box.select();
    else goToSearch();
  });
  useEffect(() => {
    document.addEventListener("keydown", onSlash);
    return () => document.removeEventListener("keydown", onSlash);
  }, []);
}
