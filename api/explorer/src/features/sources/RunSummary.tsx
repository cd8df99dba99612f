import { Moment } from "@/components/Moment";
import type { RunPartsFragment } from "@/gql/graphql";
import { count, duration, plural } from "@/lib/format";

/** One run in one line. */
export function RunSummary({ run }: { run: RunPartsFragment }) {
  return (
    <>
      <span>
        <Moment at={run.startedAt} />
        {run.endedAt && `, took ${duration(run.startedAt, run.endedAt)}`}
      </span>
      <span>{plural(run.records, "record")}</span>
      <span>
        {count(run.added)} added, {count(run.changed)} changed, {count(run.unchanged)} unchanged,{" "}
        {count(run.tombstoned)} gone
      </span>
    </>
  );
}
