import { type ReactNode, useState } from 'react';
import { TextInput } from '#ui/ui/controls.ts';

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly decimals?: number;
  /** Brings a number to one that is allowed; by default between the limits, with so many decimals. */
  readonly fit?: (value: number) => number;
  readonly onChange: (value: number) => void;
  readonly className?: string | undefined;
  readonly leftSection?: ReactNode;
  readonly rightSection?: ReactNode;
}

/**
 * A number that is always one that can be sent: while somebody types, the nearest allowed number is
 * taken over, and the text itself is put right when the focus leaves. The browser's own field: a
 * library's would cost as much JavaScript as the whole form.
 */
export function NumberField({
  value,
  min,
  max,
  step,
  decimals = 0,
  fit,
  onChange,
  className,
  ...rest
}: NumberFieldProps) {
  const [text, setText] = useState<string | undefined>(undefined);
  const toAllowed = fit ?? ((number: number) => round(Math.min(max, Math.max(min, number)), decimals));
  return (
    <TextInput
      {...rest}
      type="number"
      classNames={className === undefined ? {} : { input: className }}
      value={text ?? String(value)}
      min={min}
      max={max}
      step={step}
      inputMode={decimals === 0 ? 'numeric' : 'decimal'}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        const number = event.currentTarget.valueAsNumber;
        if (Number.isFinite(number)) onChange(toAllowed(number));
      }}
      onBlur={() => setText(undefined)}
    />
  );
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));
