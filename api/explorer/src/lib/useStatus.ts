import { useQuery } from "@tanstack/react-query";

import { StatusDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

export function useStatus() {
  return useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => execute(StatusDocument, {}, signal),
    select: (data) => data.status,
    // While the index lags behind the graph, ask again until it has caught up.
    refetchInterval: (query) => {
      const status = query.state.data?.status;
      return status && status.indexedCommit < status.commit ? 2000 : false;
    },
  });
}
