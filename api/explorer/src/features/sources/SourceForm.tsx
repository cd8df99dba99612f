import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SubmitEvent } from "react";

import { Button } from "@/components/Button";
import { ErrorPanel } from "@/components/ErrorPanel";
import styles from "@/components/Field.module.css";
import { Skeleton } from "@/components/Skeleton";
import { optionFields, textOf, valueOf } from "@/features/sources/optionFields";
import { OptionInput } from "@/features/sources/OptionInput";
import type { Source } from "@/features/sources/useSources";
import { ConnectorsDocument, RegisterSourceDocument } from "@/gql/graphql";
import type { ConnectorsQuery } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

interface Props {
  source?: Source;
  onDone: () => void;
}

export function SourceForm(props: Props) {
  const { data, error, refetch } = useQuery({
    queryKey: ["connectors"],
    queryFn: async ({ signal }) => (await execute(ConnectorsDocument, {}, signal)).connectors,
  });
  if (error) return <ErrorPanel title="Could not load the connectors" error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={5} label="Loading the connectors" />;
  return <Form {...props} connectors={data} />;
}

const isHidden = (value: unknown): boolean => value !== undefined && JSON.stringify(value).includes("***");

function Form({ source, onDone, connectors }: Props & { connectors: ConnectorsQuery["connectors"] }) {
  const client = useQueryClient();
  const [name, setName] = useState(source?.name ?? "");
  const [connector, setConnector] = useState(source?.connector ?? connectors[0]?.name ?? "");
  const [typed, setTyped] = useState<Record<string, string>>({});
  const before = (source?.options ?? {}) as Record<string, unknown>;
  // A hidden secret is shown as ***, which must neither be sent as a value nor dropped: it has to be given again.
  const fields = optionFields(connectors.find((one) => one.name === connector)?.options).map((field) =>
    isHidden(before[field.name]) ? { ...field, required: true, secret: true } : field,
  );
  const shown = (value: unknown) => (isHidden(value) ? undefined : value);
  const text = (field: (typeof fields)[number]) => typed[field.name] ?? textOf(field, shown(before[field.name]));
  const register = useMutation({
    mutationFn: () => {
      const options = Object.fromEntries(fields.map((field) => [field.name, valueOf(field, text(field))]));
      return execute(RegisterSourceDocument, { name: name.trim(), connector, options, replace: Boolean(source) });
    },
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: ["sources"] }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    register.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit} data-testid="source-form">
      <label className={styles.field}>
        <span className={styles.label}>Name</span>
        <input
          className={styles.input}
          value={name}
          required
          disabled={Boolean(source)}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className={styles.field}>
        <span className={styles.label}>Connector</span>
        <select
          className={styles.input}
          value={connector}
          disabled={Boolean(source)}
          onChange={(event) => setConnector(event.target.value)}
        >
          {connectors.map((one) => (
            <option key={one.name} value={one.name}>
              {one.title}
            </option>
          ))}
        </select>
      </label>
      {fields.map((field) => (
        <OptionInput
          key={`${connector} ${field.name}`}
          field={field}
          text={text(field)}
          onChange={(value) => setTyped({ ...typed, [field.name]: value })}
        />
      ))}
      {register.error && <ErrorPanel title="The source was not saved" error={register.error} />}
      <div className={styles.actions}>
        <Button primary type="submit" disabled={register.isPending}>
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
