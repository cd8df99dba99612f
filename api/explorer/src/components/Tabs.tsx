import { Tabs as Base } from "@base-ui/react/tabs";
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

import styles from "@/components/Tabs.module.css";

interface Props<Id extends string> {
  label: string;
  tabs: readonly { id: Id; title: string }[];
  active: Id;
  onChange: (id: Id) => void;
  children: ReactNode;
}

/** Tabs of which one is shown; arrow keys move and choose at once. */
export function Tabs<Id extends string>({ label, tabs, active, onChange, children }: Props<Id>) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>("[aria-selected='true']");
    if (list.current && tab)
      list.current.scrollLeft = tab.offsetLeft - (list.current.clientWidth - tab.offsetWidth) / 2;
  }, [active]);
  return (
    <Base.Root value={active} onValueChange={(id: Id) => onChange(id)}>
      <Base.List className={styles.list} aria-label={label} ref={list} activateOnFocus>
        {tabs.map((tab) => (
          <Base.Tab key={tab.id} id={`tab-${tab.id}`} value={tab.id} data-testid={`tab-${tab.id}`}>
            {tab.title}
          </Base.Tab>
        ))}
      </Base.List>
      <Base.Panel value={active} className={styles.panel}>
        {children}
      </Base.Panel>
    </Base.Root>
  );
}
