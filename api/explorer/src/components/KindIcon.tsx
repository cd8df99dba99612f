import styles from "@/components/KindIcon.module.css";

const model =
  "M7 10h2.5M13.2 5.9 9.5 10l3.7 4.1M5 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM15 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM15 17a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z";
const check = "M10 3l6 2v5c0 4-2.7 6-6 7-3.3-1-6-3-6-7V5l6-2ZM7.5 10l2 2 3.5-3.5";

const shapes: Record<string, string> = {
  dataset: "M5 4h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2ZM3 8.5h14M8 8.5V16",
  catalog:
    "M16 5c0 1.4-2.7 2.5-6 2.5S4 6.4 4 5s2.7-2.5 6-2.5 6 1.1 6 2.5ZM4 5v10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5V5M4 10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5",
  source:
    "M4.5 4h11A1.5 1.5 0 0 1 17 5.5v2A1.5 1.5 0 0 1 15.5 9h-11A1.5 1.5 0 0 1 3 7.5v-2A1.5 1.5 0 0 1 4.5 4ZM4.5 11h11a1.5 1.5 0 0 1 1.5 1.5v2a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5v-2A1.5 1.5 0 0 1 4.5 11ZM6 6.5h.01M6 13.5h.01",
  job: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM8.5 7l4.5 3-4.5 3V7Z",
  run: "M16 10a6 6 0 1 1-1.8-4.2M16 3v3.5h-3.5M10 7v3l2 1.5",
  query: "M7 6l-4 4 4 4M13 6l4 4-4 4M11 4 9 16",
  agent: "M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4.5 16.5c.8-3 3-4.5 5.5-4.5s4.7 1.5 5.5 4.5",
  concept: "M3.5 9.5v-5a1 1 0 0 1 1-1h5l7 7-6 6-7-7ZM7 7h.01",
  model,
  "model-version": model,
  dashboard: "M4 16V9M10 16V4M16 16v-6",
  check,
  "check-result": check,
};

const other = "M10 15a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z";

export function KindIcon({ kind, tile = false }: { kind: string; tile?: boolean }) {
  const color = kind in shapes ? `var(--kind-${kind})` : "var(--ink-soft)";
  return (
    <span className={tile ? styles.tile : styles.plain} style={{ color }}>
      <svg
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d={shapes[kind] ?? other} />
      </svg>
    </span>
  );
}
