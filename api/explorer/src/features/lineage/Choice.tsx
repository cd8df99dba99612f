interface Props<Value extends string> {
  label: string;
  value: Value;
  labels: Record<Value, string>;
  onChange: (value: Value) => void;
}

/** One of a few, whose current value says what it is of. */
export function Choice<Value extends string>({ label, value, labels, onChange }: Props<Value>) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value as Value)}>
      {Object.entries<string>(labels).map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  );
}
