import type { ErrorComponentProps } from "@tanstack/react-router";

import { ErrorPanel } from "@/components/ErrorPanel";

export function Crash({ error, reset }: ErrorComponentProps) {
  const thrown = error instanceof Error ? error : new Error(String(error));
  return <ErrorPanel title="This page failed" error={thrown} onRetry={reset} />;
}
