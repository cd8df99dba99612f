import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";

import { Results } from "@/features/search/Results";
import { SearchBox } from "@/features/search/SearchBox";
import styles from "@/features/search/SearchPage.module.css";
import { isEmpty } from "@/features/search/searchParams";
import type { SearchParams } from "@/features/search/searchParams";
import { useArrowKeys } from "@/features/search/useArrowKeys";
import { Welcome } from "@/features/search/Welcome";

export function SearchPage() {
  const params = useSearch({ from: "/" });
  const navigate = useNavigate();
  const page = useRef<HTMLDivElement>(null);
  const onKeyDown = useArrowKeys(page);
  const empty = isEmpty(params);
  const change = (search: SearchParams) => void navigate({ to: "/", search, resetScroll: false });
  const type = (q: string) => void navigate({ to: "/", search: { ...params, q: q || undefined }, replace: true });
  return (
    <div ref={page} className={styles.page} data-empty={empty} onKeyDown={onKeyDown}>
      <title>{params.q ? `${params.q} · Fabric` : "Fabric"}</title>
      <h1 className={empty ? styles.question : "visually-hidden"}>What data are you looking for?</h1>
      <SearchBox query={params.q ?? ""} onChange={type} />
      {empty ? <Welcome /> : <Results params={params} onChange={change} />}
    </div>
  );
}
