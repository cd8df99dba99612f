import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/Button";
import styles from "@/features/lineage/Toolbar.module.css";
import { MomentsDocument } from "@/gql/graphql";
import { moment } from "@/lib/format";
import { execute } from "@/lib/graphql";
import { useDebounced } from "@/lib/useDebounced";

const MOMENTS = 200;
/** Milliseconds that the slider must rest before the past is read, which may take seconds. */
const REST = 350;

interface Props {
  asOf: string | undefined;
  onAsOf: (asOf: string | undefined) => void;
}

/** Goes back to the lineage after an earlier commit; the right end is now. */
export function TimeSlider({ asOf, onAsOf }: Props) {
  const { data: moments = [] } = useQuery({
    queryKey: ["lineage", "moments"],
    queryFn: async ({ signal }) => (await execute(MomentsDocument, { first: MOMENTS }, signal)).lineageMoments,
  });
  const [moved, setMoved] = useState<number | null>(null);
  const { later } = useDebounced((at: number) => {
    setMoved(null);
    onAsOf(at === moments.length - 1 ? undefined : moments[at]?.at);
  }, REST);
  const last = moments.length - 1;
  const given = asOf
    ? Math.max(
        0,
        moments.findLastIndex(({ at }) => Date.parse(at) <= Date.parse(asOf)),
      )
    : last;
  const position = moved ?? given;
  const chosen = moments[position];
  if (last < 1 && !asOf) return null;
  const said = position === last && (moved !== null || !asOf) ? "Now" : moment(chosen?.at ?? asOf ?? "");
  return (
    <div className={styles.time}>
      <label>
        As of
        <input
          type="range"
          min={0}
          max={Math.max(0, last)}
          value={position}
          aria-valuetext={said}
          onChange={({ target }) => {
            setMoved(target.valueAsNumber);
            later(target.valueAsNumber);
          }}
        />
      </label>
      <output
        data-testid="as-of"
        title={chosen ? `commit ${chosen.commit}, ${chosen.kind} ${chosen.source}` : undefined}
      >
        {said}
      </output>
      {asOf && <Button onClick={() => onAsOf(undefined)}>Back to now</Button>}
    </div>
  );
}
