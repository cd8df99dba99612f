import { Button } from "@/components/Button";
import { count } from "@/lib/format";

export function ShowMore({ hidden, onClick }: { hidden: number; onClick: () => void }) {
  if (!hidden) return null;
  return (
    <p style={{ paddingTop: "var(--s3)" }}>
      <Button onClick={onClick}>Show more ({count(hidden)} hidden)</Button>
    </p>
  );
}
