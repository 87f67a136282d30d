/** The part of pino-roll that the log uses; the package ships no types. */
declare module 'pino-roll' {
  import type { EventEmitter } from 'node:events';
  import type { DestinationStream } from 'pino';

  export interface RollingOptions {
    readonly file: string;
    readonly extension: string;
    readonly size: string;
    readonly limit: { readonly count: number };
    readonly mkdir: boolean;
  }

  export type RollingStream = DestinationStream & EventEmitter & { end(): void };

  export default function buildRollingStream(options: RollingOptions): Promise<RollingStream>;
}
