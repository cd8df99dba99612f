import { useMutation, useQueryClient } from "@tanstack/react-query";

import { forgetAnswers } from "@/features/sources/useRun";
import { HarvestSourceDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

export function useHarvest(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => execute(HarvestSourceDocument, { name }),
    onSettled: () => forgetAnswers(client),
  });
}
