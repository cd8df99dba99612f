import { useState } from "react";
import type { SubmitEvent } from "react";

import { Button } from "@/components/Button";
import { EditButton } from "@/components/EditButton";
import field from "@/components/Field.module.css";
import styles from "@/features/asset/AssetHeader.module.css";
import type { AssetHead } from "@/features/asset/useAsset";
import { useCurate } from "@/features/asset/useCurate";
import { useEditing } from "@/features/asset/useEditing";

export function TitleLine({ asset }: { asset: AssetHead }) {
  const { editing, begin, end } = useEditing("title");
  if (editing) return <Form asset={asset} onDone={end} />;
  return (
    <>
      <h1 dir="auto" data-testid="asset-title">
        {asset.title}
      </h1>
      <EditButton label="Edit title" onClick={begin} />
    </>
  );
}

function Form({ asset, onDone }: { asset: AssetHead; onDone: () => void }) {
  const [title, setTitle] = useState(asset.title);
  const curate = useCurate(asset.iri);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (title !== asset.title) curate({ title });
    onDone();
  };
  return (
    <form className={styles.line} onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && onDone()}>
      <input
        className={field.input}
        aria-label="Title"
        dir="auto"
        autoFocus
        placeholder="Empty takes yours back"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <Button primary type="submit">
        Save
      </Button>
      <Button onClick={onDone}>Cancel</Button>
    </form>
  );
}
