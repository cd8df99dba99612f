import { useState } from "react";
import type { SubmitEvent } from "react";

import styles from "@/features/search/SearchBox.module.css";
import { useDebounced } from "@/lib/useDebounced";

const DELAY = 180;

interface Props {
  query: string;
  onChange: (query: string) => void;
}

export function SearchBox({ query, onChange }: Props) {
  const [text, setText] = useState(query);
  const [known, setKnown] = useState(query);
  const [sent, setSent] = useState(query);
  // The address changed by itself: back, an example, a link. What we sent there must not overwrite newer typing.
  if (query !== known) {
    setKnown(query);
    if (query !== sent) setText(query);
  }
  const send = useDebounced((value: string) => {
    setSent(value);
    onChange(value);
  }, DELAY);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    send.now(text);
  };
  return (
    <form role="search" className={styles.box} onSubmit={submit}>
      <svg
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d="M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17 17" />
      </svg>
      <input
        id="search-input"
        data-testid="search-input"
        type="search"
        aria-label="Search the estate"
        placeholder="Search by name, column or meaning"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          send.later(event.target.value);
        }}
        autoFocus
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        enterKeyHint="search"
      />
      <kbd title="Press / to search from anywhere">/</kbd>
    </form>
  );
}
