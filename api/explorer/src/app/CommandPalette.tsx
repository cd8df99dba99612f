import { Dialog } from "@base-ui/react/dialog";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useRef, useState } from "react";

import styles from "@/app/CommandPalette.module.css";
import { matching, useCommands } from "@/app/commands";
import { KindIcon } from "@/components/KindIcon";
import { JumpDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Goes to any asset or page by typing a part of its name, and does what can be done from anywhere. */
export default function CommandPalette({ open, onOpenChange }: Props) {
  const left = useRef(false);
  const done = (stays: boolean) => {
    left.current = !stays;
    onOpenChange(false);
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          className={styles.popup}
          aria-label="Commands"
          data-testid="palette"
          finalFocus={() => !left.current}
        >
          <Choices onDone={done} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choices({ onDone }: { onDone: (stays: boolean) => void }) {
  const [text, setText] = useState("");
  const query = text.trim();
  const commands = matching(useCommands(), query);
  const groups = [...new Set(commands.map(({ group }) => group))];
  return (
    <Command label="Commands" shouldFilter={false}>
      <Command.Input
        className={styles.input}
        value={text}
        onValueChange={setText}
        placeholder="Jump to an asset, or do something"
      />
      <Command.List className={styles.list}>
        <Command.Empty className={styles.empty}>Nothing is named so.</Command.Empty>
        {groups.map((group) => (
          <Command.Group key={group} heading={group}>
            {commands
              .filter((command) => command.group === group)
              .map(({ title, run, stays = false }) => (
                <Command.Item
                  key={title}
                  value={`${group} ${title}`}
                  onSelect={() => {
                    run();
                    onDone(stays);
                  }}
                >
                  {title}
                </Command.Item>
              ))}
          </Command.Group>
        ))}
        {query !== "" && <Assets query={query} onDone={onDone} />}
      </Command.List>
    </Command>
  );
}

function Assets({ query, onDone }: { query: string; onDone: (stays: boolean) => void }) {
  const navigate = useNavigate();
  const { data, error } = useQuery({
    queryKey: ["jump", query],
    queryFn: ({ signal }) => execute(JumpDocument, { query }, signal),
    placeholderData: keepPreviousData,
  });
  if (error) return <p className={styles.empty}>{error.message}</p>;
  if (!data?.search.edges.length) return null;
  return (
    <Command.Group heading="Assets">
      {data.search.edges.map(({ node }) => (
        <Command.Item
          key={node.iri}
          value={node.iri}
          onSelect={() => {
            void navigate({ to: "/asset", search: { iri: node.iri } });
            onDone(false);
          }}
        >
          <KindIcon kind={node.kind} />
          <span dir="auto">{node.title}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}
