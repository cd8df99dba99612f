import { useState } from "react";
import type { ReactNode, SubmitEvent } from "react";

import styles from "@/features/asset/Chips.module.css";
import type { Editable } from "@/features/asset/assetSearch";
import { useEditing } from "@/features/asset/useEditing";

interface Chip {
  name: string;
  shown: ReactNode;
  /** People said it, so people may take it back. */
  curated: boolean;
}

interface Props {
  part: Editable;
  one: string;
  hint: string;
  chips: Chip[];
  onAdd: (names: string[]) => void;
  onRemove: (name: string) => void;
}

const words = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean),
  ),
];

/** Tags, owners or other names, with a place for one more; what a source says cannot be taken away here. */
export function Chips({ part, one, hint, chips, onAdd, onRemove }: Props) {
  const { editing, begin, end } = useEditing(part);
  return (
    <ul className={styles.chips} aria-label={`${part.charAt(0).toUpperCase()}${part.slice(1)}`} data-testid={part}>
      {chips.map(({ name, shown, curated }) => (
        <li key={name} className={styles.chip} data-curated={curated} dir="auto">
          {shown}
          {curated && (
            <button type="button" aria-label={`Remove the ${one} ${name}`} onClick={() => onRemove(name)}>
              ×
            </button>
          )}
        </li>
      ))}
      <li>
        {editing ? (
          <Entry one={one} hint={hint} onAdd={onAdd} onDone={end} />
        ) : (
          <button type="button" className={styles.add} onClick={begin}>
            + Add {one === "owner" ? "an owner" : `a ${one}`}
          </button>
        )}
      </li>
    </ul>
  );
}

function Entry({ one, hint, onAdd, onDone }: Pick<Props, "one" | "hint" | "onAdd"> & { onDone: () => void }) {
  const [text, setText] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const names = words(text);
    if (names.length) onAdd(names);
    onDone();
  };
  return (
    <form onSubmit={submit} className={styles.entry}>
      <input
        aria-label={`New ${one}`}
        placeholder={hint}
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onDone()}
      />
      <button type="submit">Add</button>
    </form>
  );
}
