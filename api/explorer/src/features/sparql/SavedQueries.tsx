import { useState } from "react";
import type { SubmitEvent } from "react";

import { Button } from "@/components/Button";
import styles from "@/features/sparql/SparqlPage.module.css";
import { forget, keep, useSaved } from "@/lib/saved";

const KEY = "fabric.queries";

/** The queries kept in this browser, and a place to keep the present one. */
export function SavedQueries({ text, onChoose }: { text: string; onChoose: (text: string) => void }) {
  const saved = useSaved(KEY);
  const [name, setName] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    keep(KEY, name.trim(), text);
    setName("");
  };
  return (
    <div className={styles.saved}>
      <form onSubmit={submit}>
        <input
          className={styles.name}
          aria-label="Name of the query"
          placeholder="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />{" "}
        <Button type="submit" disabled={!name.trim()}>
          Save query
        </Button>
      </form>
      {Object.keys(saved).length > 0 && (
        <ul className={styles.saved} aria-label="Saved queries">
          {Object.entries(saved).map(([title, query]) => (
            <li key={title}>
              <Button onClick={() => onChoose(query)}>{title}</Button>{" "}
              <Button aria-label={`Forget ${title}`} onClick={() => forget(KEY, title)}>
                ×
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
