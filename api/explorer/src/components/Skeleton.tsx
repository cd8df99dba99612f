import styles from "@/components/Skeleton.module.css";

/** Placeholder lines; screen readers hear `label` once. */
export function Skeleton({
  lines = 3,
  height = "1.1rem",
  label = "Loading",
}: {
  lines?: number;
  height?: string;
  label?: string;
}) {
  return (
    <div className={styles.group} role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className={styles.bone} style={{ height, width: `${100 - ((index * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
