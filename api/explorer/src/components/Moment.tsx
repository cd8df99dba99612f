import { ago, moment } from "@/lib/format";

export function Moment({ at, exact = false }: { at: string; exact?: boolean }) {
  return (
    <time dateTime={at} title={exact ? ago(at) : moment(at)}>
      {exact ? moment(at) : ago(at)}
    </time>
  );
}
