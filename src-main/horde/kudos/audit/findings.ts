import type { StatisticName } from '../statistics.ts';

/** What a repair would do about a finding. Amounts are differences, so that what happens meanwhile stays. */
export type Fix =
  | { readonly kind: 'balance'; readonly accountId: number; readonly cents: number }
  | { readonly kind: 'shortfall'; readonly accountId: number; readonly cents: number }
  | { readonly kind: 'chain'; readonly accountId: number; readonly upTo: number }
  | {
      readonly kind: 'statistic';
      readonly userId: number;
      readonly name: StatisticName;
      readonly amount: number;
    }
  | { readonly kind: 'hold'; readonly key: string; readonly remaining: number; readonly isOver: boolean };

/** Something in the books that should not be so; without a fix it is for a person to look at. */
export interface Finding {
  readonly problem: string;
  readonly fix?: Fix;
}

/** Rows that one step of an audit reads, so that the audit of a large horde never holds it up. */
export const pageSize = 500;
