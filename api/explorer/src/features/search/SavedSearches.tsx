import { Link } from "@tanstack/react-router";

import { forgetSearch, useKeptSearches } from "@/features/search/keptSearches";
import styles from "@/features/search/Welcome.module.css";

export function SavedSearches() {
  const saved = useKeptSearches();
  if (!saved.length) return null;
  return (
    <section className={styles.group} aria-label="Saved searches" data-testid="saved-searches">
      <h2>Your searches</h2>
      <ul className={styles.doors}>
        {saved.map(({ name, params }) => (
          <li key={name} className={styles.saved}>
            <Link to="/" search={params}>
              {name}
            </Link>
            <button type="button" aria-label={`Forget ${name}`} onClick={() => forgetSearch(name)}>
              ×
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
