import { useState } from "react";
import type { SubmitEvent } from "react";

import { Button } from "@/components/Button";
import styles from "@/components/Field.module.css";
import { Modal } from "@/components/Modal";
import { relisted } from "@/features/asset/curation";
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

interface Draft {
  title: string;
  description: string;
  tags: string;
  owners: string;
  domains: string;
  terms: string;
}

const lines = (links: AssetHead["owners"]): string => links.map((link) => link.title).join("\n");

const drafted = (asset: AssetHead): Draft => ({
  title: asset.title,
  description: asset.description ?? "",
  tags: asset.tags.join(", "),
  owners: lines(asset.owners),
  domains: lines(asset.domains),
  terms: lines(asset.terms),
});

/** Only what was changed is said; the rest stays with whoever says it now. */
function changes(asset: AssetHead, draft: Draft): Saying {
  const wanted = words(draft.tags);
  const owners = relisted(asset.owners, draft.owners);
  const domains = relisted(asset.domains, draft.domains);
  const terms = relisted(asset.terms, draft.terms);
  const lists = {
    addTags: wanted.filter((tag) => !asset.tags.includes(tag)),
    removeTags: asset.tags.filter((tag) => !wanted.includes(tag)),
    addOwners: owners.added,
    removeOwners: owners.removed,
    addDomains: domains.added,
    removeDomains: domains.removed,
    addTerms: terms.added,
    removeTerms: terms.removed,
  };
  return {
    ...(draft.title === asset.title ? {} : { title: draft.title }),
    ...(draft.description === (asset.description ?? "") ? {} : { description: draft.description }),
    ...Object.fromEntries(Object.entries(lists).filter(([, values]) => values.length)),
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

const listings = [
  { name: "owners", label: "Owners", hint: "Names or e-mail addresses, one a line." },
  { name: "domains", label: "Domains", hint: "Business domains, one a line. A new name makes a new one." },
  { name: "terms", label: "Glossary terms", hint: "What it is about, one a line. A new name makes a new one." },
] as const;

function Form({ asset, onDone }: { asset: AssetHead; onDone: () => void }) {
  const [draft, setDraft] = useState(() => drafted(asset));
  const write = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const curate = useCurate(asset.iri);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const saying = changes(asset, draft);
    if (Object.keys(saying).length) curate(saying);
    onDone();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <label className={styles.field}>
        <span className={styles.label}>Title</span>
        <input
          className={styles.input}
          value={draft.title}
          onChange={(event) => write({ title: event.target.value })}
        />
      </label>
      <label className={styles.field}>
        <span className={styles.label}>Description</span>
        <span className={styles.hint}>Markdown. Empty takes yours back, and the source&apos;s shows again.</span>
        <textarea
          className={styles.input}
          rows={6}
          value={draft.description}
          onChange={(event) => write({ description: event.target.value })}
        />
      </label>
      <label className={styles.field}>
        <span className={styles.label}>Tags</span>
        <span className={styles.hint}>Separated by commas. A tag that a source gives has to be removed there.</span>
        <input className={styles.input} value={draft.tags} onChange={(event) => write({ tags: event.target.value })} />
      </label>
      {listings.map(({ name, label, hint }) => (
        <label key={name} className={styles.field}>
          <span className={styles.label}>{label}</span>
          <span className={styles.hint}>{hint}</span>
          <textarea
            className={styles.input}
            rows={2}
            value={draft[name]}
            onChange={(event) => write({ [name]: event.target.value })}
          />
        </label>
      ))}
      <div className={styles.actions}>
        <Button primary type="submit">
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
