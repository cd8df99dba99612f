import { Link, Outlet, useNavigate } from "@tanstack/react-router";

import styles from "@/app/Shell.module.css";
import { StatusLine } from "@/app/StatusLine";
import { useSlash } from "@/app/useSlash";
import { Weave } from "@/components/Weave";

export function Shell() {
  const navigate = useNavigate();
  useSlash(() => void navigate({ to: "/" }));
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main" onClick={focusMain}>
        Skip to content
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link to="/" className={styles.brand} aria-label="Fabric, search">
            <Weave />
            <span>Fabric</span>
          </Link>
          <nav className={styles.nav} aria-label="Pages">
            <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
              Search
            </Link>
            <Link to="/sources">Sources</Link>
          </nav>
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <footer className={styles.footer}>
        <StatusLine />
      </footer>
    </div>
  );
}

/** The hash belongs to the router, so the skip link moves the focus itself. */
function focusMain(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
