import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Badge } from "@/components/Badge";
import field from "@/components/Field.module.css";
import { ShowMore } from "@/components/ShowMore";
import { differences } from "@/features/asset/difference";
import type { Difference } from "@/features/asset/difference";
import styles from "@/features/asset/HistoryTab.module.css";
import { Loaded } from "@/features/asset/Loaded";
import { FactsAtDocument } from "@/gql/graphql";
import { moment, plural } from "@/lib/format";
import { execute } from "@/lib/graphql";
import { lastSegment } from "@/lib/iri";
import { usePaged } from "@/lib/usePaged";

interface Time {
  at: string;
  commit: number;
  source: string;
}

const NOW = "";

/** What differs between two chosen moments, and who says it. */
export function CompareTimes({ iri, times }: { iri: string; times: Time[] }) {
  const [before, setBefore] = useState(times[1]?.at ?? times[0]?.at ?? NOW);
  const [after, setAfter] = useState(NOW);
  return (
    <details className={styles.compare} data-testid="compare">
      <summary>Compare two moments</summary>
      <div className={styles.moments}>
        <Choice label="From" times={times} value={before} onChange={setBefore} />
        <Choice label="To" times={times} value={after} onChange={setAfter} />
      </div>
      <Compared iri={iri} before={before} after={after} />
    </details>
  );
}

interface ChoiceProps {
  label: string;
  times: Time[];
  value: string;
  onChange: (at: string) => void;
}

function Choice({ label, times, value, onChange }: ChoiceProps) {
  return (
    <label className={field.field}>
      <span className={field.label}>{label}</span>
      <select
        aria-label={label}
        className={field.input}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value={NOW}>now</option>
        {times.map(({ at, commit, source }) => (
          <option key={commit} value={at}>
            {moment(at)}, after commit {commit} of {source}
          </option>
        ))}
      </select>
    </label>
  );
}

function useFactsAt(iri: string, at: string) {
  return useQuery({
    queryKey: ["asset", iri, "facts at", at],
    queryFn: async ({ signal }) =>
      (await execute(FactsAtDocument, { iri, asOf: at || null }, signal)).asset?.facts ?? [],
  });
}

function Compared({ iri, before, after }: { iri: string; before: string; after: string }) {
  const old = useFactsAt(iri, before);
  const young = useFactsAt(iri, after);
  return (
    <Loaded query={old} what="the earlier moment">
      {(had) => (
        <Loaded query={young} what="the later moment">
          {(has) => <Lines iri={iri} found={differences(had, has)} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function Lines({ iri, found }: { iri: string; found: Difference[] }) {
  const { visible, hidden, showMore } = usePaged(found, 200);
  return (
    <>
      <p role="status">{found.length ? plural(found.length, "difference") : "Nothing differs."}</p>
      <ul className={styles.lines}>
        {visible.map(({ sign, fact }, index) => (
          <li key={index} className={sign === "+" ? styles.added : styles.removed} data-testid="difference">
            <span className={styles.sign} aria-hidden="true">
              {sign}
            </span>
            <span className="visually-hidden">{sign === "+" ? "only later" : "only earlier"}</span>
            <span className={styles.line} dir="auto">
              {fact.subject !== iri && <span className={styles.subject}>{lastSegment(fact.subject)}</span>}
              <span className={styles.predicate}>{fact.label}</span>
              <span>{fact.value}</span>
            </span>
            <span className={styles.from}>{fact.curated ? <Badge tone="accent">people</Badge> : fact.source}</span>
          </li>
        ))}
      </ul>
      <ShowMore hidden={hidden} onClick={showMore} />
    </>
  );
}
