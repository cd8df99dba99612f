import { Link } from "@tanstack/react-router";

import { ShowMore } from "@/components/ShowMore";
import type { Answer, Rows, Term } from "@/features/sparql/askSparql";
import styles from "@/features/sparql/SparqlPage.module.css";
import { plural } from "@/lib/format";
import { lastSegment } from "@/lib/iri";
import { usePaged } from "@/lib/usePaged";

export function Answered({ answer }: { answer: Answer }) {
  if (answer.kind === "boolean") return <p data-testid="answer">{answer.value ? "Yes" : "No"}</p>;
  if (answer.kind === "triples")
    return (
      <pre className={styles.triples} tabIndex={0} aria-label="Triples" data-testid="answer">
        {answer.text}
      </pre>
    );
  return <Table rows={answer} />;
}

function Table({ rows }: { rows: Rows }) {
  const { visible, hidden, showMore } = usePaged(rows.bindings, 200);
  return (
    <section data-testid="answer">
      <p role="status">{plural(rows.bindings.length, "row")}</p>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Rows of the answer">
        <table>
          <thead>
            <tr>
              {rows.variables.map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {visible.map((row, index) => (
              <tr key={index}>
                {rows.variables.map((name) => (
                  <td key={name} dir="auto">
                    <Cell term={row[name]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ShowMore hidden={hidden} onClick={showMore} />
    </section>
  );
}

function Cell({ term }: { term: Term | undefined }) {
  if (!term) return null;
  if (term.type === "uri" && term.value.includes("/id/"))
    return (
      <Link to="/asset" search={{ iri: term.value }} title={term.value}>
        {lastSegment(term.value)}
      </Link>
    );
  return <span title={term.value}>{term.value}</span>;
}
