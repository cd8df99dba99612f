import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";

import { RunDocument } from "@/gql/graphql";
import type { RunPartsFragment } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

const POLL = 1000;

export const isRunning = (run: RunPartsFragment | null | undefined): boolean =>
  run?.state === "queued" || run?.state === "running";

/** A harvest may change every answer but the runs themselves. */
export function forgetAnswers(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "run" });
}

/** The latest state of a run, asked for every second until it has ended. */
export function useRun(known: RunPartsFragment | null | undefined) {
  const client = useQueryClient();
  const id = known?.id ?? "";
  const { data, error } = useQuery({
    queryKey: ["run", id],
    queryFn: async ({ signal }) => {
      const { run } = await execute(RunDocument, { id }, signal);
      if (!isRunning(run)) void forgetAnswers(client);
      return run;
    },
    enabled: isRunning(known),
    refetchInterval: (query) => (query.state.data && !isRunning(query.state.data) ? false : POLL),
  });
  // Once it has ended, the source's own answer is the newer one.
  return { run: isRunning(known) ? (data ?? known) : known, error };
}
