import styles from "@/components/IconButton.module.css";
import { toggleTheme } from "@/lib/theme";

export function ThemeButton() {
  return (
    <button
      type="button"
      className={styles.icon}
      aria-label="Switch between light and dark"
      title="Switch between light and dark"
      onClick={() => toggleTheme()}
    >
      <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
        <path d="M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z" />
        <path d="M10 3a7 7 0 0 1 0 14Z" fill="currentColor" />
      </svg>
    </button>
  );
}
