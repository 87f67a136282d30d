import { Fragment, type ReactNode } from 'react';
import classes from './Facts.module.css';

interface FactsProps {
  /** Name and value of each fact; one without a value is left out. */
  readonly facts: readonly (readonly [string, ReactNode])[];
}

/** A short list of facts by name. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
