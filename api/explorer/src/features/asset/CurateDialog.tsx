import { useState } from "react";
import type { SubmitEvent } from "react";

import { Button } from "@/components/Button";
import styles from "@/components/Field.module.css";
import { Modal } from "@/components/Modal";
import type { Saying } from "@/features/asset/curation";
import type { AssetHead } from "@/features/asset/useAsset";
import { useCurate } from "@/features/asset/useCurate";

const words = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean),
  ),
];

/** Only what was changed is said; the rest stays with whoever says it now. */
function changes(asset: AssetHead, title: string, description: string, tags: string, owner: string): Saying {
  const wanted = words(tags);
  const addTags = wanted.filter((tag) => !asset.tags.includes(tag));
  const removeTags = asset.tags.filter((tag) => !wanted.includes(tag));
  return {
    ...(title === asset.title ? {} : { title }),
    ...(description === (asset.description ?? "") ? {} : { description }),
    ...(addTags.length ? { addTags } : {}),
    ...(removeTags.length ? { removeTags } : {}),
    ...(owner.trim() ? { addOwners: words(owner) } : {}),
  };
}

export function CurateDialog({ asset }: { asset: AssetHead }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="curate">
        Edit
      </Button>
      <Modal title="What people say of this asset" open={open} onOpenChange={setOpen}>
        <Form asset={asset} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Form({ asset, onDone }: { asset: AssetHead; onDone: () => void }) {
  const [title, setTitle] = useState(asset.title);
  const [description, setDescription] = useState(asset.description ?? "");
  const [tags, setTags] = useState(asset.tags.join(", "));
  const [owner, setOwner] = useState("");
  const curate = useCurate(asset.iri);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const saying = changes(asset, title, description, tags, owner);
    if (Object.keys(saying).length) curate(saying);
    onDone();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <label className={styles.field}>
        <span className={styles.label}>Title</span>
        <input className={styles.input} value={title} onChange={(event) => setTitle(event.target.value)} />
      </label>
      <label className={styles.field}>
        <span className={styles.label}>Description</span>
        <span className={styles.hint}>Markdown. Empty takes yours back, and the source&apos;s shows again.</span>
        <textarea
          className={styles.input}
          rows={6}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </label>
      <label className={styles.field}>
        <span className={styles.label}>Tags</span>
        <span className={styles.hint}>Separated by commas. A tag that a source gives has to be removed there.</span>
        <input className={styles.input} value={tags} onChange={(event) => setTags(event.target.value)} />
      </label>
      <label className={styles.field}>
        <span className={styles.label}>Add an owner</span>
        <span className={styles.hint}>A name or an e-mail address.</span>
        <input className={styles.input} value={owner} onChange={(event) => setOwner(event.target.value)} />
      </label>
      <div className={styles.actions}>
        <Button primary type="submit">
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
