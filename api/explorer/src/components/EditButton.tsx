import styles from "@/components/IconButton.module.css";

/** A pencil beside what it edits. */
export function EditButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className={styles.icon} aria-label={label} title={label} onClick={onClick}>
      <svg
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d="M12.5 4.5 15.5 7.5M4 16l.8-3.7L13.3 3.8a1.4 1.4 0 0 1 2 0l.9.9a1.4 1.4 0 0 1 0 2L7.7 15.2 4 16Z" />
      </svg>
    </button>
  );
}
