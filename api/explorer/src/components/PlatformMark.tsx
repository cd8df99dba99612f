import { markOf } from "@/components/platformMarks";

export default function PlatformMark({ platform }: { platform: string }) {
  const { path, rule } = markOf(platform);
  return (
    <svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
      <path d={path} fillRule={rule} />
    </svg>
  );
}
