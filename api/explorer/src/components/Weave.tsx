/** The mark: two warp and two weft threads, one over, one under. */
export function Weave({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} fill="none" strokeWidth="4" aria-hidden="true">
      <path stroke="var(--accent)" d="M11 2v5M11 15v15M21 2v15M21 25v5" />
      <path stroke="var(--warm)" d="M2 11h15M25 11h5M2 21h5M15 21h15" />
    </svg>
  );
}
