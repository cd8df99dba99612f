import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/Button";
import { ErrorPanel } from "@/components/ErrorPanel";
import field from "@/components/Field.module.css";
import { Skeleton } from "@/components/Skeleton";
import { Answered } from "@/features/sparql/Answered";
import { askCsv, askSparql } from "@/features/sparql/askSparql";
import { QueryEditor } from "@/features/sparql/QueryEditor";
import { readSaved, writeSaved } from "@/features/sparql/savedQueries";
import styles from "@/features/sparql/SparqlPage.module.css";
import { useTerms } from "@/features/sparql/useTerms";

const START = `SELECT DISTINCT ?dataset ?title WHERE {
  ?dataset a dcat:Dataset ; dct:title ?title
}
ORDER BY ?title
LIMIT 100`;

function download(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: address, download: "answer.csv" }).click();
  URL.revokeObjectURL(address);
}

export default function SparqlPage() {
  const [text, setText] = useState(START);
  const [saved, setSaved] = useState(readSaved);
  const [name, setName] = useState("");
  const terms = useTerms();
  const ask = useMutation({ mutationFn: (query: string) => askSparql(query) });
  const csv = useMutation({ mutationFn: askCsv, onSuccess: download });
  const keep = (next: Record<string, string>) => {
    writeSaved(next);
    setSaved(next);
  };
  const error = ask.error ?? csv.error;
  return (
    <div className={styles.page}>
      <title>SPARQL · Fabric</title>
      <header>
        <h1>SPARQL</h1>
        <p>
          Fabric&apos;s usual prefixes need not be declared. Ctrl-Enter runs the query. For GraphQL there is{" "}
          <a href="./graphql">GraphiQL</a>.
        </p>
      </header>
      <QueryEditor text={text} terms={terms} onChange={setText} onRun={() => ask.mutate(text)} />
      <div className={field.actions}>
        <Button primary onClick={() => ask.mutate(text)} disabled={ask.isPending} data-testid="run-query">
          Run
        </Button>
        <Button onClick={() => csv.mutate(text)} disabled={csv.isPending}>
          Download CSV
        </Button>
        <input
          className={styles.name}
          aria-label="Name of the query"
          placeholder="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button disabled={!name.trim()} onClick={() => keep({ ...saved, [name.trim()]: text })}>
          Save query
        </Button>
      </div>
      {Object.keys(saved).length > 0 && (
        <ul className={styles.saved} aria-label="Saved queries">
          {Object.entries(saved).map(([title, query]) => (
            <li key={title}>
              <Button onClick={() => setText(query)}>{title}</Button>{" "}
              <Button
                aria-label={`Forget ${title}`}
                onClick={() => keep(Object.fromEntries(Object.entries(saved).filter(([other]) => other !== title)))}
              >
                ×
              </Button>
            </li>
          ))}
        </ul>
      )}
      {error && <ErrorPanel title="The query failed" error={error} />}
      {ask.isPending && <Skeleton lines={5} label="Running the query" />}
      {ask.isSuccess && <Answered answer={ask.data} />}
    </div>
  );
}
