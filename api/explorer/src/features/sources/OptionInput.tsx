import styles from "@/components/Field.module.css";
import type { OptionField } from "@/features/sources/optionFields";

interface Props {
  field: OptionField;
  text: string;
  onChange: (text: string) => void;
}

export function OptionInput({ field, text, onChange }: Props) {
  return (
    <label className={styles.field}>
      <span className={styles.label}>
        {field.title}
        {field.required && <span aria-hidden="true"> *</span>}
      </span>
      {(field.hint || field.secret) && (
        <span className={styles.hint}>
          {field.hint} {field.secret && "A secret: may be env:NAME or file:PATH."}
        </span>
      )}
      <Control field={field} text={text} onChange={onChange} />
    </label>
  );
}

function Control({ field, text, onChange }: Props) {
  const shared = { className: styles.input, value: text, required: field.required, name: field.name };
  if (field.control === "choice" || field.control === "check") {
    const choices = field.control === "check" ? ["true", "false"] : field.choices;
    return (
      <select {...shared} onChange={(event) => onChange(event.target.value)}>
        <option value="">default</option>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  if (field.control === "lines" || field.control === "json")
    return (
      <textarea
        {...shared}
        rows={3}
        placeholder={field.control === "lines" ? "One a line" : "JSON"}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  return (
    <input
      {...shared}
      type={field.control === "number" ? "number" : "text"}
      step="any"
      autoComplete="off"
      spellCheck={false}
      placeholder={textual(field.initial)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

const textual = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
