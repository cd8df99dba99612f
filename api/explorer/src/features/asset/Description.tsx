import { lazy, Suspense, useState } from "react";
import type { SubmitEvent } from "react";

import { Button } from "@/components/Button";
import { EditButton } from "@/components/EditButton";
import field from "@/components/Field.module.css";
import styles from "@/features/asset/AssetHeader.module.css";
import type { Fact } from "@/features/asset/FactRow";
import { Said } from "@/features/asset/Said";
import { shownFact } from "@/features/asset/sayings";
import type { AssetHead } from "@/features/asset/useAsset";
import { useCurate } from "@/features/asset/useCurate";
import { useEditing } from "@/features/asset/useEditing";

const Markdown = lazy(() => import("@/components/Markdown"));

export function Description({ asset, facts }: { asset: AssetHead; facts: Fact[] }) {
  const { editing, begin, end } = useEditing("description");
  if (editing) return <Form asset={asset} onDone={end} />;
  return (
    <div className={styles.about}>
      {asset.description ? (
        <div className={styles.description} dir="auto" data-testid="description">
          <Suspense fallback={<p className={styles.plain}>{asset.description}</p>}>
            <Markdown text={asset.description} />
          </Suspense>
        </div>
      ) : (
        <p className={styles.missing}>No description yet.</p>
      )}
      <EditButton label="Edit description" onClick={begin} />
      {asset.description && <Said fact={shownFact(facts, "description")} />}
    </div>
  );
}

function Form({ asset, onDone }: { asset: AssetHead; onDone: () => void }) {
  const [text, setText] = useState(asset.description ?? "");
  const curate = useCurate(asset.iri);
  const save = () => {
    if (text !== (asset.description ?? "")) curate({ description: text });
    onDone();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form
      className={field.form}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone();
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
      }}
    >
      <div className={styles.editor}>
        <label className={field.field}>
          <span className={field.label}>Description</span>
          <span className={field.hint}>Markdown. Empty takes yours back, and the source&apos;s shows again.</span>
          <textarea
            className={field.input}
            aria-label="Description"
            rows={7}
            dir="auto"
            autoFocus
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <section className={field.field} aria-label="Preview">
          <span className={field.label}>As it will look</span>
          <div className={styles.preview} dir="auto">
            <Suspense>
              <Markdown text={text} />
            </Suspense>
          </div>
        </section>
      </div>
      <div className={field.actions}>
        <Button primary type="submit">
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
