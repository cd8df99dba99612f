import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/Button";
import { ErrorPanel } from "@/components/ErrorPanel";
import field from "@/components/Field.module.css";
import { Modal } from "@/components/Modal";
import { SourceForm } from "@/features/sources/SourceForm";
import { forgetAnswers } from "@/features/sources/useRun";
import type { Source } from "@/features/sources/useSources";
import { RemoveSourceDocument, TestSourceDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

export function SourceActions({ source }: { source: Source }) {
  const { name } = source;
  const client = useQueryClient();
  const [asked, setAsked] = useState<"edit" | "remove">();
  const close = () => setAsked(undefined);
  const test = useMutation({ mutationFn: () => execute(TestSourceDocument, { name }) });
  const remove = useMutation({
    mutationFn: () => execute(RemoveSourceDocument, { name }),
    onSettled: () => forgetAnswers(client),
  });
  return (
    <>
      <div className={field.actions}>
        <Button onClick={() => test.mutate()} disabled={test.isPending} aria-label={`Test ${name}`}>
          {test.isPending ? "Testing…" : "Test"}
        </Button>
        <Button onClick={() => setAsked("edit")} aria-label={`Edit ${name}`}>
          Edit
        </Button>
        <Button onClick={() => setAsked("remove")} aria-label={`Remove ${name}`}>
          Remove
        </Button>
      </div>
      <p role="status">{test.data?.testSource}</p>
      {test.error && <ErrorPanel title="The source cannot be reached" error={test.error} />}
      {remove.error && <ErrorPanel title="The source was not removed" error={remove.error} />}
      <Modal title={`Edit ${name}`} open={asked === "edit"} onOpenChange={close}>
        <SourceForm source={source} onDone={close} />
      </Modal>
      <Modal title={`Remove ${name}?`} open={asked === "remove"} onOpenChange={close}>
        <p>What only this source described is marked as removed. What people said of it is kept.</p>
        <div className={field.actions}>
          <Button primary disabled={remove.isPending} onClick={() => remove.mutate(undefined, { onSuccess: close })}>
            Remove
          </Button>
          <Button onClick={close}>Cancel</Button>
        </div>
      </Modal>
    </>
  );
}
