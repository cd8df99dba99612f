import { Dialog } from "@base-ui/react/dialog";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useState } from "react";

import styles from "@/app/CommandPalette.module.css";
import { KindIcon } from "@/components/KindIcon";
import { JumpDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Goes to any asset or page by typing a part of its name. */
export default function CommandPalette({ open, onOpenChange }: Props) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup} aria-label="Commands" data-testid="palette">
          <Choices onDone={() => onOpenChange(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const pages = [
  { to: "/", title: "Search" },
  { to: "/sources", title: "Sources" },
  { to: "/sparql", title: "SPARQL" },
] as const;

function Choices({ onDone }: { onDone: () => void }) {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const query = text.trim();
  const { data, error } = useQuery({
    queryKey: ["jump", query],
    queryFn: ({ signal }) => execute(JumpDocument, { query }, signal),
    enabled: query !== "",
    placeholderData: keepPreviousData,
  });
  const go = (path: Promise<void>) => {
    void path;
    onDone();
  };
  const shown = pages.filter((page) => page.title.toLowerCase().includes(query.toLowerCase()));
  return (
    <Command label="Commands" shouldFilter={false}>
      <Command.Input
        className={styles.input}
        value={text}
        onValueChange={setText}
        placeholder="Jump to an asset or a page"
      />
      <Command.List className={styles.list}>
        <Command.Empty className={styles.empty}>{error ? error.message : "Nothing found."}</Command.Empty>
        {shown.length > 0 && (
          <Command.Group heading="Pages">
            {shown.map((page) => (
              <Command.Item key={page.to} value={`page ${page.to}`} onSelect={() => go(navigate({ to: page.to }))}>
                {page.title}
              </Command.Item>
            ))}
          </Command.Group>
        )}
        {query !== "" && data && data.search.edges.length > 0 && (
          <Command.Group heading="Assets">
            {data.search.edges.map(({ node }) => (
              <Command.Item
                key={node.iri}
                value={node.iri}
                onSelect={() => go(navigate({ to: "/asset", search: { iri: node.iri } }))}
              >
                <KindIcon kind={node.kind} />
                <span>{node.title}</span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command>
  );
}
