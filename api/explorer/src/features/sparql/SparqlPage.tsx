import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { Button } from "@/components/Button";
import { ErrorPanel } from "@/components/ErrorPanel";
import field from "@/components/Field.module.css";
import { Skeleton } from "@/components/Skeleton";
import { Answered } from "@/features/sparql/Answered";
import { askCsv, askSparql } from "@/features/sparql/askSparql";
import { QueryEditor } from "@/features/sparql/QueryEditor";
import { SavedQueries } from "@/features/sparql/SavedQueries";
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
  const { query } = useSearch({ from: "/sparql" });
  const [text, setText] = useState(query ?? START);
  const terms = useTerms();
  const ask = useMutation({ mutationFn: (query: string) => askSparql(query) });
  const csv = useMutation({ mutationFn: askCsv, onSuccess: download });
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
      </div>
      <SavedQueries text={text} onChoose={setText} />
      {error && <ErrorPanel title="The query failed" error={error} />}
      {ask.isPending && <Skeleton lines={5} label="Running the query" />}
      {ask.isSuccess && <Answered answer={ask.data} />}
    </div>
  );
}
