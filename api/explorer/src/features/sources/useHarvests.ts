import { Toast } from "@base-ui/react/toast";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { forgetAnswers } from "@/features/sources/useRun";
import { useSources } from "@/features/sources/useSources";
import { HarvestSourceDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

/** Harvests that can be started from anywhere; what became of the start is said in a toast. */
export function useHarvests(): { name: string; harvest: () => void }[] {
  const { data } = useSources();
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const start = useMutation({
    mutationFn: (name: string) => execute(HarvestSourceDocument, { name }),
    onSuccess: (_, name) => toasts.add({ title: `Harvesting ${name}` }),
    onError: (error, name) =>
      toasts.add({ title: `The harvest of ${name} did not start`, description: error.message, priority: "high" }),
    onSettled: () => forgetAnswers(client),
  });
  return (data ?? []).map(({ name }) => ({ name, harvest: () => start.mutate(name) }));
}
