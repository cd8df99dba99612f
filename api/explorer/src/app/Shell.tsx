import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import styles from "@/app/Shell.module.css";
import { StatusLine } from "@/app/StatusLine";
import { useCommandKey } from "@/app/useCommandKey";
import { useSlash } from "@/app/useSlash";
import { ThemeButton } from "@/components/ThemeButton";
import { Toasts } from "@/components/Toasts";
import { Weave } from "@/components/Weave";

const CommandPalette = lazy(() => import("@/app/CommandPalette"));

export function Shell() {
  const [commands, setCommands] = useState(false);
  useCommandKey(() => setCommands((open) => !open));
  const navigate = useNavigate();
  useSlash(() => void navigate({ to: "/" }));
  return (
    <Toasts>
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
              <Link to="/sparql">SPARQL</Link>
            </nav>
            <ThemeButton />
            <button type="button" className={styles.commands} onClick={() => setCommands(true)} data-testid="commands">
              Jump <kbd>Ctrl K</kbd>
            </button>
          </div>
        </header>
        <main id="main" className={styles.main} tabIndex={-1}>
          <Outlet />
        </main>
        <footer className={styles.footer}>
          <StatusLine />
        </footer>
        {commands && (
          <Suspense>
            <CommandPalette open onOpenChange={setCommands} />
          </Suspense>
        )}
      </div>
    </Toasts>
  );
}

/** The hash belongs to the router, so the skip link moves the focus itself. */
function focusMain(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
