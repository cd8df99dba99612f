import { Toast } from "@base-ui/react/toast";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { foreseen, inverse, inWords } from "@/features/asset/curation";
import type { Saying } from "@/features/asset/curation";
import type { AssetHead } from "@/features/asset/useAsset";
import { CurateDocument, FactsDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

interface Request {
  saying: Saying;
  undoing?: boolean;
}

/** Says something of an asset: shown at once, taken back where the server refuses, and undone on demand. */
export function useCurate(iri: string) {
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const head = ["asset", iri, "head"];
  const mutation = useMutation({
    mutationFn: async ({ saying }: Request): Promise<Saying> => {
      // Asked now, not from the cache: another page may have curated since.
      const { asset } = await execute(FactsDocument, { iri });
      await execute(CurateDocument, { iri, ...saying });
      return inverse(saying, asset?.facts ?? []);
    },
    onMutate: async ({ saying }) => {
      await client.cancelQueries({ queryKey: head });
      const before = client.getQueryData<AssetHead | null>(head);
      if (before) client.setQueryData(head, foreseen(before, saying));
      return { before };
    },
    onError: (error, _request, context) => {
      if (context?.before) client.setQueryData(head, context.before);
      toasts.add({ title: "Not saved", description: error.message, priority: "high" });
    },
    onSuccess: (back, { saying, undoing }) => {
      if (undoing) toasts.add({ title: "Undone" });
      else {
        const undo = () => mutation.mutate({ saying: back, undoing: true });
        toasts.add({ title: inWords(saying), actionProps: { children: "Undo", onClick: undo } });
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["asset", iri] }),
  });
  return (saying: Saying) => mutation.mutate({ saying });
}
