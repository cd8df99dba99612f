import { useState } from "react";
import type { SubmitEvent } from "react";

import { Button } from "@/components/Button";
import field from "@/components/Field.module.css";
import { Modal } from "@/components/Modal";
import { keepSearch } from "@/features/search/keptSearches";
import { chosen } from "@/features/search/searchParams";
import type { SearchParams } from "@/features/search/searchParams";
import styles from "@/features/search/SearchPage.module.css";

/** A name to begin with: the words and what narrows them. */
const named = (params: SearchParams): string =>
  [params.q?.trim(), ...chosen(params).map(({ value }) => value)].filter(Boolean).join(", ");

export function SaveSearch({ params }: { params: SearchParams }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={styles.plain} onClick={() => setOpen(true)} data-testid="save-search">
        Save search
      </button>
      <Modal title="Save this search" open={open} onOpenChange={setOpen}>
        <Form params={params} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Form({ params, onDone }: { params: SearchParams; onDone: () => void }) {
  const [name, setName] = useState(named(params));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    keepSearch(name.trim(), params);
    onDone();
  };
  return (
    <form className={field.form} onSubmit={submit}>
      <label className={field.field}>
        <span className={field.label}>Name</span>
        <span className={field.hint}>It is kept in this browser, on the first page and in the palette (Ctrl K).</span>
        <input
          className={field.input}
          value={name}
          required
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <div className={field.actions}>
        <Button primary type="submit" disabled={!name.trim()}>
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
