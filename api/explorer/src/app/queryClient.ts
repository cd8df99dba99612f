import { QueryClient } from "@tanstack/react-query";

import { Unreachable } from "@/lib/graphql";

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // An error of the server is its answer and stays one; only silence is worth another try.
        retry: (failures, error) => error instanceof Unreachable && failures < 2,
        retryDelay: 600,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}
